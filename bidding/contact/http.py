"""Doors for whoever runs a draw, and for whoever looks on: seats and states, never names."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from bidding.contact import commands, queries
from bidding.contact.rules import OPEN_CONTACT, RING, SEE_CONTACT
from bidding.contact.schema import ContactOrder, ContactReceipt, ContactView, UnreachedReceipt
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

Line = Annotated[int, PathParameter(ge=0, le=10**7, description="Of the walk, from 0.")]
TAGS = ["contact"]


@post(
    "/v1/draws/{draw:str}/contact",
    opt={"permission": OPEN_CONTACT},
    operation_id="openContact",
    summary="Open the invitations of a draw",
    tags=TAGS,
)
async def post_contact(
    draw: IdInPath,
    data: JSONBody[ContactOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> ContactReceipt:
    """Begin to invite everybody who holds a seat. The service rings, in the edition's pace, and
    invites whoever takes a freed seat; nobody chooses whom.
    """
    return await commands.open_contact(actor, draw, data, occasion)


@get(
    "/v1/draws/{draw:str}/contact",
    opt={"permission": SEE_CONTACT},
    operation_id="getContact",
    summary="Show how far the invitations are",
    tags=TAGS,
)
async def get_contact(draw: IdInPath, actor: NamedDependency[Actor]) -> ContactView:
    """Show each seat's number and the state of its invitation."""
    return await queries.view_for(actor, draw)


@post(
    "/v1/draws/{draw:str}/contact/{line:int}/unreachable",
    opt={"permission": RING},
    operation_id="proposeUnreachable",
    summary="Propose that a line is unreachable",
    tags=TAGS,
)
async def post_unreachable(
    draw: IdInPath,
    line: Line,
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> UnreachedReceipt:
    """Propose `unreachable` without waiting for the service to do so. Until the edition's tries
    and times are used up, the refusal says what is missing.
    """
    return await commands.propose_unreachable(actor, draw, line, occasion)
