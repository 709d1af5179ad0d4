"""Custody of keys and of concealed values: both change hands only on the record."""
