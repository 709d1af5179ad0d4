"""Draws made elsewhere, by a provincial terminal, and recorded here."""
