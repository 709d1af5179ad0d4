"""How a draw ends: closed in public without a result, or with the identities opened."""
