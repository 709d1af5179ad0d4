"""Sealed lists as they travel: by number, and with names once they are opened."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.sealed_list.rules import EARLY_REASONS
from oversight.wire import Code


class OpeningOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest list is to be opened."""

    reason: Annotated[
        Code | None,
        Meta(description="Only before all signed in: " + ", ".join(EARLY_REASONS) + "."),
    ] = None


class SealedListView(msgspec.Struct, frozen=True):
    """A sealed list from outside."""

    draw: str
    number: int
    digest: str
    sealed_at: str
    opened_at: Annotated[str, Meta(description="Empty: it is sealed.")]
    early: bool
    reason: str
    act: str


class MemberView(msgspec.Struct, frozen=True):
    """A member, for those who may know."""

    draw: str
    line: int | None
    seat: int | None
    kind: str  # "expert" or "representative"
    name: str
    site: str
    room: str
    times: list[list[str]]  # [in, out] of each visit; out is empty while he is inside


class OpenList(msgspec.Struct, frozen=True):
    """An opened list. That it was shown is on record."""

    about: SealedListView
    members: list[MemberView]
