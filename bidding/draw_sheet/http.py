"""Doors to the printed record of a draw."""

from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from bidding.draw_sheet import commands, queries
from bidding.draw_sheet.rules import PRINT_SHEET, READ_SHEET
from bidding.draw_sheet.schema import SheetOrder, SheetReceipt, SheetView
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.wire import Page

TAGS = ["draws"]
PDF = "application/pdf"
Number = Annotated[int, PathParameter(ge=1, le=10_000, description="Which record, from 1.")]


@post(
    "/v1/draws/{draw:str}/sheets",
    opt={"permission": PRINT_SHEET},
    operation_id="printDrawSheet",
    summary="Print the record of a draw",
    tags=TAGS,
)
async def post_sheet(
    draw: IdInPath,
    data: JSONBody[SheetOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> SheetReceipt:
    """Print the record (抽取记录表) as the draw stands now, without names; its digest goes on the
    log. The terminal's copy leaves out which units were avoided.
    """
    return await commands.print_sheet(actor, draw, data, occasion)


@get(
    "/v1/draws/{draw:str}/sheets",
    opt={"permission": READ_SHEET},
    operation_id="listDrawSheets",
    summary="List printed records of a draw",
    tags=TAGS,
)
async def list_sheets(draw: IdInPath, actor: NamedDependency[Actor]) -> Page[SheetView]:
    """List the records that were printed, by digest."""
    return Page(await queries.sheets_for(actor, draw))


@get(
    "/v1/draws/{draw:str}/sheets/{number:int}",
    opt={"permission": READ_SHEET},
    operation_id="getDrawSheet",
    summary="Give a printed record",
    media_type=PDF,
    tags=TAGS,
)
async def get_sheet(
    draw: IdInPath, number: Number, actor: NamedDependency[Actor]
) -> Response[bytes]:
    """Give the PDF/A-2b file as it was handed out."""
    file = await queries.file_for(actor, draw, number)
    headers = {"Content-Disposition": f'attachment; filename="draw-{draw}-{number}.pdf"'}
    return Response(file, media_type=PDF, headers=headers)
