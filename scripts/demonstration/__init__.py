"""The demonstration, in parts: a scratch center, its people, what they do, and lies about it."""
