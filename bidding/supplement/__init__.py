"""Draws that fill what an exhausted draw left empty: what they need, and what they inherit."""
