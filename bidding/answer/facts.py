"""What goes on the log about proposals of answers; the answer itself is the draw's own step."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Proposed(Fact, frozen=True, omit_defaults=True):
    """Somebody says what became of a seated line; it counts once a contributor countersigns.

    The entry's actor is "expert" where the expert answered himself. Subject: the committee.
    """

    kind: ClassVar[str] = "bidding.answer.proposed"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    draw: str
    proposal: str  # id
    line: int  # 0-based in the walk
    outcome: str  # code
    evidence: str  # digest of the salted record, 32 bytes as hex
    # salted commitment to the id of whoever proposed; not there where the expert answered
    person: str = ""


class Dismissed(Fact, frozen=True):
    """A proposal was taken back by the house, or refused by a countersigner: the line is seated."""

    kind: ClassVar[str] = "bidding.answer.dismissed"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    draw: str
    proposal: str
    evidence: str  # of the proposal, as hex
    reason: str  # code
    person: str  # salted commitment to the id of whoever dismissed it
