"""Plans of rooms as they travel: seat numbers, never names."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.venue.rules import ROOMS_MAX, SITES_MAX
from oversight.wire import Id, Label

SEATS_MAX = 1000

Seat = Annotated[int, Meta(ge=1, le=SEATS_MAX, description="Number, from 1 over all strata.")]


class RoomForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A room."""

    name: Annotated[Label, Meta(description="As at its door.", examples=["3"])]
    seats: Annotated[list[Seat], Meta(max_length=SEATS_MAX)]
    representatives: Annotated[bool, Meta(description="Those whom the buyer sends sit here.")] = (
        False
    )


class SiteForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A site; the home site is the center's."""

    name: Label
    party: Annotated[Id, Meta(description="That runs it; its clerks check cards there.")]
    home: bool
    rooms: Annotated[list[RoomForm], Meta(max_length=ROOMS_MAX)]


class PlanForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where everybody sits."""

    sites: Annotated[list[SiteForm], Meta(min_length=1, max_length=SITES_MAX)]


class PlanView(msgspec.Struct, frozen=True):
    """A plan that counts."""

    draw: str
    number: int
    remote: bool
    sites: list[SiteForm]
    act: str
