"""Doors to the lists of codes."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from bidding.classification import commands, queries
from bidding.classification.rules import IMPORT_LIST, Kind
from bidding.classification.schema import CodeView, ListImport, ListView
from oversight.addresses import Cursor
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.wire import Page

Beginning = Annotated[str, QueryParameter(max_length=20, description="First signs of the codes.")]
TAGS = ["classification"]


@get(
    "/v1/classification/lists",
    opt={"public": True},
    operation_id="listCodeLists",
    summary="List the code lists in use",
    tags=TAGS,
)
async def get_lists() -> Page[ListView]:
    """List both specialty trees and the regions, each with its version and source."""
    return Page(await queries.lists())


@get(
    "/v1/classification/lists/{kind:str}/codes",
    opt={"public": True},
    operation_id="listCodes",
    summary="List codes",
    tags=TAGS,
)
async def get_codes(
    kind: FromPath[Kind], begins: Beginning = "", cursor: Cursor = ""
) -> Page[CodeView]:
    """List the codes of one list that begin with `begins`, each with all that contain it."""
    return await queries.codes(kind, begins, cursor)


@post(
    "/v1/classification/lists",
    opt={"permission": IMPORT_LIST},
    operation_id="importCodeList",
    summary="Import a version of a list",
    tags=TAGS,
    request_max_body_size=1 << 25,
)
async def post_list(
    data: JSONBody[ListImport], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> ListView:
    """Import a version of a specialty tree or of the regions; it replaces the one before."""
    return await commands.import_list(actor, data, occasion)
