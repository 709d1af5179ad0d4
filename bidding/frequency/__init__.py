"""How often experts served of late: counted from recorded draws, for the limits of editions."""
