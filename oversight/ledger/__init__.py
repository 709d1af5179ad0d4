"""The transparency log: entries, the tree over them, signed checkpoints and proofs."""
