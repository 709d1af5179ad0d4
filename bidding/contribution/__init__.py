"""Those whose nonces enter a draw: who must be among them, what they commit to and sign."""
