"""The pace of invitations: how many tries, how far apart, at which hours, and what is enough."""
