"""The gateway: what leaves for a person's telephone, and what comes back, signed both ways."""
