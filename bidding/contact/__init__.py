"""Contact: inviting whoever holds a seat, ringing in turn, and taking the experts' own answers."""
