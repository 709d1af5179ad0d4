"""What the beacon puts on the log."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class RoundStored(Fact, frozen=True):
    """A round of public randomness came here and was verified; the entry's subject is its chain."""

    kind: ClassVar[str] = "oversight.beacon.round_stored"

    chain: str  # 32 bytes as hex
    round: int  # from 1
    signature: str  # 48 bytes as hex
