"""Doors to public randomness: those who take part bring rounds, everybody reads them."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from oversight.addresses import Cursor, Limit
from oversight.authority.rules import Actor
from oversight.beacon import commands, queries
from oversight.beacon.rules import STORE_ROUND
from oversight.beacon.schema import ChainView, RoundOrder, RoundView
from oversight.idempotency.requests import Occasion
from oversight.wire import INDEX_MAX, Page

Round = Annotated[int, PathParameter(ge=1, le=INDEX_MAX, description="A round, from 1.")]
Chain = Annotated[
    str | None,
    QueryParameter(
        pattern=r"^[0-9a-f]{64}$(?!\n)", description="Hash of a pinned chain; else the one in use."
    ),
]
TAGS = ["beacon"]


@post(
    "/v1/beacon/rounds",
    opt={"permission": STORE_ROUND},
    operation_id="bringBeaconRound",
    summary="Bring a round of public randomness",
    tags=TAGS,
)
async def post_round(
    data: JSONBody[RoundOrder], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> RoundView:
    """Store a round whose signature holds; without a signature the service asks its relays.

    Whoever takes part may bring it, so that nobody can keep a draw waiting. The same round again
    has no further effect.
    """
    return await commands.bring_round(actor, data, occasion)


@get(
    "/v1/beacon/rounds",
    opt={"public": True},
    operation_id="listBeaconRounds",
    summary="List stored rounds",
    tags=TAGS,
)
async def get_rounds(cursor: Cursor = "", limit: Limit = 20) -> Page[RoundView]:
    """List the rounds that are stored here, those of one chain together."""
    return await queries.rounds(cursor, limit)


@get(
    "/v1/beacon/rounds/{number:int}",
    opt={"public": True},
    operation_id="getBeaconRound",
    summary="Show a stored round",
    tags=TAGS,
)
async def get_round(number: Round, chain: Chain = None) -> RoundView:
    """Show a round with its signature, which anybody can verify under the chain's key."""
    return await queries.round_view(chain, number)


@get(
    "/v1/beacon/chains",
    opt={"public": True},
    operation_id="listBeaconChains",
    summary="List pinned chains",
    tags=TAGS,
)
async def get_chains() -> Page[ChainView]:
    """List the chains of public randomness that this service pins, and which is in use.

    Pin a chain in your own trust file with what its makers publish, not with what stands here.
    """
    return queries.chains()
