"""From fixed inputs to an order: transcript, seed, tickets. No choice is left to anybody."""
