"""What the log says of the day: that a recording was vouched for, a head elected, and the end.

The entry's subject is the committee; `draw` is the first of its session.
"""

from typing import ClassVar

from oversight.ledger.facts import Fact


class RecordingWitnessed(Fact, frozen=True):
    """A supervisor vouches for a recording instead of being on site."""

    kind: ClassVar[str] = "bidding.ceremony.recording_witnessed"
    conceals: ClassVar[tuple[str, ...]] = ("details",)

    draw: str
    number: int  # from 1
    recording: str  # SHA-256 of the file, hex
    details: str  # commitment to {"place", "started_at", "ended_at", "statement", "person"}


class HeadElected(Fact, frozen=True):
    """The members elected their head, or another one."""

    kind: ClassVar[str] = "bidding.ceremony.head_elected"
    conceals: ClassVar[tuple[str, ...]] = ("details",)

    draw: str
    number: int  # from 1; the newest counts
    details: str  # commitment to {"of", "line", "representative", "person"}


class Concluded(Fact, frozen=True):
    """The evaluation is over."""

    kind: ClassVar[str] = "bidding.ceremony.concluded"
    conceals: ClassVar[tuple[str, ...]] = ("details",)

    draw: str
    details: str  # commitment to {"remarks", "person"}
