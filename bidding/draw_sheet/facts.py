"""What the log says of a printed record."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class SheetPrinted(Fact, frozen=True):
    """The record of a draw was printed; whoever holds the paper compares its digest."""

    kind: ClassVar[str] = "bidding.draw_sheet.printed"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    draw: str
    number: int  # from 1
    whole: bool  # with the units that were avoided
    digest: str  # hex SHA-256 of the file
    person: str  # salted commitment to who printed it
