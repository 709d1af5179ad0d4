"""Ordering a draw: who may, for which committee, from where, whose nonces enter, which attempt."""
