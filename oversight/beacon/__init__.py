"""Public randomness: a round of a pinned chain, verified offline."""
