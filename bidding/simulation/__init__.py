"""Many draws over one pool, by the protocol's own engine, and whether they look like chance."""
