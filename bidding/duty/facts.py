"""What goes on the log about duty: spans of time and offices, never a person in clear."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Planned(Fact, frozen=True):
    """A shift was planned. Subject: the supervisor's party."""

    kind: ClassVar[str] = "bidding.duty.planned"
    conceals: ClassVar[tuple[str, ...]] = ("deputy", "person", "planner")

    shift: str
    starts: str  # UTC, whole seconds
    ends: str
    person: str  # salted commitment to the id of who is on duty
    deputy: str  # … of who stands in
    planner: str  # … of who planned it


class HandedOver(Fact, frozen=True):
    """The deputy took over for the rest of the shift."""

    kind: ClassVar[str] = "bidding.duty.handed_over"
    conceals: ClassVar[tuple[str, ...]] = ("by",)

    shift: str
    by: str  # salted commitment to the id of who said so


class Cancelled(Fact, frozen=True):
    """A shift fell away."""

    kind: ClassVar[str] = "bidding.duty.cancelled"
    conceals: ClassVar[tuple[str, ...]] = ("by",)

    shift: str
    by: str  # salted commitment to the id of who said so
