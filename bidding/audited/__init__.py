"""Rosters and exclusions, opened to the auditor: the steps that need the file made for him."""
