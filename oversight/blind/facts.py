"""What the log says while something must stay uncounted."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class UncountedOpened(Fact, frozen=True):
    """From now on things may arrive about this subject that nobody may count."""

    kind: ClassVar[str] = "oversight.blind.opened"

    id: str  # UUID of this opening; a subject may be opened again later
    seconds: int  # a blind entry follows in each interval of so many seconds, until all is closed


class UncountedClosed(Fact, frozen=True):
    """Nothing more arrives uncounted about this subject."""

    kind: ClassVar[str] = "oversight.blind.closed"

    id: str  # UUID of the opening


class BlindLogged(Fact, frozen=True):
    """An interval went by; what arrived in it, if anything, is among these 256 leaves."""

    kind: ClassVar[str] = "oversight.ledger.blind"

    root: str  # hex of the RFC 6962 root over exactly 256 leaves
