"""Invitations as they travel to operators: seat numbers and states, nobody's name."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.roster.schema import Region

Hour = Annotated[
    int, Meta(ge=0, le=23, description="Of the evaluation's start, Asia/Shanghai.", examples=[9])
]
Hours = Annotated[int, Meta(ge=1, le=240, description="That it takes, about.", examples=[4])]


class ContactOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the invitations of a draw may tell beside the day, as far as the edition lets them."""

    hour: Hour
    hours: Hours
    region: Region
    remote: Annotated[
        bool,
        Meta(description="Remote evaluation: exempt from the working days before which is early."),
    ] = False


class SeatContact(msgspec.Struct, frozen=True):
    """How far the invitation of one seat is."""

    seat: Annotated[int, Meta(description="From 1, over all strata.")]
    line: Annotated[int | None, Meta(description="Of the walk, from 0; null: nobody is left.")]
    state: Annotated[
        str,
        Meta(
            description="not-invited, ringing, delivered, accepted, declined, withdrew, "
            "unreachable; freed, left or exhausted for a seat that nobody holds."
        ),
    ]
    tries: Annotated[int, Meta(description="Made in this round; lost ones do not count.")]
    tries_of: Annotated[int, Meta(description="That the edition asks for.")]
    next_at: Annotated[str, Meta(description="When the service goes on; empty: it does not.")]
    last_outcome: Annotated[str, Meta(description="Of the newest try; empty: none, or under way.")]


class ContactView(msgspec.Struct, frozen=True):
    """How far the invitations of a draw are."""

    draw: str
    opened_at: str
    seats: list[SeatContact]


class ContactReceipt(msgspec.Struct, frozen=True):
    """Invitations were opened: the service rings from now on."""

    draw: str
    act: str
    invited: Annotated[int, Meta(description="Lines that are invited at once.")]
    missed: Annotated[
        list[str], Meta(description="Soft figures of the edition that the opening did not keep.")
    ]


class UnreachedReceipt(msgspec.Struct, frozen=True):
    """`unreachable` is proposed, and waits for a countersignature."""

    draw: str
    line: int
    proposal: str
    act: str


class InvitationView(msgspec.Struct, frozen=True):
    """One line's invitation: what became of it, without anybody's name."""

    line: int
    state: str  # as SeatContact.state
    tries: int
    tries_of: int
    next_at: str
    last_outcome: str
