"""WHO may take part: credit subjects, conduct, listings and standing (to come; the ladder holds its place)."""
