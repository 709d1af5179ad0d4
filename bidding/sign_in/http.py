"""Doors of the door: cards in and out; who did not come, and who does not stay."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.sign_in import commands
from bidding.sign_in.rules import CHECK_CARD, SAY_ABSENT, SAY_DEPARTED
from bidding.sign_in.schema import Card, CardAnswer, CardOut, DepartureOrder, ProposedView
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

TAGS = ["sign-in"]


@post(
    "/v1/draws/{draw:str}/sign-ins",
    opt={"permission": CHECK_CARD},
    operation_id="checkCard",
    summary="Check an identity card at the door",
    tags=TAGS,
    status_code=200,
)
async def post_card(
    draw: IdInPath,
    data: JSONBody[Card],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> CardAnswer:
    """Say whether the bearer of a card is expected, and in which room. There is no list to look
    at; each card that is turned away is counted, and too many close the door for a while.
    """
    return await commands.check_card(actor, draw, data, occasion)


@post(
    "/v1/draws/{draw:str}/sign-outs",
    opt={"permission": CHECK_CARD},
    operation_id="checkOut",
    summary="Sign somebody out",
    tags=TAGS,
    status_code=200,
)
async def post_card_out(
    draw: IdInPath,
    data: JSONBody[CardOut],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> CardAnswer:
    """Record when somebody who signed in goes; he may sign in again."""
    return await commands.check_out(actor, draw, data, occasion)


@post(
    "/v1/draws/{draw:str}/absences",
    opt={"permission": SAY_ABSENT},
    operation_id="proposeAbsences",
    summary="Propose who is absent",
    tags=TAGS,
)
async def post_absences(
    draw: IdInPath, actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> ProposedView:
    """Propose `absent` for every line whose expert accepted and did not come in time."""
    return await commands.say_absent(actor, draw, occasion)


@post(
    "/v1/draws/{draw:str}/departures",
    opt={"permission": SAY_DEPARTED},
    operation_id="proposeDeparture",
    summary="Propose that somebody left or is removed",
    tags=TAGS,
)
async def post_departure(
    draw: IdInPath,
    data: JSONBody[DepartureOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> ProposedView:
    """Propose `left` or `removed` for a line, with a coded reason; it counts once countersigned."""
    return await commands.say_departed(actor, draw, data, occasion)
