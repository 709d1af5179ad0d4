"""The inputs of one attempt, checked: request, contributors, reveals, beacon."""
