"""WAS it delivered, MAY it be paid (to come; the ladder holds its place)."""
