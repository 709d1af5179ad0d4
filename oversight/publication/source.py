"""Where the published files of a log are read from: a directory, or a URL prefix.

Whoever reads them trusts nothing of them: every file is of bounded size, a directory is never
left through a link, and a server never sends its reader to another host.
"""

import asyncio
import errno
import os
import stat
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import httpx

from oversight.errors import ProofRejected
from oversight.ledger.facts import ENTRY_BYTES_MAX
from oversight.ledger.notes import NOTE_BYTES_MAX
from oversight.ledger.rules import HASH_BYTES
from oversight.ledger.tiles import WIDTH, bundle_path, split_bundle, tile_path
from oversight.remote import authorities

CHECKPOINT = "checkpoint"
CHECKPOINT_BYTES_MAX = NOTE_BYTES_MAX
TILE_BYTES = WIDTH * HASH_BYTES
BUNDLE_BYTES_MAX = WIDTH * (ENTRY_BYTES_MAX + 2)

ATTEMPTS = 4  # to read a file over the network
FIRST_PAUSE_SECONDS = 0.25  # doubled after each attempt
TIMEOUT_SECONDS = 30.0  # for each step: to connect, to send, to receive anything at all
FILE_SECONDS = 300.0  # for one file, all attempts together: the largest comes at half a megabit/s
REDIRECTS_MAX = 3
GONE = (404, 410)
AGAIN = (408, 425, 429)  # and whatever is the server's own fault
SERVER_FAULT = 500


T = TypeVar("T")


class Missing(ProofRejected):
    """A file that the log's size demands is not published."""


class SourceUnreachable(Exception):  # noqa: N818, a statement about the way there
    """No answer about a file could be had. That says nothing about the log."""


class Source(Protocol):
    """The published files of one log."""

    name: str  # for messages

    def read(self, path: str, bytes_max: int) -> bytes:
        """Return one file.

        Raises:
            Missing: it is not there.
            ProofRejected: it is longer than `bytes_max`, or is no file of this source.
            SourceUnreachable: nobody knows.
        """

    def close(self) -> None:
        """Let go of connections."""

    def __enter__(self) -> Self:
        """Return the source."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""


def open_source(text: str) -> Source:
    """Return the source that `text` names: a URL prefix (http, https), else a directory."""
    if text.startswith(("http://", "https://")):
        return UrlSource(text)
    return DirectorySource(Path(text))


def read_tile(source: Source, level: int, index: int, width: int = WIDTH) -> bytes:
    """Return `width` hashes as published: a partial tile may be gone once the full one is there.

    Raises:
        as `Source.read`; ProofRejected for a file of another length, too.
    """
    path = tile_path(level, index, width)
    try:
        data, expected = source.read(path, TILE_BYTES), width
    except Missing:
        if width == WIDTH:
            raise
        path, expected = tile_path(level, index), WIDTH
        data = _instead(source, path, tile_path(level, index, width), TILE_BYTES)
    if len(data) != expected * HASH_BYTES:
        raise ProofRejected(f"{path}: {len(data)} bytes where {expected * HASH_BYTES} belong")
    return data[: width * HASH_BYTES]


def read_bundle(source: Source, index: int, width: int = WIDTH) -> list[bytes]:
    """Return the first `width` entries of a bundle as published; falls back as `read_tile`."""
    path = bundle_path(index, width)
    try:
        data, expected = source.read(path, BUNDLE_BYTES_MAX), width
    except Missing:
        if width == WIDTH:
            raise
        path, expected = bundle_path(index), WIDTH
        data = _instead(source, path, bundle_path(index, width), BUNDLE_BYTES_MAX)
    try:
        return split_bundle(data, expected)[:width]
    except ProofRejected as rejected:
        raise ProofRejected(f"{path}: {rejected}") from None


def _instead(source: Source, path: str, wanted: str, bytes_max: int) -> bytes:
    """Return the full file in whose place nothing else was found."""
    try:
        return source.read(path, bytes_max)
    except Missing:
        raise Missing(f"{wanted}: neither it nor the full one is published") from None


class _Closing:
    """What every source does at the end of a `with`."""

    def close(self) -> None:
        """Let go of connections; there may be none."""

    def __enter__(self) -> Self:
        """Return the source."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


