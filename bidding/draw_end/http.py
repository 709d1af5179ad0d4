"""Doors to closings and to the opening of identities."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from bidding.bundle.rules import Opening
from bidding.closing.rules import Close
from bidding.draw.rules import IDENTIFY_DRAW
from bidding.draw.schema import Closing, ClosingTerms, DrawReceipt, Ending
from bidding.draw_end import commands, queries
from bidding.draw_end.rules import CLOSE_DRAW
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.wire import Page

State = Annotated[Ending, QueryParameter(name="state", description="How it ends.")]
Reason = Annotated[
    str, QueryParameter(pattern=r"^[a-z][a-z-]*$(?!\n)", max_length=64, description="Why: a code.")
]
Statement = Annotated[
    str,
    QueryParameter(
        pattern=r"^[0-9a-f]{64}$(?!\n)", description="Digest of the salted reason in words."
    ),
]
TAGS = ["draws"]


@get(
    "/v1/draws/{draw:str}/closing",
    opt={"permission": CLOSE_DRAW},
    operation_id="getClosingStatement",
    summary="Show what a closing would sign",
    tags=TAGS,
)
async def get_closing(
    draw: IdInPath,
    actor: NamedDependency[Actor],
    how: State,
    reason: Reason,
    statement: Statement,
) -> Close:
    """Show the statement that the signature of a closing covers, as the draw stands now."""
    return await queries.closing_statement_for(actor, draw, ClosingTerms(how, reason, statement))


@post(
    "/v1/draws/{draw:str}/closing",
    opt={"permission": CLOSE_DRAW},
    operation_id="closeDraw",
    summary="Void a draw, or let it lapse",
    tags=TAGS,
)
async def post_closing(
    draw: IdInPath,
    data: JSONBody[Closing],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DrawReceipt:
    """Close a draw in public, with a coded reason and one's signature. A closing hides nothing:
    if all nonces were in, the result is computed and logged with it.
    """
    return await commands.close_draw(actor, draw, data, occasion)


@post(
    "/v1/draws/{draw:str}/identities",
    opt={"permission": IDENTIFY_DRAW},
    operation_id="openIdentities",
    summary="Open who holds a seat",
    tags=TAGS,
)
async def post_identities(
    draw: IdInPath, actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> DrawReceipt:
    """Open the identities of those who hold a seat, to whom the edition allows; they are in the
    bundle from then on.
    """
    return await commands.open_identities(actor, draw, occasion)


@get(
    "/v1/draws/{draw:str}/openings",
    opt={"public": True},
    operation_id="getPublicOpenings",
    summary="Show who holds a seat, where that is public",
    tags=TAGS,
)
async def get_openings(draw: IdInPath) -> Page[Opening]:
    """Show the opened identities where the edition opens them to everybody (政府采购法实施条例 43);
    elsewhere they are in the bundles of those to whom it opens them.
    """
    return Page(await queries.public_openings(draw))
