"""Who saw which protected fields of whom: each showing recorded, a digest a day on the log."""
