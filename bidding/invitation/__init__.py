"""What an invitation says, how it can be answered, and the secrets that answer it."""
