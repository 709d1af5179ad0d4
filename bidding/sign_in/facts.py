"""What the log says of the door: that somebody came, went, or was turned away.

Who, to which line he belongs and where are commitments: whoever stands at the door and reads the
log could else put a name to a line. The entry's subject is the committee; `draw` is the session's.
"""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Arrived(Fact, frozen=True):
    """Somebody who is expected signed in."""

    kind: ClassVar[str] = "bidding.sign_in.arrived"
    conceals: ClassVar[tuple[str, ...]] = ("details",)

    draw: str
    visit: int  # from 1
    # Commitment to {"draw", "line", "representative", "site", "room", "method", "reference",
    # "person"}: the last is the clerk.
    details: str


class Departed(Fact, frozen=True):
    """The same one signed out."""

    kind: ClassVar[str] = "bidding.sign_in.departed"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    draw: str
    visit: int
    person: str  # commitment to the clerk's id


class TurnedAway(Fact, frozen=True):
    """A card did not open the door."""

    kind: ClassVar[str] = "bidding.sign_in.turned_away"
    conceals: ClassVar[tuple[str, ...]] = ("details",)

    draw: str
    number: int  # from 1
    details: str  # commitment to {"cause", "party", "person"}: of the clerk
