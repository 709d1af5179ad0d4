"""The draw terminal: what the center's operator does, seeing no name: seal, and run."""
