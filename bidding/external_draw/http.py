"""Doors to draws made elsewhere."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from bidding.external_draw import commands, queries
from bidding.external_draw.rules import RECORD_EXTERNAL_DRAW, SEE_EXTERNAL_DRAWS
from bidding.external_draw.schema import ExternalDrawForm, ExternalDrawView
from oversight.addresses import Cursor, IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.wire import Page

Subject = Annotated[str, QueryParameter(max_length=200, description="Of this committee or tender.")]
TAGS = ["external draw"]


@post(
    "/v1/external-draws",
    opt={"permission": RECORD_EXTERNAL_DRAW},
    operation_id="recordExternalDraw",
    summary="Record a draw made elsewhere",
    tags=TAGS,
)
async def post_external_draw(
    data: JSONBody[ExternalDrawForm],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> ExternalDrawView:
    """Record a draw that a provincial terminal made: it cannot be recomputed here."""
    return await commands.record_external_draw(actor, data, occasion)


@get(
    "/v1/external-draws",
    opt={"permission": SEE_EXTERNAL_DRAWS},
    operation_id="listExternalDraws",
    summary="List draws made elsewhere",
    tags=TAGS,
)
async def get_external_draws(subject: Subject = "", cursor: Cursor = "") -> Page[ExternalDrawView]:
    """List recorded draws, of one subject or of all."""
    return await queries.external_draws(subject, cursor)


@get(
    "/v1/external-draws/{draw:str}",
    opt={"permission": SEE_EXTERNAL_DRAWS},
    operation_id="getExternalDraw",
    summary="Show a draw made elsewhere",
    tags=TAGS,
)
async def get_external_draw(draw: IdInPath) -> ExternalDrawView:
    """Show one recorded draw with its verdict."""
    return await queries.external_draw(draw)
