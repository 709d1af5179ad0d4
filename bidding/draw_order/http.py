"""The door through which a draw is ordered."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.draw.rules import ORDER_DRAW
from bidding.draw.schema import DrawOrder, DrawReceipt
from bidding.draw_order import commands
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion


@post(
    "/v1/draws",
    opt={"permission": ORDER_DRAW},
    operation_id="orderDraw",
    summary="Order a draw",
    tags=["draws"],
)
async def post_draw(
    data: JSONBody[DrawOrder], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> DrawReceipt:
    """Order the draw of a committee: from which specialties and regions, how many, whose nonces
    enter, and whose people stay away.
    """
    return await commands.order_draw(actor, data, occasion)
