"""The published contract, and the app that honours it."""
