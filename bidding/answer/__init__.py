"""Answers to a draw: proposed with salted evidence, countersigned, and the walk carried on."""
