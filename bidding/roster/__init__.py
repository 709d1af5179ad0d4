"""The expert pool: registration, admission by two people, standing, recusal, eligibility."""
