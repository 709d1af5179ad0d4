"""Questions to the log."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec

from oversight.database import is_postgres, reading, run
from oversight.errors import RuleBroken
from oversight.ledger import nodes
from oversight.ledger.facts import Entry, read_entry
from oversight.ledger.integrate import integrate
from oversight.ledger.proofs import tlog_proof
from oversight.ledger.rules import ENTRY_EFFECTIVE, ENTRY_EXISTS, INDEX_ASSIGNED
from oversight.wire import Page, cursor_after, read_cursor

PAGE_MAX = 1_000  # entries in one answer
POLL_SECONDS = 0.02
T = TypeVar("T")

_COLUMNS = '"index", act, n, kind, subject, body, leaf'


class StoredCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint as it was signed, with what witnesses signed below it."""

    size: int
    root: bytes  # 32 bytes
    note: str  # signed note: the log's lines, then those of witnesses


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


async def head_size() -> int:
    """Return how many entries have an index."""
    rows = await run("SELECT size FROM head WHERE id = 1")
    return int(rows[0]["size"])


async def head_of() -> tuple[int, bytes]:
    """Return size and root of the log: all entries that have an index."""
    rows = await run("SELECT size, root FROM head WHERE id = 1")
    return int(rows[0]["size"]), bytes(rows[0]["root"])


async def signed_size() -> int:
    """Return below which index entries are covered by a checkpoint: no other index is told."""
    rows = await run("SELECT max(size) AS size FROM checkpoint")
    return int(rows[0]["size"] or 0)


async def newest_checkpoint() -> StoredCheckpoint | None:
    """Return the checkpoint signed last, with its cosignatures; None before the first."""
    rows = await run("SELECT size, root, note FROM checkpoint ORDER BY size DESC LIMIT 1")
    return (await _checkpoints(rows))[0] if rows else None


async def checkpoints_from(size: int, least: int, since: int, limit: int) -> list[StoredCheckpoint]:
    """Return at most `limit` checkpoints of `size` entries or more, smallest first.

    Only those with at least `least` cosignatures that claim a second from `since` on; the lines
    are not verified here.
    """
    if not least:
        where = "WHERE size >= {} ORDER BY size LIMIT {}"
        return await _checkpoints(
            await run(f"SELECT size, root, note FROM checkpoint {where}", size, limit)  # noqa: S608
        )
    return await _checkpoints(
        await run(
            "SELECT size, root, note FROM checkpoint WHERE size IN (SELECT size FROM cosignature"
            " WHERE size >= {} AND at >= {} GROUP BY size HAVING count(*) >= {} ORDER BY size"
            " LIMIT {}) ORDER BY size",
            size,
            since,
            least,
            limit,
        )
    )


async def checkpoints_before(
    size: int, least: int, before: int, limit: int
) -> list[StoredCheckpoint]:
    """Return at most `limit` checkpoints of `size` entries or more, smallest first.

    Only those with at least `least` cosignatures that claim a second before `before`; the lines
    are not verified here.
    """
    return await _checkpoints(
        await run(
            "SELECT size, root, note FROM checkpoint WHERE size IN (SELECT size FROM cosignature"
            " WHERE size >= {} AND at < {} GROUP BY size HAVING count(*) >= {} ORDER BY size"
            " LIMIT {}) ORDER BY size",
            size,
            before,
            least,
            limit,
        )
    )


async def checkpoints_cosigned(
    least_size: int, size: int, least: int, limit: int
) -> list[StoredCheckpoint]:
    """Return at most `limit` checkpoints of `least_size` to `size` entries, largest first.

    Only those with at least `least` cosignatures, which are not verified here.
    """
    return await _checkpoints(
        await run(
            "SELECT size, root, note FROM checkpoint WHERE size BETWEEN {} AND {} AND"
            " (SELECT count(*) FROM cosignature WHERE cosignature.size = checkpoint.size) >= {}"
            " ORDER BY size DESC LIMIT {}",
            least_size,
            size,
            least,
            limit,
        )
    )


async def entry(index: int) -> LoggedEntry:
    """Return the entry at `index`.

    Raises:
        RuleBroken: ENTRY_EXISTS.
    """
    found = await _entries('WHERE "index" = {}', index)
    if not found:
        raise RuleBroken(ENTRY_EXISTS, needed="an index below the log's size", index=index)
    return found[0]


