"""Draws from lists: suppliers to invite, ties, coefficients, orders of speaking, sites, samples."""
