"""What a verification answers: verdict, exit status, steps; and how a person reads it."""
