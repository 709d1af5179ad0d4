"""What is shown of an entry of a roster: its two parts, opened or as their digests."""
