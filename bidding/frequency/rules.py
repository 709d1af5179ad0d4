"""Which services count towards a limit. Pure."""

from datetime import date


def within(served: date, on: date, days: int) -> bool:
    """Tell whether a service lies in the period of `days` days that ends on a day, it included."""
    assert days >= 1, "a period has a day"
    return 0 <= (on - served).days < days
