"""Doors to the duty roster of supervisors."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from bidding.duty import commands, queries
from bidding.duty.rules import PLAN_DUTY, SEE_DUTY
from bidding.duty.schema import ShiftForm, ShiftView
from oversight.addresses import Cursor, IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.wire import Page

Office = Annotated[str, QueryParameter(max_length=36, description="Party of this id; empty: all.")]
OneOffice = Annotated[
    str, QueryParameter(min_length=1, max_length=36, description="The supervisor's party.")
]
TAGS = ["duty"]


@post(
    "/v1/duty",
    opt={"permission": PLAN_DUTY},
    operation_id="planShift",
    summary="Plan a shift",
    tags=TAGS,
)
async def post_shift(
    data: JSONBody[ShiftForm], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> ShiftView:
    """Say who of one's own office supervises draws in a span of time, and who stands in."""
    return await commands.plan_shift(actor, data, occasion)


@get(
    "/v1/duty",
    opt={"permission": SEE_DUTY},
    operation_id="listShifts",
    summary="List shifts",
    tags=TAGS,
)
async def get_shifts(party: Office = "", cursor: Cursor = "") -> Page[ShiftView]:
    """List shifts, newest planned first, cancelled ones too."""
    return await queries.shifts(party, cursor)


@get(
    "/v1/duty/now",
    opt={"permission": SEE_DUTY},
    operation_id="listOnDuty",
    summary="Show who is on duty",
    tags=TAGS,
)
async def get_on_duty(party: OneOffice) -> Page[ShiftView]:
    """Show the running shifts of an office: whom to call, and who stands in."""
    return Page(await queries.on_duty_now(party))


@post(
    "/v1/duty/{shift:str}/hand-over",
    opt={"permission": PLAN_DUTY},
    operation_id="handOverShift",
    summary="Hand a shift over",
    tags=TAGS,
)
async def post_hand_over(
    shift: IdInPath, actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> ShiftView:
    """Let the deputy take over for the rest of the shift."""
    return await commands.hand_over(actor, shift, occasion)


@post(
    "/v1/duty/{shift:str}/cancel",
    opt={"permission": PLAN_DUTY},
    operation_id="cancelShift",
    summary="Cancel a shift",
    tags=TAGS,
)
async def post_cancel(
    shift: IdInPath, actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> ShiftView:
    """Let a shift fall away; that it was planned stays on record."""
    return await commands.cancel_shift(actor, shift, occasion)
