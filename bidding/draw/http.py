"""Doors to a draw's public course, and for those whose nonces enter."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from bidding.draw import commands, queries
from bidding.draw.rules import COMMIT_NONCE, REVEAL_NONCE
from bidding.draw.schema import Commitment, DrawReceipt, DrawView, Reveal
from oversight.addresses import Cursor, IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.wire import Page

Limit = Annotated[int, QueryParameter(ge=1, le=50, description="Draws on a page.")]
Subject = Annotated[
    str, QueryParameter(max_length=36, description="Only draws of this committee; empty: all.")
]
TAGS = ["draws"]


@get(
    "/v1/draws",
    opt={"public": True},
    operation_id="listDraws",
    summary="List draws",
    tags=TAGS,
)
async def get_draws(
    cursor: Cursor = "", limit: Limit = 20, subject: Subject = ""
) -> Page[DrawView]:
    """List draws, newest first: state, attempt and counts, no stratum and no person."""
    return await queries.views(cursor, limit, subject)


@get(
    "/v1/draws/{draw:str}",
    opt={"public": True},
    operation_id="getDraw",
    summary="Show a draw",
    tags=TAGS,
)
async def get_draw(draw: IdInPath) -> DrawView:
    """Show how far a draw is and which entries of the log say so."""
    return await queries.view(draw)


@post(
    "/v1/draws/{draw:str}/commitments",
    opt={"permission": COMMIT_NONCE},
    operation_id="commitNonce",
    summary="Commit to a nonce",
    tags=TAGS,
)
async def post_commitment(
    draw: IdInPath,
    data: JSONBody[Commitment],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DrawReceipt:
    """Bind one's party to a nonce that it keeps to itself until the seal."""
    return await commands.commit_contribution(actor, draw, data, occasion)


@post(
    "/v1/draws/{draw:str}/reveals",
    opt={"permission": REVEAL_NONCE},
    operation_id="revealNonce",
    summary="Bring a signed reveal",
    tags=TAGS,
)
async def post_reveal(
    draw: IdInPath,
    data: JSONBody[Reveal],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DrawReceipt:
    """Bring a contributor's nonce, signed for the sealed request; anybody who holds it may."""
    return await commands.reveal_contribution(actor, draw, data, occasion)
