"""Backups, restoring them, and bringing back what the log had meanwhile."""
