"""Printed pages: PDF in the font that the project carries, the same bytes for the same content."""
