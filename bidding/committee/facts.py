"""What the log says of a committee."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Formed(Fact, frozen=True):
    """A body to be drawn was formed; the entry's subject is its id."""

    kind: ClassVar[str] = "bidding.committee.formed"

    tender: str  # opaque identifier of the procurement case
    lots: list[str]  # distinct, ascending; what the body decides on
    body: str  # "evaluation-committee", …
    number: int  # 1 for the first, one more than its predecessor's for a body formed again
    predecessor: str | None  # committee whose place it takes
    rulebook: str  # edition under which it was composed
    size: int  # members, representatives included
    representatives: int  # members sent by the buyer, not drawn
