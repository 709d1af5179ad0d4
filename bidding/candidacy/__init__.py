"""Who may be drawn in one case: the pool under all that the order and its edition ask."""
