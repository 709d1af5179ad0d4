"""Doors to fee statements."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from bidding.fee import commands
from bidding.fee.rules import READ_FEES, STATE_FEES
from bidding.fee.schema import FeeOrder, FeeReceipt, StatementView
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

TAGS = ["ceremony"]
Number = Annotated[int, PathParameter(ge=1, le=10_000, description="Which statement, from 1.")]


@post(
    "/v1/draws/{draw:str}/fees",
    opt={"permission": STATE_FEES},
    operation_id="stateFees",
    summary="State what experts are owed",
    tags=TAGS,
)
async def post_fees(
    draw: IdInPath,
    data: JSONBody[FeeOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> FeeReceipt:
    """State hours, rate, tax withheld and travel of each expert, from the door's times, once the
    evaluation is concluded. Who left or was removed is owed nothing (财库〔2016〕198号 25).
    """
    return await commands.state_fees(actor, draw, data, occasion)


@get(
    "/v1/draws/{draw:str}/fees/{number:int}",
    opt={"permission": READ_FEES},
    operation_id="getFees",
    summary="Show a fee statement",
    tags=TAGS,
)
async def get_fees(draw: IdInPath, number: Number, actor: NamedDependency[Actor]) -> StatementView:
    """Show what each expert is owed, by line, and by name to who may read the opened list; the
    reading of names is recorded.
    """
    return await commands.show_fees(actor, draw, number)
