"""Who of a supervisor's office is on duty when, and who stands in."""
