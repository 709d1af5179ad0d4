"""The walk along the order: who is met, who is seated, who follows when a seat is freed."""
