"""Doors to the sealed list."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from bidding.draw.rules import READ_DRAW
from bidding.sealed_list import commands, queries
from bidding.sealed_list.rules import OPEN_LIST, READ_LIST, SEAL_LIST
from bidding.sealed_list.schema import OpeningOrder, OpenList, SealedListView
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.wire import Page

Number = Annotated[int, PathParameter(ge=1, le=10**6, description="Of the list, from 1.")]
TAGS = ["ceremony"]


@post(
    "/v1/draws/{draw:str}/sealed-lists",
    opt={"permission": SEAL_LIST},
    operation_id="sealList",
    summary="Seal the list of members",
    tags=TAGS,
)
async def post_list(
    draw: IdInPath, actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> SealedListView:
    """Seal who sits in which room, under a number; nobody can read it until it is opened."""
    return await commands.seal_list(actor, draw, occasion)


@post(
    "/v1/draws/{draw:str}/sealed-lists/openings",
    opt={"permission": OPEN_LIST},
    operation_id="openList",
    summary="Open the newest sealed list",
    tags=TAGS,
)
async def post_opening(
    draw: IdInPath,
    data: JSONBody[OpeningOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> SealedListView:
    """Open it when all on it signed in; earlier only the supervisor does, with a reason."""
    return await commands.open_list(actor, draw, data, occasion)


@get(
    "/v1/draws/{draw:str}/sealed-lists",
    opt={"permission": READ_DRAW},
    operation_id="listSealedLists",
    summary="List the sealed lists of a draw",
    tags=TAGS,
)
async def get_lists(draw: IdInPath, actor: NamedDependency[Actor]) -> Page[SealedListView]:
    """List them by number and digest, with when and why they were opened; nobody's name."""
    return Page(await queries.lists_for(actor, draw))


@get(
    "/v1/draws/{draw:str}/sealed-lists/{number:int}",
    opt={"permission": READ_LIST},
    operation_id="getSealedList",
    summary="Read an opened list",
    tags=TAGS,
)
async def get_list(draw: IdInPath, number: Number, actor: NamedDependency[Actor]) -> OpenList:
    """Show who sits where and when each came and went; that the names were shown is on record."""
    return await commands.show_list(actor, draw, number)
