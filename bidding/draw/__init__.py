"""The verifiable draw: order, commit, seal, reveal, draw, answer, close, reveal identities."""
