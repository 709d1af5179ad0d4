"""The sealed list (密封名单): who sits in which room, readable by nobody until it is opened."""
