"""Doors to draws from lists."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.answer.rules import PROPOSE_ANSWER
from bidding.answer.schema import ProposalView
from bidding.draw.schema import DrawReceipt
from bidding.item_draw import commands, queries
from bidding.item_draw.rules import ORDER_ITEMS
from bidding.item_list.schema import Failure, ItemOrder, ItemsView
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

TAGS = ["draws"]


@post(
    "/v1/item-draws",
    opt={"permission": ORDER_ITEMS},
    operation_id="orderItems",
    summary="Order a draw from lists",
    tags=TAGS,
)
async def post_items(
    data: JSONBody[ItemOrder], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> DrawReceipt:
    """Order a draw that needs no committee: suppliers to invite, a tie to break, a coefficient, an
    order of presentation, a host site, a sample to inspect, as far as the edition allows it.
    Everything after the order is as for any draw.
    """
    return await commands.order_items(actor, data, occasion)


@post(
    "/v1/draws/{draw:str}/failures",
    opt={"permission": PROPOSE_ANSWER},
    operation_id="proposeFailure",
    summary="Propose that a supplier or an item makes way",
    tags=TAGS,
)
async def post_failure(
    draw: IdInPath,
    data: JSONBody[Failure],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> ProposalView:
    """Say that a drawn supplier gave no answer in time, or that a drawn site or object cannot be
    had. It counts once a countersigner vouches for it; then the next in the order takes the place.
    """
    return await commands.propose_failure(actor, draw, data, occasion)


@get(
    "/v1/draws/{draw:str}/items",
    opt={"public": True},
    operation_id="getItems",
    summary="Watch a draw of items",
    tags=TAGS,
)
async def get_items(draw: IdInPath) -> ItemsView:
    """Show, while it happens, how far a draw of items with public labels is: its roster and secret
    from the seal on, what was drawn in which order from the draw on.
    """
    return await queries.items_view(draw)
