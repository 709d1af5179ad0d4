"""A mirror: a cosigner that signs what it holds, and serves its copy to everybody."""
