"""The published log at the service's own door (C2SP tlog-tiles): the same files, the same bytes.

Any web server may serve the directory instead; nothing here is computed.
"""

import asyncio
from pathlib import Path
from typing import Annotated

from litestar import Response, get
from litestar.params import PathParameter

from oversight.errors import Ground, Rule, RuleBroken
from oversight.ledger.terms import terms
from oversight.publication.paths import ANYBODY, FOR_EVER, SOON_OLD, TILE_PATH
from oversight.publication.source import CHECKPOINT

FILE_PUBLISHED = Rule(
    "publication.file_published",
    "The file is part of the published log.",
    "design: ledger.md#Public files",
    Ground.ABSENT,
)

TilePath = Annotated[
    str,
    PathParameter(
        description="`<L>/<N>[.p/<W>]` for hashes of level L, `entries/<N>[.p/<W>]` for entries; "
        "N in groups of three digits, all but the last marked with x."
    ),
]
TAGS = ["log"]


@get(
    "/log/checkpoint",
    opt={"public": True},
    media_type="text/plain; charset=utf-8",
    operation_id="getPublishedCheckpoint",
    summary="Give the published checkpoint",
    tags=TAGS,
)
async def get_published_checkpoint() -> Response[bytes]:
    """Give the newest checkpoint whose tiles are all published, with its cosignatures."""
    return await _file(CHECKPOINT, "text/plain", SOON_OLD)  # the charset is added


@get(
    "/log/tile/{path:path}",
    opt={"public": True},
    media_type="application/octet-stream",
    operation_id="getPublishedTile",
    summary="Give a published tile or entry bundle",
    tags=TAGS,
)
async def get_published_tile(path: TilePath) -> Response[bytes]:
    """Give a tile of hashes (32 bytes each), or a bundle of entries (each behind its length in two
    bytes). A partial one may be gone once the full one exists: take its beginning instead.
    """
    name = path.removeprefix("/")
    if not TILE_PATH.fullmatch(name):
        raise _absent()
    return await _file(f"tile/{name}", "application/octet-stream", FOR_EVER)


async def _file(name: str, media_type: str, keeping: str) -> Response[bytes]:
    directory = terms().public_dir
    if directory is None:
        raise _absent()
    try:
        content = await asyncio.to_thread(Path(directory, name).read_bytes)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise _absent() from None
    headers = {"Cache-Control": keeping, **ANYBODY}
    return Response(content, media_type=media_type, headers=headers)


def _absent() -> RuleBroken:
    needed = "a tile of the newest checkpoint's log, by its path"
    return RuleBroken(FILE_PUBLISHED, needed=needed)
