"""Members whom the buyer sends: named with letter and declaration, their names sealed."""
