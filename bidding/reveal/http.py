"""The door at which a missing reveal is logged."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.draw.schema import BreachOrder, DrawReceipt
from bidding.reveal import commands
from bidding.reveal.rules import NAME_BREACH
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion


@post(
    "/v1/draws/{draw:str}/breaches",
    opt={"permission": NAME_BREACH},
    operation_id="nameBreach",
    summary="Log a missing reveal",
    tags=["draws"],
)
async def post_breach(
    draw: IdInPath,
    data: JSONBody[BreachOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DrawReceipt:
    """Name a contributor that gave no nonce in time. With a beacon and a witness quorum the draw
    goes on without that nonce; in every other case a missing reveal voids the draw.
    """
    return await commands.name_breach(actor, draw, data, occasion)
