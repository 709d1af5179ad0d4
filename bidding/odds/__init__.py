"""How likely chance alone is: tails of the distributions that fairness is judged by."""
