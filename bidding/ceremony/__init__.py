"""The day of an evaluation as each post sees it: what is done, what is waited for, what next."""
