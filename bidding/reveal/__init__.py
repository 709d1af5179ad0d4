"""When the time for reveals is over: breaches by name, what witnesses saw in time, the round."""
