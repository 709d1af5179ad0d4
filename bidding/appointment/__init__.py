"""Experts whom a purchaser chooses itself where the procurement law lets it: never drawn."""
