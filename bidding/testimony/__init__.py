"""What the log says of a draw: checkpoint, inclusion, and the unbroken order of its entries."""
