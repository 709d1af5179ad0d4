"""A supplement and its parent: what binds the two draws."""
