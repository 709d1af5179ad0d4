"""Doors for the terminal's operator."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.draw.rules import RUN_DRAW, SEAL_DRAW
from bidding.draw.schema import DrawReceipt, SealOrder
from bidding.terminal import commands
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

TAGS = ["draws"]


@post(
    "/v1/draws/{draw:str}/seal",
    opt={"permission": SEAL_DRAW},
    operation_id="sealDraw",
    summary="Seal a draw",
    tags=TAGS,
)
async def post_seal(
    draw: IdInPath,
    data: JSONBody[SealOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DrawReceipt:
    """Fix rosters, contributors, keys and times. The operator sees no name, and may take a while:
    a pool of a million experts is sealed in one act.
    """
    return await commands.seal_draw(actor, draw, data, occasion)


@post(
    "/v1/draws/{draw:str}/run",
    opt={"permission": RUN_DRAW},
    operation_id="runDraw",
    summary="Run a draw",
    tags=TAGS,
)
async def post_run(
    draw: IdInPath, actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> DrawReceipt:
    """Apply the center's key to all nonces; what follows is fixed for good."""
    return await commands.run_draw(actor, draw, occasion)
