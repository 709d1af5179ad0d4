"""Sign-in without a list: an identity card, a blind index, and yes or no."""
