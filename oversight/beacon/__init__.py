"""Public randomness: what can be said of a round's signature before its pairing is computed."""
