"""Doors to recusals and absences."""

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.recusal import commands, queries
from bidding.recusal.rules import DECLARE, LIFT, SEE_DECLARATIONS
from bidding.recusal.schema import AbsenceForm, DeclarationReceipt, Declarations, RecusalForm
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

TAGS = ["recusal"]


@post(
    "/v1/roster/experts/{expert:str}/recusals",
    opt={"permission": DECLARE},
    operation_id="declareRecusal",
    summary="Declare a recusal",
    tags=TAGS,
)
async def post_recusal(
    expert: IdInPath,
    data: JSONBody[RecusalForm],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DeclarationReceipt:
    """Declare that an expert stays away from an organisation, or from one committee or tender."""
    return await commands.declare_recusal(actor, expert, data, occasion)


@post(
    "/v1/roster/experts/{expert:str}/absences",
    opt={"permission": DECLARE},
    operation_id="declareAbsence",
    summary="Declare an absence",
    tags=TAGS,
)
async def post_absence(
    expert: IdInPath,
    data: JSONBody[AbsenceForm],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> DeclarationReceipt:
    """Declare days on which an expert is not available, both included."""
    return await commands.declare_absence(actor, expert, data, occasion)


@get(
    "/v1/roster/experts/{expert:str}/declarations",
    opt={"permission": SEE_DECLARATIONS},
    operation_id="listDeclarations",
    summary="List an expert's declarations",
    tags=TAGS,
)
async def get_declarations(expert: IdInPath) -> Declarations:
    """List all recusals and absences of an expert, those that were lifted too."""
    return await queries.declarations(expert)


@delete(
    "/v1/roster/declarations/{declaration:str}",
    opt={"permission": LIFT},
    operation_id="liftDeclaration",
    summary="Lift a recusal or an absence",
    tags=TAGS,
    status_code=200,
)
async def delete_declaration(
    declaration: IdInPath, actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> DeclarationReceipt:
    """End a recusal or an absence; what was declared stays on record."""
    return await commands.lift(actor, declaration, occasion)
