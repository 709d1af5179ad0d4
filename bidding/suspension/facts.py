"""What the log says of suspensions: that, when and how often; cause and people are commitments.

The entry's subject is the committee.
"""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Suspended(Fact, frozen=True):
    """A draw, or the evaluation that follows it, was suspended."""

    kind: ClassVar[str] = "bidding.suspension.suspended"
    conceals: ClassVar[tuple[str, ...]] = ("details",)

    draw: str
    number: int  # from 1 within the draw
    details: str  # commitment to {"cause", "account", "person"}


class ResumptionAgreed(Fact, frozen=True):
    """One of operator and supervisor agreed to resume."""

    kind: ClassVar[str] = "bidding.suspension.resumption_agreed"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    draw: str
    number: int
    side: str  # "operator" or "supervisor"
    form: str  # SHA-256 of the signed form, hex
    person: str  # commitment to the person's id


class Resumed(Fact, frozen=True):
    """The other one agreed as well: it goes on."""

    kind: ClassVar[str] = "bidding.suspension.resumed"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    draw: str
    number: int
    form: str
    person: str
