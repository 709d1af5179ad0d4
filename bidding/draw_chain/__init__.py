"""What the entries of all draws together must show: the public audit's part of the protocol."""
