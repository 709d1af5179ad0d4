"""Public randomness: rounds of pinned chains, verified offline, fetched or carried in by hand."""
