"""Hand-written schema changes of the ground, one file each."""
