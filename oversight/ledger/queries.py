"""Questions to the log."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec

from oversight.database import is_postgres, run
from oversight.errors import ProofRejected, RuleBroken
from oversight.keys.directory import ring
from oversight.ledger import nodes
from oversight.ledger.facts import Entry, read_entry
from oversight.ledger.integrate import integrate
from oversight.ledger.notes import ED25519, VerifierKey
from oversight.ledger.proofs import tlog_proof
from oversight.ledger.rules import ENTRY_EFFECTIVE, ENTRY_EXISTS, INDEX_ASSIGNED
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.ledger.terms import terms
from oversight.values.canonical import parse_strict
from oversight.wire import Page, cursor_after, read_cursor

PAGE_MAX = 1_000  # entries in one answer
POLL_SECONDS = 0.02
T = TypeVar("T")

_COLUMNS = '"index", act, n, kind, subject, body, leaf'


class StoredCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint as it was signed."""

    size: int
    root: bytes  # 32 bytes
    note: str


class LoggedEntry(msgspec.Struct, frozen=True):
    """An entry and its place."""

    index: int
    act: str
    n: int  # ordinal within the act
    kind: str
    subject: str
    data: bytes  # the leaf data: canonical entry bytes
    leaf: bytes  # 32 bytes

    def entry(self) -> Entry:
        """Return what the entry says."""
        return read_entry(self.data)


class PlacedEntry(msgspec.Struct, frozen=True):
    """The proof that an entry stands under a checkpoint."""

    index: int
    path: list[bytes]  # 32-byte hashes, the leaf's sibling first
    checkpoint: StoredCheckpoint

    def text(self) -> str:
        """Return the `.tlog-proof` file."""
        return tlog_proof(self.index, self.path, self.checkpoint.note)


class Opened(msgspec.Struct, frozen=True):
    """What a commitment conceals."""

    salt: bytes  # 32 bytes
    value: object


async def head_size() -> int:
    """Return how many entries have an index."""
    rows = await run("SELECT size FROM head WHERE id = 1")
    return int(rows[0]["size"])


async def newest_checkpoint() -> StoredCheckpoint | None:
    """Return the checkpoint signed last; None before the first."""
    rows = await run("SELECT size, root, note FROM checkpoint ORDER BY size DESC LIMIT 1")
    return _checkpoint(rows[0]) if rows else None


async def effective_size() -> int:
    """Return below which index entries are in effect, judged anew from the newest checkpoint.

    No witness is configured, so the quorum is the log's own signature, which is verified here.

    Raises:
        ProofRejected: the stored checkpoint is not signed by the log's key.
    """
    newest = await newest_checkpoint()
    if newest is None:
        return 0
    origin = terms().origin
    key = VerifierKey(origin, ED25519, ring().log.public)
    checkpoint, _ = open_checkpoint(newest.note, origin, [key])
    if (checkpoint.size, checkpoint.root) != (newest.size, newest.root):
        raise ProofRejected(f"checkpoint {newest.size}: its columns differ from its note")
    return checkpoint.size


async def entry(index: int) -> LoggedEntry:
    """Return the entry at `index`.

    Raises:
        RuleBroken: ENTRY_EXISTS.
    """
    found = await _entries('WHERE "index" = {}', index)
    if not found:
        raise RuleBroken(ENTRY_EXISTS, needed="an index below the log's size", index=index)
    return found[0]


async def entries(since: int, limit: int = PAGE_MAX) -> list[LoggedEntry]:
    """Return at most `limit` entries (1,000 at the most) from index `since` on."""
    count = min(limit, PAGE_MAX)
    return await _entries('WHERE "index" >= {} ORDER BY "index" LIMIT {}', since, count)


async def entries_page(since: int, limit: int, cursor: str = "") -> Page[LoggedEntry]:
    """Return a page of entries from index `since` on, or behind the cursor of the page before.

    A full page has a cursor even where the log ends with it: one may ask on as the log grows.
    """
    if after := read_cursor(cursor, int):
        since = after[0]
    found = await entries(since, limit)
    return Page(found, cursor_after(found[-1].index + 1) if len(found) == limit else "")


async def entries_of_act(act: str) -> list[LoggedEntry]:
    """Return the entries of one act that have an index, in their order."""
    return await _entries("WHERE act = {} ORDER BY n", act)


async def entries_about(subject: str, kind: str | None = None) -> list[LoggedEntry]:
    """Return the entries about one subject, of one kind if it is given, in log order."""
    if kind is None:
        return await _entries('WHERE subject = {} ORDER BY "index"', subject)
    return await _entries('WHERE subject = {} AND kind = {} ORDER BY "index"', subject, kind)


async def index_of(act: str, n: int) -> int | None:
    """Return the index of an act's n-th entry; None while it waits, or if there is none."""
    rows = await run('SELECT "index" FROM entry WHERE act = {} AND n = {}', act, n)
    return int(rows[0]["index"]) if rows else None


