"""What the log says of rooms: that they were planned. Seats and sites would tell sizes."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Planned(Fact, frozen=True):
    """Rooms of the draw's evaluation were planned, or planned anew. Subject: the committee."""

    kind: ClassVar[str] = "bidding.venue.planned"
    conceals: ClassVar[tuple[str, ...]] = ("plan",)

    draw: str
    number: int  # from 1; the newest counts
    plan: str  # commitment to {"plan", "person"}
