"""What goes on the log about recusals and absences; subject: the expert's id.

Committed values: `against` {"uscc","name","subject"}, `period` {"begins","ends"}, `person` the
id of whoever entered it.
"""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Declared(Fact, frozen=True):
    """An expert stays away from an organisation or from one subject."""

    kind: ClassVar[str] = "bidding.recusal.declared"
    conceals: ClassVar[tuple[str, ...]] = ("against", "person")
    declaration: str  # id
    ground: str  # code
    against: str
    person: str


class AbsenceDeclared(Fact, frozen=True):
    """An expert is not available for some days."""

    kind: ClassVar[str] = "bidding.recusal.absence_declared"
    conceals: ClassVar[tuple[str, ...]] = ("period", "person")
    declaration: str  # id
    period: str
    person: str


class Lifted(Fact, frozen=True):
    """A recusal or an absence no longer holds."""

    kind: ClassVar[str] = "bidding.recusal.lifted"
    conceals: ClassVar[tuple[str, ...]] = ("person",)
    declaration: str  # id
    person: str
