"""Doors to the plan of rooms."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.draw.rules import READ_DRAW
from bidding.venue import commands, queries
from bidding.venue.rules import PLAN_VENUE
from bidding.venue.schema import PlanForm, PlanView
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

TAGS = ["ceremony"]


@post(
    "/v1/draws/{draw:str}/venue",
    opt={"permission": PLAN_VENUE},
    operation_id="planVenue",
    summary="Plan the rooms of an evaluation",
    tags=TAGS,
)
async def post_plan(
    draw: IdInPath,
    data: JSONBody[PlanForm],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> PlanView:
    """Say which seat sits in which room; remote evaluation has guest sites beside the home site."""
    return await commands.plan_venue(actor, draw, data, occasion)


@get(
    "/v1/draws/{draw:str}/venue",
    opt={"permission": READ_DRAW},
    operation_id="getVenue",
    summary="Show the rooms of an evaluation",
    tags=TAGS,
)
async def get_plan(draw: IdInPath, actor: NamedDependency[Actor]) -> PlanView:
    """Show which seat number sits in which room, to those who may read the draw."""
    return await queries.plan_for(actor, draw)
