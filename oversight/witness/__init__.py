"""A witness: a stand-alone program that cosigns what a log shows to everybody alike."""
