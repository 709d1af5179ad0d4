"""Doors to suspension and resumption."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.suspension import commands
from bidding.suspension.rules import RESUME, SUSPEND
from bidding.suspension.schema import ResumptionOrder, SuspensionOrder, SuspensionView
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

TAGS = ["ceremony"]


@post(
    "/v1/draws/{draw:str}/suspensions",
    opt={"permission": SUSPEND},
    operation_id="suspendDraw",
    summary="Suspend an evaluation",
    tags=TAGS,
)
async def post_suspension(
    draw: IdInPath,
    data: JSONBody[SuspensionOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> SuspensionView:
    """Let everything rest but what the protocol carries on: power, network, illness,
    impersonation, or an error in the list of specialties.
    """
    return await commands.suspend(actor, draw, data, occasion)


@post(
    "/v1/draws/{draw:str}/resumptions",
    opt={"permission": RESUME},
    operation_id="resumeDraw",
    summary="Agree to resume an evaluation",
    tags=TAGS,
)
async def post_resumption(
    draw: IdInPath,
    data: JSONBody[ResumptionOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> SuspensionView:
    """Agree, as operator or as supervisor; the second of the two ends the suspension."""
    return await commands.resume(actor, draw, data, occasion)
