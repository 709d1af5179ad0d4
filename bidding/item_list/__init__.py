"""Lists that an order brings instead of the pool: items with public labels, and suppliers."""
