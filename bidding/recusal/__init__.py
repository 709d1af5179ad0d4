"""What keeps an expert away: his declared recusals and the days on which he is not available."""
