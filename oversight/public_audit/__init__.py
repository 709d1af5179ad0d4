"""The outsider's audit: everything that the published files of a log can show, and nothing else."""
