"""The memory of what was signed last: the one state of the log that no backup brings back."""
