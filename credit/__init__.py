"""WHO may take part: credit subjects, conduct, listings and standing.

To come; the ladder holds its place.
"""
