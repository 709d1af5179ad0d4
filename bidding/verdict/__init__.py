"""A whole bundle judged offline: every step with its outcome, one verdict, one exit status."""
