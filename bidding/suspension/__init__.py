"""Suspension of a draw and its evaluation: cause, form, signers; and what rests meanwhile."""
