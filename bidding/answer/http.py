"""Doors to seats, proposed answers, their evidence and their countersignature."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.answer import commands, queries
from bidding.answer.rules import COUNTERSIGN, DISMISS, PROPOSE_ANSWER, SEE_EVIDENCE
from bidding.answer.schema import (
    CounterSignature,
    Dismissal,
    DismissalReceipt,
    EvidenceView,
    FoundRecusal,
    ProposalView,
    SeatView,
)
from bidding.draw.rules import READ_DRAW, Answer
from bidding.draw.schema import DrawReceipt
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.wire import Page

TAGS = ["draws"]


@get(
    "/v1/draws/{draw:str}/seats",
    opt={"permission": READ_DRAW},
    operation_id="listSeats",
    summary="List seats",
    tags=TAGS,
)
async def get_seats(draw: IdInPath, actor: NamedDependency[Actor]) -> Page[SeatView]:
    """List seat numbers and states, to those who take part, operate, supervise or audit: who sits
    there is told to nobody. An exhausted seat needs a supplement.
    """
    return Page(await queries.seats_for(actor, draw))


@get(
    "/v1/draws/{draw:str}/proposals",
    opt={"permission": READ_DRAW},
    operation_id="listProposals",
    summary="List proposed answers",
    tags=TAGS,
)
async def get_proposals(draw: IdInPath, actor: NamedDependency[Actor]) -> Page[ProposalView]:
    """List what is said to have become of lines, oldest first, without the evidence."""
    return Page(await queries.proposals_for(actor, draw))


@post(
    "/v1/draws/{draw:str}/recusals",
    opt={"permission": PROPOSE_ANSWER},
    operation_id="proposeRecusal",
    summary="Propose a recusal",
    tags=TAGS,
)
async def post_recusal(
    draw: IdInPath,
    data: JSONBody[FoundRecusal],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> ProposalView:
    """Say that the expert on a seated line must stay away, on a ground that came out after the
    draw. It counts once a countersigner vouches for it.
    """
    return await commands.propose_recusal(actor, draw, data, occasion)


@get(
    "/v1/proposals/{proposal:str}/evidence",
    opt={"permission": SEE_EVIDENCE},
    operation_id="getEvidence",
    summary="Show the evidence of a proposed answer",
    tags=TAGS,
)
async def get_evidence(proposal: IdInPath, actor: NamedDependency[Actor]) -> EvidenceView:
    """Show salt and record to a contributor who may countersign, and to the auditor."""
    return await queries.evidence_for(actor, proposal)


@get(
    "/v1/proposals/{proposal:str}/statement",
    opt={"permission": COUNTERSIGN},
    operation_id="getAnswerStatement",
    summary="Show what a countersignature would sign",
    tags=TAGS,
)
async def get_statement(proposal: IdInPath, actor: NamedDependency[Actor]) -> Answer:
    """Show the statement that a countersignature covers, behind the draw's newest entry."""
    return await queries.statement_for(actor, proposal)


@post(
    "/v1/proposals/{proposal:str}/countersignature",
    opt={"permission": COUNTERSIGN},
    operation_id="countersignAnswer",
    summary="Countersign a proposed answer",
    tags=TAGS,
)
async def post_countersignature(
    proposal: IdInPath,
    data: JSONBody[CounterSignature],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DrawReceipt:
    """Vouch for a proposed answer with the key in the request: the line is freed, and the next in
    the order takes its seat.
    """
    return await commands.countersign(actor, proposal, data, occasion)


@post(
    "/v1/proposals/{proposal:str}/dismissal",
    opt={"permission": DISMISS},
    operation_id="dismissProposal",
    summary="Refuse or take back a proposed answer",
    tags=TAGS,
)
async def post_dismissal(
    proposal: IdInPath,
    data: JSONBody[Dismissal],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DismissalReceipt:
    """Refuse a proposal as a countersigner, or take back, as the operator, what the house
    proposed: the line stays seated.
    """
    return await commands.dismiss(actor, proposal, data, occasion)
