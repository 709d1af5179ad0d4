"""The result of one attempt, counted again: output, tickets, walk, answers, openings."""
