"""The audit with the database: what the log says against what the rows say, both ways."""
