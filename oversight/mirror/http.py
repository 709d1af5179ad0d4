"""A mirror's doors besides a witness's: its copy of each log (C2SP tlog-tiles).

    GET <prefix>/<hex SHA-256 of the origin>/checkpoint
    GET <prefix>/<hex SHA-256 of the origin>/tile/…

`<prefix>/<hash>` is a log's URL prefix for everybody who reads static logs.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from threading import Thread

from litestar import Litestar, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from oversight.ledger.rules import HASH_BYTES
from oversight.mirror.commands import Mirror
from oversight.publication.paths import ANYBODY, FOR_EVER, TILE_PATH
from oversight.publication.source import CHECKPOINT
from oversight.values.digests import is_hex
from oversight.witness.http import TEXT, create_cosigner_app

BYTES = "application/octet-stream"
PATIENCE_SECONDS = 5.0  # at the end, for a file that is being fetched; a copy bears being cut off


@get("/{hashed:str}/tile/{path:path}")
async def get_tile(hashed: FromPath[str], path: FromPath[str], state: State) -> Response[bytes]:
    """Give a tile, or a bundle of entries, as it was verified."""
    name = path.removeprefix("/")
    found = None
    if is_hex(hashed, HASH_BYTES) and TILE_PATH.fullmatch(name):
        found = await asyncio.to_thread(_read, state.mirror.public / hashed / "tile" / name)
    if found is None:
        return Response(b"not found\n", status_code=HTTPStatus.NOT_FOUND, media_type=TEXT)
    headers = {"Cache-Control": FOR_EVER, **ANYBODY}
    return Response(found, media_type=BYTES, headers=headers)


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def create_mirror_app(mirror: Mirror, seconds: float, prefix: str = "") -> Litestar:
    """Return the application of a mirror that follows its logs each `seconds`."""

    def latest(hashed: str) -> str | None:
        found = _read(mirror.public / hashed / CHECKPOINT) if is_hex(hashed, HASH_BYTES) else None
        return found.decode() if found is not None else None

    @asynccontextmanager
    async def following(_: Litestar) -> AsyncIterator[None]:
        hand = Thread(target=mirror.keep_following, args=(seconds,), daemon=True)
        hand.start()
        try:
            yield
        finally:
            mirror.stop()
            await asyncio.to_thread(hand.join, PATIENCE_SECONDS)

    app = create_cosigner_app(mirror.submit, latest, prefix, [get_tile], [following])
    app.state.mirror = mirror
    return app
