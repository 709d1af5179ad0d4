"""Doors of the day: a screen for each post, and what is recorded."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.ceremony import commands, queries
from bidding.ceremony.rules import (
    APPLICANT,
    CONCLUDE,
    ELECT_HEAD,
    OPERATOR,
    SEE_AS_APPLICANT,
    SEE_AS_OPERATOR,
    SEE_AS_SUPERVISOR,
    SEE_DAY,
    SUPERVISOR,
    WITNESS_RECORDING,
)
from bidding.ceremony.schema import (
    ConclusionForm,
    DayReceipt,
    DayView,
    HeadForm,
    RecordingForm,
    Screen,
)
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

TAGS = ["ceremony"]


@get(
    "/v1/draws/{draw:str}/screens/applicant",
    opt={"permission": SEE_AS_APPLICANT},
    operation_id="getApplicantScreen",
    summary="Show the day as the applicant sees it",
    tags=TAGS,
)
async def get_applicant(draw: IdInPath, actor: NamedDependency[Actor]) -> Screen:
    """Show what is done, what is waited for, by whom, and what the applicant may do next."""
    return await queries.screen(actor, draw, APPLICANT)


@get(
    "/v1/draws/{draw:str}/screens/operator",
    opt={"permission": SEE_AS_OPERATOR},
    operation_id="getOperatorScreen",
    summary="Show the day as the operator sees it",
    tags=TAGS,
)
async def get_operator(draw: IdInPath, actor: NamedDependency[Actor]) -> Screen:
    """Show what is done, what is waited for, by whom, and what the operator may do next."""
    return await queries.screen(actor, draw, OPERATOR)


@get(
    "/v1/draws/{draw:str}/screens/supervisor",
    opt={"permission": SEE_AS_SUPERVISOR},
    operation_id="getSupervisorScreen",
    summary="Show the day as the supervisor sees it",
    tags=TAGS,
)
async def get_supervisor(draw: IdInPath, actor: NamedDependency[Actor]) -> Screen:
    """Show the same for the supervisor, with every card that did not open the door."""
    return await queries.screen(actor, draw, SUPERVISOR)


@get(
    "/v1/draws/{draw:str}/day",
    opt={"permission": SEE_DAY},
    operation_id="getDay",
    summary="Show what was recorded of the day",
    tags=TAGS,
)
async def get_day(draw: IdInPath, actor: NamedDependency[Actor]) -> DayView:
    """Show suspensions, recordings and the conclusion, without names and words."""
    return await queries.day_for(actor, draw)


@post(
    "/v1/draws/{draw:str}/recordings",
    opt={"permission": WITNESS_RECORDING},
    operation_id="witnessRecording",
    summary="Vouch for a recording",
    tags=TAGS,
)
async def post_recording(
    draw: IdInPath,
    data: JSONBody[RecordingForm],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DayReceipt:
    """Witness from elsewhere: digest, place, beginning and end of a recording, and a statement."""
    return await commands.witness_recording(actor, draw, data, occasion)


@post(
    "/v1/draws/{draw:str}/heads",
    opt={"permission": ELECT_HEAD},
    operation_id="electHead",
    summary="Record the committee's head",
    tags=TAGS,
)
async def post_head(
    draw: IdInPath,
    data: JSONBody[HeadForm],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DayReceipt:
    """Record whom the members elected: an expert, or a representative where that is lawful."""
    return await commands.elect_head(actor, draw, data, occasion)


@post(
    "/v1/draws/{draw:str}/conclusion",
    opt={"permission": CONCLUDE},
    operation_id="concludeEvaluation",
    summary="Conclude an evaluation",
    tags=TAGS,
)
async def post_conclusion(
    draw: IdInPath,
    data: JSONBody[ConclusionForm],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DayReceipt:
    """Record that the evaluation is over, with remarks for the draw record."""
    return await commands.conclude(actor, draw, data, occasion)
