"""The contributor's own program: keeps a nonce, trusts no service, signs one request a draw."""
