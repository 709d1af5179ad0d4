"""Keys: signatures, the verifiable random function, protected fields, and where secrets live."""