async def leaf_of(act: str, n: int) -> bytes:
    """Return the leaf hash of a recorded entry, whether it has its index or not.

    Raises:
        RuleBroken: ENTRY_EXISTS.
    """
    for table in ("entry", "pending", "entry"):  # it may move between two questions
        rows = await run(f"SELECT leaf FROM {table} WHERE act = {{}} AND n = {{}}", act, n)  # noqa: S608
        if rows:
            return bytes(rows[0]["leaf"])
    raise RuleBroken(ENTRY_EXISTS, needed="an act and ordinal on record", act=act, n=n)


async def proof_of(index: int) -> PlacedEntry:
    """Return the place of the entry at `index` under the newest checkpoint.

    Raises:
        RuleBroken: ENTRY_EFFECTIVE, while no checkpoint covers it.
    """
    newest = await newest_checkpoint()
    if newest is None or not 0 <= index < newest.size:
        raise RuleBroken(ENTRY_EFFECTIVE, needed="the next checkpoint", index=index)
    return PlacedEntry(index, await nodes.inclusion_path(index, newest.size), newest)


async def proofs_of_act(act: str) -> list[PlacedEntry]:
    """Return the places of all entries of an act, in its order.

    Raises:
        RuleBroken: ENTRY_EXISTS, when no entry of the act has an index; ENTRY_EFFECTIVE.
    """
    found = await entries_of_act(act)
    if not found:
        raise RuleBroken(ENTRY_EXISTS, needed="an act whose entries have an index", act=act)
    return [await proof_of(logged.index) for logged in found]


async def required_checkpoint() -> StoredCheckpoint:
    """Return the checkpoint signed last.

    Raises:
        RuleBroken: ENTRY_EFFECTIVE, before the first one.
    """
    newest = await newest_checkpoint()
    if newest is None:
        raise RuleBroken(ENTRY_EFFECTIVE, needed="the first checkpoint")
    return newest


async def proof_between(old_size: int, size: int) -> list[bytes]:
    """Return the proof that the first `size` entries extend the first `old_size`.

    Raises:
        RuleBroken: ENTRY_EXISTS, when the log does not reach so far or `old_size` is not
            between 1 and `size`.
    """
    if not 0 < old_size <= size <= await head_size():
        raise RuleBroken(
            ENTRY_EXISTS,
            needed="sizes in order, the larger one reached by the log",
            old_size=old_size,
            size=size,
        )
    return await nodes.consistency_path(old_size, size)


async def payload_of(act: str, n: int) -> dict[str, Opened]:
    """Return what the commitments of an entry conceal, by field; erased ones are missing.

    Whoever asks sees protected data, and must record that it was read.
    """
    rows = await run(
        "SELECT field, salt, value FROM payload WHERE act = {} AND n = {} AND erased_at IS NULL",
        act,
        n,
    )
    return {row["field"]: _opened(act, n, row) for row in rows}


async def wait_index(act: str, n: int, seconds: float = 5.0) -> int:
    """Return the index of an act's n-th entry, waiting until it has one.

    Raises:
        RuleBroken: INDEX_ASSIGNED, when the time is over.
    """

    async def placed() -> int | None:
        found = await index_of(act, n)
        if found is None and is_postgres():
            await integrate()
        return found

    found = await _until(placed, seconds)
    if found is None:
        raise RuleBroken(INDEX_ASSIGNED, needed="asking again later", act=act, n=n)
    return found


async def wait_effective(index: int, seconds: float = 10.0) -> StoredCheckpoint:
    """Return a checkpoint that covers the entry at `index`, waiting until one is signed.

    Raises:
        RuleBroken: ENTRY_EFFECTIVE, when the time is over.
    """

    async def covered() -> StoredCheckpoint | None:
        return await newest_checkpoint() if await effective_size() > index else None

    found = await _until(covered, seconds)
    if found is None:
        raise RuleBroken(ENTRY_EFFECTIVE, needed="asking again later", index=index)
    return found


async def _until(question: Callable[[], Awaitable[T | None]], seconds: float) -> T | None:
    """Ask until the answer is not None, for at most `seconds`, and at least once."""
    clock = asyncio.get_running_loop()
    end = clock.time() + seconds
    while (found := await question()) is None and clock.time() < end:  # noqa: ASYNC110, the news may come from another process
        await asyncio.sleep(POLL_SECONDS)
    return found


async def _entries(where: str, *values: object) -> list[LoggedEntry]:
    rows = await run(f"SELECT {_COLUMNS} FROM entry {where}", *values)  # noqa: S608
    return _logged(rows)


def _logged(rows: Sequence[Any]) -> list[LoggedEntry]:
    return [
        LoggedEntry(
            row["index"],
            row["act"],
            row["n"],
            row["kind"],
            row["subject"],
            bytes(row["body"]),
            bytes(row["leaf"]),
        )
        for row in rows
    ]


def _checkpoint(row: Any) -> StoredCheckpoint:
    return StoredCheckpoint(row["size"], bytes(row["root"]), row["note"])


def _opened(act: str, n: int, row: Any) -> Opened:
    context = payload_context(act, n, row["field"])
    plain = ring().fields.open(bytes(row["value"]), context)
    return Opened(bytes(row["salt"]), parse_strict(plain))


def payload_context(act: str, n: int, field: str) -> str:
    """Return the context under which a concealed value is encrypted."""
    return f"payload/{act}/{n}/{field}"
