"""What goes on the log about draws made elsewhere."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Recorded(Fact, frozen=True):
    """A draw that a provincial terminal made was recorded; subject: the committee or tender.

    Committed values: `application` and `terminal_number` texts, `calls` the list of
    {"number","outcome","at"}, `person` the id of whoever recorded it.
    """

    kind: ClassVar[str] = "bidding.external_draw.recorded"
    conceals: ClassVar[tuple[str, ...]] = ("application", "calls", "person", "terminal_number")
    draw: str  # our id
    terminal: str
    drawn_at: str  # UTC, whole seconds
    application: str
    terminal_number: str
    calls: str
    sealed_list: str  # SHA-256 of the terminal's sealed list, hex
    form: dict[str, str | int]  # scanned draw record: sha256 (hex), bytes, media_type
    person: str
