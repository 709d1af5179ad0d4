"""Bodies that evaluate offers: formed for a tender and its lots before anyone is drawn."""
