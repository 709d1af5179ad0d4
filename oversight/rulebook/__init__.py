"""The rulebook: figures set by law, each with its article and how sure we are of it."""
