"""Closing a draw without a result: who may, why, and what is signed."""