async def covered_entry(index: int) -> LoggedEntry:
    """Return the entry at `index`, once a checkpoint covers it.

    Raises:
        RuleBroken: ENTRY_EXISTS.
    """
    if index >= await signed_size():
        raise RuleBroken(ENTRY_EXISTS, needed="an index below the newest checkpoint's size")
    return await entry(index)


async def entries(since: int, limit: int = PAGE_MAX) -> list[LoggedEntry]:
    """Return at most `limit` entries (1,000 at the most) from index `since` on."""
    count = min(limit, PAGE_MAX)
    return await _entries('WHERE "index" >= {} ORDER BY "index" LIMIT {}', since, count)


async def entries_page(since: int, limit: int, cursor: str = "") -> Page[LoggedEntry]:
    """Return a page of covered entries from index `since` on, or behind the cursor of the page
    before.

    A full page has a cursor even where the log ends with it: one may ask on as the log grows.
    """
    if after := read_cursor(cursor, int):
        since = after[0]
    found = await entries(since, min(limit, max(0, await signed_size() - since)))
    return Page(found, cursor_after(found[-1].index + 1) if len(found) == limit else "")


async def entries_of_act(act: str) -> list[LoggedEntry]:
    """Return the entries of one act that have an index, in their order."""
    return await _entries("WHERE act = {} ORDER BY n", act)


async def recorded_of_act(act: str) -> list[tuple[int, str, bytes, int | None]]:
    """Return (n, kind, leaf hash, index) of an act's entries; the index is None while one waits."""
    async with reading():  # an entry moves from one table to the other between two moments
        placed = await entries_of_act(act)
        waiting = await run("SELECT n, kind, leaf FROM pending WHERE act = {} ORDER BY n", act)
    return [(one.n, one.kind, one.leaf, one.index) for one in placed] + [
        (row["n"], row["kind"], bytes(row["leaf"]), None) for row in waiting
    ]


async def entries_about(subject: str, kind: str | None = None) -> list[LoggedEntry]:
    """Return the entries about one subject, of one kind if it is given, in log order."""
    if kind is None:
        return await _entries('WHERE subject = {} ORDER BY "index"', subject)
    return await _entries('WHERE subject = {} AND kind = {} ORDER BY "index"', subject, kind)


async def index_of(act: str, n: int) -> int | None:
    """Return the index of an act's n-th entry; None while it waits, or if there is none."""
    rows = await run('SELECT "index" FROM entry WHERE act = {} AND n = {}', act, n)
    return int(rows[0]["index"]) if rows else None


async def covered_index_of(act: str, n: int) -> int | None:
    """Return the index of an act's n-th entry; None until a checkpoint covers it."""
    index = await index_of(act, n)
    return index if index is not None and index < await signed_size() else None


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
        RuleBroken: ENTRY_EXISTS, when no checkpoint reaches so far or `old_size` is not
            between 1 and `size`.
    """
    if not 0 < old_size <= size <= await signed_size():
        raise RuleBroken(
            ENTRY_EXISTS,
            needed="sizes in order, the larger one reached by the log",
            old_size=old_size,
            size=size,
        )
    return await nodes.consistency_path(old_size, size)


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

    found = await until(placed, seconds)
    if found is None:
        raise RuleBroken(INDEX_ASSIGNED, needed="asking again later", act=act, n=n)
    return found


async def until(question: Callable[[], Awaitable[T | None]], seconds: float) -> T | None:
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


async def _checkpoints(rows: Sequence[Any]) -> list[StoredCheckpoint]:
    """Return checkpoints with the lines of their cosignatures below their notes."""
    if not rows:
        return []
    sizes = [row["size"] for row in rows]
    lines = await run(
        "SELECT size, line FROM cosignature WHERE size BETWEEN {} AND {} ORDER BY name, key_id",
        min(sizes),
        max(sizes),
    )
    below: dict[int, list[str]] = {}
    for line in lines:
        below.setdefault(line["size"], []).append(line["line"])
    return [
        StoredCheckpoint(
            row["size"], bytes(row["root"]), row["note"] + "".join(below.get(row["size"], []))
        )
        for row in rows
    ]


def payload_context(act: str, n: int, field: str) -> str:
    """Return the context under which a concealed value is encrypted."""
    return f"payload/{act}/{n}/{field}"
