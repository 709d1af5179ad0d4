"""Doors to protected fields, and to the record of who saw them."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from bidding.reading import commands, queries
from bidding.reading.rules import DIGEST_READINGS, SEE_READINGS, SHOW_EXPERT, Reading
from bidding.reading.schema import DigestOrder, DigestReceipt, Showing, Shown
from oversight.addresses import Cursor, IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.wire import Page

OfExpert = Annotated[str, QueryParameter(max_length=36, description="Only of this expert.")]
TAGS = ["reading"]


@post(
    "/v1/roster/experts/{expert:str}/showings",
    opt={"permission": SHOW_EXPERT},
    operation_id="showExpert",
    summary="Show protected fields",
    tags=TAGS,
    status_code=200,
)
async def post_showing(
    expert: IdInPath,
    data: JSONBody[Showing],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> Shown:
    """Show name, id number or phone of an expert. Each showing is on record, repetitions too."""
    return await commands.show_expert(actor, expert, data, occasion.clock)


@get(
    "/v1/roster/readings",
    opt={"permission": SEE_READINGS},
    operation_id="listReadings",
    summary="List showings of protected fields",
    tags=TAGS,
)
async def get_readings(expert: OfExpert = "", cursor: Cursor = "") -> Page[Reading]:
    """List who saw which protected fields, newest first."""
    return await queries.readings(expert, cursor)


@post(
    "/v1/roster/reading-digests",
    opt={"permission": DIGEST_READINGS},
    operation_id="digestReadings",
    summary="Digest a day's showings",
    tags=TAGS,
)
async def post_digest(
    data: JSONBody[DigestOrder], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> DigestReceipt:
    """Put the digest of a day's showings on the log."""
    return await commands.digest_readings(actor, data.day, occasion)