class DirectorySource(_Closing):
    """Files below a directory."""

    def __init__(self, directory: Path) -> None:
        self.name, self.directory = str(directory), directory
        self._root = os.path.realpath(directory)
        self._inside: set[str] = set()  # folders that were found to lie in it

    def read(self, path: str, bytes_max: int) -> bytes:
        """Return one file; see `Source`."""
        place = f"{self._root}/{path}"
        try:
            self._require_inside(os.path.dirname(place), path)
            # Neither led elsewhere by a link, nor kept waiting by what is no file.
            descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode):
                    raise ProofRejected(f"{path}: is no file")
                data = _read_all(descriptor, min(found.st_size, bytes_max) + 1)
            finally:
                os.close(descriptor)
        except (FileNotFoundError, NotADirectoryError):
            raise Missing(f"{path}: is not published") from None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise ProofRejected(f"{path}: is a link") from None
            raise SourceUnreachable(f"{path}: {error.strerror} in {self.name}") from None
        _require_bounded(path, data, bytes_max)
        return data

    def _require_inside(self, folder: str, path: str) -> None:
        if folder in self._inside:
            return
        real = os.path.realpath(folder)
        if os.path.commonpath([real, self._root]) != self._root:
            raise ProofRejected(f"{path}: lies outside {self.name}")
        self._inside.add(folder)


def _read_all(descriptor: int, bytes_max: int) -> bytes:
    """Return what is in a file, `bytes_max` of it at the most."""
    data = os.read(descriptor, bytes_max)
    while len(data) < bytes_max and (more := os.read(descriptor, bytes_max - len(data))):
        data += more
    return data


class UrlSource(_Closing):
    """Files below a URL prefix.

    They are fetched by a loop in a thread of its own: only there can a server be left in the
    middle of whatever it sends, be it one byte of a header every twenty seconds.
    """

    def __init__(self, prefix: str) -> None:
        self.name = prefix.rstrip("/")
        self._host = _host(httpx.URL(self.name))
        self._client = httpx.AsyncClient(
            timeout=TIMEOUT_SECONDS, follow_redirects=False, verify=authorities()
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Close the connections."""
        if self._loop.is_closed():
            return
        self._waited_for(self._client.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def read(self, path: str, bytes_max: int) -> bytes:
        """Return one file; see `Source`. It takes FILE_SECONDS at the most."""
        return self._waited_for(self._read(path, bytes_max))

    def _waited_for(self, deed: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(deed, self._loop).result()

    async def _read(self, path: str, bytes_max: int) -> bytes:
        try:
            async with asyncio.timeout(FILE_SECONDS):
                return await self._insisted(path, bytes_max)
        except TimeoutError:
            late = f"{path}: not here within {FILE_SECONDS:g} seconds"
            raise SourceUnreachable(late) from None

    async def _insisted(self, path: str, bytes_max: int) -> bytes:
        """Ask until there is an answer, a few times."""
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._asked(path, bytes_max)
            except (SourceUnreachable, httpx.TransportError, httpx.DecodingError) as error:
                if attempt == ATTEMPTS:
                    cause = str(error) or type(error).__name__
                    raise SourceUnreachable(f"{path}: no answer, {cause}") from None
            await asyncio.sleep(pause)
            pause *= 2
        raise AssertionError("unreachable")

    async def _asked(self, path: str, bytes_max: int) -> bytes:
        """Ask once, following redirects on the same host."""
        url = httpx.URL(f"{self.name}/{path}")
        for _ in range(REDIRECTS_MAX + 1):
            async with self._client.stream("GET", url) as answer:
                if answer.next_request is None:
                    return await self._taken(path, answer, bytes_max)
                url = answer.next_request.url
            if _host(url) != self._host:
                raise ProofRejected(f"{path}: the server sends its readers to another host")
        raise ProofRejected(f"{path}: the server sends its readers round in circles")

    async def _taken(self, path: str, answer: httpx.Response, bytes_max: int) -> bytes:
        """Return what an answer holds; no more of it is read than may be."""
        status = answer.status_code
        if status in GONE:
            raise Missing(f"{path}: is not published")
        if status in AGAIN or status >= SERVER_FAULT:
            raise SourceUnreachable(f"status {status}")
        if not answer.is_success:
            raise ProofRejected(f"{path}: the server answers with status {status}")
        data = bytearray()
        async for part in answer.aiter_bytes():
            data += part
            _require_bounded(path, data, bytes_max)
        return bytes(data)


def _require_bounded(path: str, data: bytes | bytearray, bytes_max: int) -> None:
    if len(data) > bytes_max:
        raise ProofRejected(f"{path}: longer than {bytes_max} bytes")


def _host(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
