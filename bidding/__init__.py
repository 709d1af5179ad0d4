"""WHO decides, WHO wins: the expert pool, the committee and the verifiable draw."""
