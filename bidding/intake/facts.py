"""What goes on the log about imported files."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Imported(Fact, frozen=True):
    """A file of experts was imported; the act's further entries register them one by one.

    The file itself is not kept: whoever holds it can show by its digest that it was this one.
    """

    kind: ClassVar[str] = "bidding.intake.imported"
    conceals: ClassVar[tuple[str, ...]] = ("person",)
    file: dict[str, str | int]  # sha256 (hex), bytes, media_type
    lines: int  # after the header
    taken: int  # experts registered
    skipped: int  # lines left out because of a fault
    lists: dict[str, str]  # versions of the lists of codes that the lines were held against
    person: str  # commitment to the id of whoever imported
    intake: str = ""  # our id of the import; empty in entries from before it was told
