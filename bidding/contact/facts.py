"""What the log says of invitations: line, number and code; everything else is a commitment.

The entry's subject is the committee. Lines are counted from 0 in the draw's walk. What an expert
caused has the actor and the role "expert".
"""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Opened(Fact, frozen=True):
    """The center began to invite those who hold a seat in this draw."""

    kind: ClassVar[str] = "bidding.contact.opened"
    conceals: ClassVar[tuple[str, ...]] = ("terms",)

    draw: str
    # Commitment to {"hour", "hours", "region", "person", "missed": soft figures not kept}.
    terms: str


class Invited(Fact, frozen=True):
    """A line that holds a seat is invited from now on, or once more."""

    kind: ClassVar[str] = "bidding.contact.invited"
    conceals: ClassVar[tuple[str, ...]] = ("pace",)

    draw: str
    line: int
    round: int  # 1; one more each time a countersigner refused what was said to have become of it
    pace: str  # commitment to "usual" or "expedited"


class Tried(Fact, frozen=True):
    """A call or a message to the expert on a line was handed to the gateway's queue."""

    kind: ClassVar[str] = "bidding.contact.tried"
    conceals: ClassVar[tuple[str, ...]] = ("channel",)

    draw: str
    line: int
    round: int
    number: int  # from 1, over all rounds
    channel: str  # commitment to "voice" or "message"


class TryEnded(Fact, frozen=True):
    """What became of a try."""

    kind: ClassVar[str] = "bidding.contact.try_ended"

    draw: str
    line: int
    number: int
    outcome: str  # "delivered", "no-answer", "failed" or "lost"


class Responded(Fact, frozen=True):
    """The expert on a line answered."""

    kind: ClassVar[str] = "bidding.contact.responded"
    conceals: ClassVar[tuple[str, ...]] = ("details",)

    draw: str
    line: int
    response: str  # "accepted", "declined" or "withdrew"
    details: str  # commitment to {"reason", "means"}


class Unreached(Fact, frozen=True):
    """All tries at a line and the time to answer are used up; the house proposes `unreachable`."""

    kind: ClassVar[str] = "bidding.contact.unreached"

    draw: str
    line: int
    round: int
