"""What the log says of the auditor's file: who asked, and who let it out."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class AuditorFileRequested(Fact, frozen=True):
    """An auditor asked for a draw's secret, rosters and exclusions before the reveal."""

    kind: ClassVar[str] = "bidding.draw_record.auditor_file_requested"
    conceals: ClassVar[tuple[str, ...]] = ("person", "reason")

    draw: str
    person: str  # salted commitment to the person's id
    reason: str  # salted commitment to the reason in words


class AuditorFileReleased(Fact, frozen=True):
    """A second person let the file out."""

    kind: ClassVar[str] = "bidding.draw_record.auditor_file_released"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    draw: str
    person: str  # salted commitment to the person's id
    request: str  # the act that asked
