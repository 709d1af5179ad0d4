"""What custody puts on the log."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class KeyPublished(Fact, frozen=True):
    """The center uses this public key for this purpose from now on."""

    kind: ClassVar[str] = "oversight.keys.published"

    purpose: str  # "draw-vrf", "log", "log-ml-dsa-44"
    key: str  # hex of the public key: 32 bytes, or 1,312 of ML-DSA-44


class KeyRetired(Fact, frozen=True):
    """The center no longer signs with this key; what it signed in its time stays good."""

    kind: ClassVar[str] = "oversight.keys.retired"

    purpose: str  # "log", "log-ml-dsa-44"
    key: str  # hex of the public key, as it was published


class PayloadErased(Fact, frozen=True):
    """Values that an entry's commitments conceal were erased for ever."""

    kind: ClassVar[str] = "oversight.payload.erased"

    act: str  # UUID of the act whose entry keeps the commitments
    n: int  # ordinal of that entry within its act
    fields: tuple[str, ...]  # names of the fields, sorted
    ground: str  # code of the reason, such as a retention period that is over
