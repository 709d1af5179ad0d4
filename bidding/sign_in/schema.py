"""Cards and answers as they travel."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.answer.schema import Line, ProposalView
from oversight.wire import Code, Hex32

CARD_MAX = 40  # characters, blanks and full-width forms included

Number = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=CARD_MAX,
        description="On the card (GB 11643). It is compared and forgotten: nothing of it is kept.",
        examples=["11010519491231002X"],
    ),
]


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card that a clerk was shown."""

    id_number: Number
    method: Annotated[Code, Meta(description="card-reader, document-seen or biometric.")]
    own: Annotated[bool, Meta(description="The card is its bearer's; false: another person's.")]
    reference: Annotated[
        Hex32 | None, Meta(description="SHA-256 of a biometric check's record; else null.")
    ] = None


class CardOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The card of somebody who goes."""

    id_number: Number


class CardAnswer(msgspec.Struct, frozen=True):
    """What the clerk is told: no name, no number, no seat."""

    told: Annotated[str, Meta(description="yes, no, again, other-site or wait.")]
    room: Annotated[str, Meta(description="Where to go; empty unless yes.")]
    zh: str
    en: str


class DepartureOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody leaves his seat for good, or is removed from it."""

    line: Line
    outcome: Annotated[Code, Meta(description="left or removed.")]
    reason: Code


class ProposedView(msgspec.Struct, frozen=True):
    """What was proposed by one deed."""

    draw: str
    items: list[ProposalView]
    act: str
