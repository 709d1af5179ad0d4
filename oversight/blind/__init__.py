"""Blind entries: a fixed clock that hides how many sealed things arrived, and when."""
