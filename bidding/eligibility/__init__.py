"""Who may be drawn for a stratum, who may not, and on which coded ground."""
