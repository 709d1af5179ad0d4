"""Parties, their people, the posts they hold, and how they prove who they are."""
