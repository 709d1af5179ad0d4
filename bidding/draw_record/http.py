"""Doors to a draw's record."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.response import Stream

from bidding.bundle.rules import Bundle, Request
from bidding.draw.rules import READ_AUDITOR_FILE, READ_DRAW
from bidding.draw.schema import OrderView
from bidding.draw_record import commands, queries
from bidding.draw_record.rules import RELEASE_AUDITOR_FILE
from bidding.draw_record.schema import AuditorFileOrder, AuditorFileReceipt
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

TAGS = ["draws"]


@get(
    "/v1/draws/{draw:str}/order",
    opt={"permission": READ_DRAW},
    operation_id="getDrawOrder",
    summary="Show what was ordered",
    tags=TAGS,
)
async def get_order(draw: IdInPath, actor: NamedDependency[Actor]) -> OrderView:
    """Show strata, seats, caps and contributors to those who take part; a contributor keeps them
    and compares with the sealed request before it reveals.
    """
    return await queries.order_for(actor, draw)


@get(
    "/v1/draws/{draw:str}/request",
    opt={"permission": READ_DRAW},
    operation_id="getDrawRequest",
    summary="Show the sealed request",
    tags=TAGS,
)
async def get_request(draw: IdInPath, actor: NamedDependency[Actor]) -> Request:
    """Show everything that the seal fixed, to those who take part, supervise or audit."""
    return await queries.request_for(actor, draw)


@get(
    "/v1/draws/{draw:str}/bundle",
    opt={"permission": READ_DRAW},
    operation_id="getDrawBundle",
    summary="Give the bundle",
    tags=TAGS,
)
async def get_bundle(draw: IdInPath, actor: NamedDependency[Actor]) -> Bundle:
    """Give everything that `daylight verify` or `verify_proof.py` needs beside a trust file.

    Openings are in it once identities were opened, and only if the edition opens them to this
    reader.
    """
    return await commands.show_bundle(actor, draw)


@get(
    "/v1/draws/{draw:str}/public-bundle",
    opt={"public": True},
    operation_id="getPublicBundle",
    summary="Give the bundle of a draw of items",
    tags=TAGS,
)
async def get_public_bundle(draw: IdInPath) -> Bundle:
    """Give everybody the whole proof of a draw whose items have public labels."""
    return await queries.public_bundle(draw)


@post(
    "/v1/draws/{draw:str}/auditor-file/request",
    opt={"permission": READ_AUDITOR_FILE},
    operation_id="requestAuditorFile",
    summary="Ask for the auditor's file",
    tags=TAGS,
)
async def post_auditor_file_request(
    draw: IdInPath,
    data: JSONBody[AuditorFileOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> AuditorFileReceipt:
    """Ask for secret, rosters and exclusions; before the reveal a second person releases them."""
    return await commands.request_auditor_file(actor, draw, data, occasion)


@post(
    "/v1/draws/{draw:str}/auditor-file/release",
    opt={"permission": RELEASE_AUDITOR_FILE},
    operation_id="releaseAuditorFile",
    summary="Release the auditor's file",
    tags=TAGS,
)
async def post_auditor_file_release(
    draw: IdInPath, actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> AuditorFileReceipt:
    """Let the file out to the auditor who asked, as the second person."""
    return await commands.release_auditor_file(actor, draw, occasion)


@get(
    "/v1/draws/{draw:str}/auditor-file",
    opt={"permission": READ_AUDITOR_FILE},
    media_type="application/json",
    operation_id="getAuditorFile",
    summary="Take the auditor's file",
    tags=TAGS,
)
async def get_auditor_file(draw: IdInPath, actor: NamedDependency[Actor]) -> Stream:
    """Give the draw's secret, its rosters in clear and the exclusions with their grounds."""
    pieces = await commands.show_auditor_file(actor, draw)
    return Stream(pieces, media_type="application/json")
