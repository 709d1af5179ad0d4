"""Doors for files of experts."""

import io
from typing import Annotated, Any, Literal

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter, RawBody
from litestar.response import Response

from bidding.intake import commands, queries
from bidding.intake.queries import MEDIA_TYPES
from bidding.intake.rules import (
    IMPORT_EXPERTS,
    check_upload,
    template_header,
    template_notes,
)
from bidding.intake.schema import ImportReceipt, Progress
from bidding.sheet.queries import write_csv, write_xlsx
from oversight.authority.rules import Actor
from oversight.configuration import settings
from oversight.idempotency.requests import Occasion

UPLOAD_BYTES_MAX = 1 << 30  # what a door can be told; the configured bound is tighter
READ_KINDS = (*MEDIA_TYPES.values(), "application/octet-stream")
SkipBad = Annotated[bool, QueryParameter(description="Leave out lines with a fault.")]
Encoding = Annotated[
    Literal["", "utf-8", "gb18030"],
    QueryParameter(description="Of a CSV file, where it is known."),
]
Form = Annotated[Literal["csv", "xlsx"], QueryParameter(description="Kind of file.")]
Key = Annotated[
    str, QueryParameter(min_length=8, max_length=200, description="The import's Idempotency-Key.")
]
TAGS = ["intake"]


@post(
    "/v1/roster/imports",
    opt={"permission": IMPORT_EXPERTS, "reads": READ_KINDS},
    operation_id="importExperts",
    summary="Import a file of experts",
    tags=TAGS,
    request_max_body_size=UPLOAD_BYTES_MAX,
)
async def post_import(  # noqa: PLR0917, called by name
    request: Request[Any, Any, Any],
    body: RawBody,
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
    skip_bad: SkipBad = False,
    encoding: Encoding = "",
) -> ImportReceipt:
    """Register the experts of a CSV or XLSX file, the body as it is: all of them, or none.

    With `skip_bad`, lines with a fault are left out and named in the answer.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    check_upload(kind, READ_KINDS, len(body), settings().import_bytes_max)
    once = occasion.once
    key = f"{actor.person}/{once.key if once else ''}"

    def report(phase: str, lines: int, of: int) -> None:
        queries.note_progress(key, Progress(phase, lines, of))

    return await commands.import_experts(
        actor, io.BytesIO(body), occasion, skip_bad=skip_bad, encoding=encoding, report=report
    )


@get(
    "/v1/roster/imports/progress",
    opt={"permission": IMPORT_EXPERTS},
    operation_id="getImportProgress",
    summary="Show how far an import has come",
    tags=TAGS,
)
async def get_progress(actor: NamedDependency[Actor], key: Key) -> Progress:
    """Show how far one's own running import has come, as far as this process knows."""
    return queries.progress_of(f"{actor.person}/{key}")


@get(
    "/v1/roster/imports/template",
    opt={"public": True},
    operation_id="getImportTemplate",
    summary="Get the template of the file",
    tags=TAGS,
    media_type="application/octet-stream",
)
async def get_template(form: Form = "xlsx") -> Response[bytes]:
    """Get an empty file with the columns that an import reads; XLSX has notes on each."""
    content = (
        write_csv(template_header(), [])
        if form == "csv"
        else write_xlsx("专家", template_header(), [], template_notes())
    )
    headers = {"Content-Disposition": f'attachment; filename="experts.{form}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)
