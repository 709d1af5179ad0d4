"""What goes on the log about readings."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Digested(Fact, frozen=True):
    """A day's readings of protected fields were counted and digested."""

    kind: ClassVar[str] = "bidding.reading.digested"
    day: str  # ISO date, UTC
    readings: int
    sha256: str  # hex, over the rows as rules.digest_of says
