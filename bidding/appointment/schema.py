"""What travels over HTTP about appointments."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.appointment.rules import SEATS_MAX, AppointmentGround
from oversight.wire import Code, Id

REASON_MAX = 4000  # characters


class AppointmentForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Experts whom a purchaser would appoint, and why they are not drawn."""

    committee: Id
    experts: Annotated[
        list[Id], Meta(min_length=1, max_length=SEATS_MAX, description="Ids in the pool.")
    ]
    ground: Annotated[Code, Meta(description=" or ".join(AppointmentGround) + ".")]
    draw: Annotated[
        Id | None,
        Meta(description="For roster-too-small: the draw that was closed before its seal."),
    ] = None
    reason: Annotated[
        str, Meta(min_length=1, max_length=REASON_MAX, description="In words; kept encrypted.")
    ]


class AppointmentView(msgspec.Struct, frozen=True):
    """An appointment without the experts."""

    id: str
    committee: str
    ground: str
    draw: str | None
    seats: int
    party: str
    state: str  # "asked", "appointed" or "refused"
    act: str
    decided: str | None  # act


class AppointeesView(msgspec.Struct, frozen=True):
    """Who is to be appointed and why, for those who decide and those who audit."""

    appointment: AppointmentView
    experts: list[str]
    reason: str
