"""What goes on the log about experts who are appointed. Subject: the committee.

How many they are, who, and why in words is in the commitment `terms`: {"experts": [ids],
"reason": text}. An appointment is never told as a draw.
"""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Asked(Fact, frozen=True):
    """A purchaser asks to appoint experts itself; nothing comes of it unless it is approved."""

    kind: ClassVar[str] = "bidding.appointment.asked"
    conceals: ClassVar[tuple[str, ...]] = ("terms", "person")

    appointment: str
    ground: str  # code
    draw: str  # closed draw that found too few; empty where the ground needs none
    terms: str  # salted commitment, 32 bytes as hex
    person: str  # salted commitment to the id of whoever asked


class Appointed(Fact, frozen=True):
    """The competent authority approved: the experts take seats of the committee."""

    kind: ClassVar[str] = "bidding.appointment.appointed"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    appointment: str
    ground: str
    asked: str  # act that asked
    person: str  # salted commitment to the id of whoever approved


class Refused(Fact, frozen=True):
    """The competent authority did not approve."""

    kind: ClassVar[str] = "bidding.appointment.refused"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    appointment: str
    asked: str
    person: str
