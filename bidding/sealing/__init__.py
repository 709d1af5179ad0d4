"""What the seal fixes: commitments of experts, rosters and their roots, and what opens them."""
