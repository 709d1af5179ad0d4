"""Whose cosignatures count: the witness policy, adopted by an act and judged by its own quorum."""
