"""What the log says of fees: that a statement was made; what it says is a commitment."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class FeesStated(Fact, frozen=True):
    """The payer stated what the experts of an evaluation are owed. Subject: the committee."""

    kind: ClassVar[str] = "bidding.fee.stated"
    conceals: ClassVar[tuple[str, ...]] = ("statement", "person")

    draw: str
    number: int  # from 1; the newest counts
    statement: str  # commitment to rules.Statement
    person: str  # commitment to the id of whoever stated
