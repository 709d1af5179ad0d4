"""Doors to the expert pool. What goes through them holds no name, id number or phone."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from bidding.roster import commands, queries
from bidding.roster.rules import ADMIT, CHANGE_STANDING, LIST_EXPERTS, REGISTER, Status, Step
from bidding.roster.schema import (
    AccountLink,
    Admission,
    AdmissionReceipt,
    EmployerChange,
    ExpertDetail,
    ExpertReceipt,
    ExpertView,
    Registration,
    Search,
    StandingOrder,
)
from oversight.addresses import Cursor, IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.wire import Page

Specialty = Annotated[
    str, QueryParameter(max_length=20, description="Admitted for exactly this code.")
]
Region = Annotated[
    str, QueryParameter(max_length=6, description="GB/T 2260: this region and all below it.")
]
WithStatus = Annotated[
    str, QueryParameter(max_length=10, description=f"One of {', '.join(Status)}.")
]
TAGS = ["roster"]


@post(
    "/v1/roster/experts",
    opt={"permission": REGISTER},
    operation_id="registerExpert",
    summary="Register an expert",
    tags=TAGS,
)
async def post_expert(
    data: JSONBody[Registration], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> ExpertReceipt:
    """Register one person as proposed; another person admits."""
    return await commands.register_expert(actor, data, occasion)


@get(
    "/v1/roster/experts",
    opt={"permission": LIST_EXPERTS},
    operation_id="listExperts",
    summary="List experts",
    tags=TAGS,
)
async def get_experts(
    specialty: Specialty = "", region: Region = "", status: WithStatus = "", cursor: Cursor = ""
) -> Page[ExpertView]:
    """List experts by specialty, region and standing, in order of id."""
    wanted = Search(specialty=specialty, region=region, status=status, cursor=cursor)
    return await queries.search(wanted)


@post(
    "/v1/roster/searches",
    opt={"permission": LIST_EXPERTS},
    operation_id="searchExperts",
    summary="Search for experts",
    tags=TAGS,
    status_code=200,
)
async def post_search(
    data: JSONBody[Search], occasion: NamedDependency[Occasion]
) -> Page[ExpertView]:
    """Find experts also by id number, phone or whole name, which never stand in an address."""
    return await queries.search(data)


@get(
    "/v1/roster/experts/{expert:str}",
    opt={"permission": LIST_EXPERTS},
    operation_id="getExpert",
    summary="Show an expert",
    tags=TAGS,
)
async def get_expert(expert: IdInPath) -> ExpertDetail:
    """Show an expert with his history, without protected fields."""
    return await queries.detail(expert)


@post(
    "/v1/roster/admissions",
    opt={"permission": ADMIT},
    operation_id="admitExperts",
    summary="Admit experts",
    tags=TAGS,
)
async def post_admission(
    data: JSONBody[Admission], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> AdmissionReceipt:
    """Admit proposed experts, all or none: named ones, or all that one act registered."""
    return await commands.admit_experts(actor, data, occasion)


@post(
    "/v1/roster/experts/{expert:str}/proposals",
    opt={"permission": REGISTER},
    operation_id="proposeExpert",
    summary="Propose a declined expert again",
    tags=TAGS,
)
async def post_proposal(
    expert: IdInPath,
    data: JSONBody[StandingOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> ExpertReceipt:
    """Propose again somebody who was declined; another person admits."""
    return await commands.change_standing(actor, expert, Step.PROPOSE, data, occasion)


Change = Annotated[
    str,
    PathParameter(
        pattern=r"^(decline|suspend|resume|remove|retire)$(?!\n)", description="The step."
    ),
]


@post(
    "/v1/roster/experts/{expert:str}/standing/{step:str}",
    opt={"permission": CHANGE_STANDING},
    operation_id="changeStanding",
    summary="Decline, suspend, resume, remove or retire",
    tags=TAGS,
)
async def post_standing(
    expert: IdInPath,
    step: Change,
    data: JSONBody[StandingOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> ExpertReceipt:
    """Change an expert's standing for a coded reason."""
    return await commands.change_standing(actor, expert, Step(step), data, occasion)


@post(
    "/v1/roster/experts/{expert:str}/employers",
    opt={"permission": REGISTER},
    operation_id="changeEmployer",
    summary="Enter a new employer",
    tags=TAGS,
)
async def post_employer(
    expert: IdInPath,
    data: JSONBody[EmployerChange],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> ExpertReceipt:
    """Enter an expert's new employer; the one before counts as a former employer."""
    return await commands.change_employer(actor, expert, data, occasion)


@post(
    "/v1/roster/experts/{expert:str}/account",
    opt={"permission": REGISTER},
    operation_id="linkAccount",
    summary="Link an expert's own account",
    tags=TAGS,
)
async def post_account(
    expert: IdInPath,
    data: JSONBody[AccountLink],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> ExpertReceipt:
    """Say which account is the expert's own, so that he can declare recusals himself."""
    return await commands.link_account(actor, expert, data, occasion)
