"""The sequencer: committed entries get their index, in order, without gaps.

Whoever holds the one row of `head` extends the log. On SQLite that is the act itself, in its
own transaction; on PostgreSQL any process may, and the row decides.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from oversight.database import bulk_insert, is_postgres, run, run_brief, writing
from oversight.errors import ProofRejected
from oversight.ledger.guard import require_unbroken
from oversight.ledger.nodes import read_tiles, write_tiles
from oversight.ledger.rules import Frontier, checked_leaf
from oversight.ledger.tables import EntryRow
from oversight.ledger.tiles import WIDTH, grow, split_hashes, touched_tiles

BATCH = 5_000  # entries held in memory at once
COLUMNS = ("act", "n", "kind", "subject", "body", "leaf")
Recorded = tuple[str, int, str, str, bytes, bytes]  # the columns of an entry, in this order

_VALUES = itemgetter(*COLUMNS)
_PLACED = (
    'INSERT INTO entry ("index", act, n, kind, subject, body, leaf)'
    " VALUES ({}, {}, {}, {}, {}, {}, {})"
)


async def integrate(limit: int = BATCH) -> int:
    """Give indexes to at most `limit` waiting entries, in a transaction of its own.

    Returns how many; 0 also when another process is at it.

    Raises:
        ProofRejected: a waiting row contradicts itself, or the head does; nothing is skipped.
    """
    async with writing():
        return await extend(limit)


async def extend(limit: int = BATCH) -> int:
    """Do the same inside the write transaction that is open."""
    head = await locked_head()
    if head is None:
        return 0
    rows = await run(
        "SELECT id, act, n, kind, subject, body, leaf FROM pending ORDER BY id LIMIT {}", limit
    )
    if not rows:
        return 0
    leaves = [checked_leaf(row) for row in rows]
    await require_unbroken(head[0], head[1].root())
    await put_behind(head[1], [_VALUES(row) for row in rows], leaves)
    await _clear([row["id"] for row in rows])
    return len(rows)


async def place(entries: Sequence[Recorded]) -> None:
    """Give entries their places inside their own act's transaction, behind whatever waits.

    On SQLite only, where that transaction holds the head already.

    Raises:
        ProofRejected, RuleBroken: as `integrate`.
    """
    assert not is_postgres(), "the head of all is not held by one act"
    head = (await run_brief(_HEAD_AND_WAITING))[0]
    while head["waiting"]:
        await extend()
        head = (await run_brief(_HEAD_AND_WAITING))[0]
    frontier = _frontier(head)
    await require_unbroken(frontier.size, bytes(head["root"]))
    # They come from the act's own hands: nobody could change them since their leaves were hashed.
    await put_behind(frontier, entries, [leaf for *_, leaf in entries])


async def put_behind(
    frontier: Frontier, entries: Sequence[Recorded], leaves: Sequence[bytes]
) -> None:
    """Put entries behind those that the frontier covers: tiles, rows and the head.

    The caller holds the head, and knows that these entries belong there.
    """
    size = frontier.size
    if size % WIDTH + len(leaves) >= WIDTH:
        tiles = await read_tiles(touched_tiles(size, len(leaves)))
        await write_tiles(grow(size, tiles, leaves))
    if len(entries) == 1:
        await run_brief(_PLACED, size, *entries[0])
    else:
        placed = ((index, *entry) for index, entry in enumerate(entries, start=size))
        await bulk_insert(EntryRow, ("index", *COLUMNS), placed)
    for leaf in leaves:
        frontier.append(leaf)
    head = (frontier.size, b"".join(frontier.edge), frontier.root())
    await run_brief("UPDATE head SET size = {}, edge = {}, root = {} WHERE id = 1", *head)
    _Proven.head, _Proven.frontier = head, frontier


async def locked_head(wait: bool = False) -> tuple[int, Frontier] | None:
    """Lock the head and return it; None while another process holds it, unless told to wait.

    Raises:
        ProofRejected: the head's root does not follow from its edge.
    """
    lock = ("FOR UPDATE" if wait else "FOR UPDATE SKIP LOCKED") if is_postgres() else ""
    rows = await run_brief(f"SELECT size, edge, root FROM head WHERE id = 1 {lock}")  # noqa: S608
    if not rows:
        return None
    frontier = _frontier(rows[0])
    return frontier.size, frontier


class _Proven:
    """The head that this process computed last: whoever reads the same again need not hash it."""

    head: tuple[int, bytes, bytes] | None = None  # size, edge, root
    frontier = Frontier()


def _frontier(row: Any) -> Frontier:
    head = (row["size"], bytes(row["edge"]), bytes(row["root"]))
    known = head == _Proven.head
    _Proven.head = None  # the frontier is given away to be grown, perhaps in vain
    return _Proven.frontier if known else _proven(*head)


def _proven(size: int, hashes: bytes, root: bytes) -> Frontier:
    edge = split_hashes(hashes)
    if len(edge) != size.bit_count():
        raise ProofRejected(f"head: {len(edge)} edge hashes do not make a log of {size}")
    frontier = Frontier(size, edge)
    if frontier.root() != root:
        raise ProofRejected(f"head: the root at size {size} does not follow from its edge")
    return frontier


async def _clear(numbers: Sequence[int]) -> None:
    """Take rows that have their place off the waiting ones."""
    # On PostgreSQL a smaller id may commit later, so exactly the rows that were read are deleted.
    if is_postgres():
        await run("DELETE FROM pending WHERE id = ANY({})", numbers)
    else:
        await run("DELETE FROM pending WHERE id <= {}", numbers[-1])


_HEAD_AND_WAITING = (
    "SELECT size, edge, root, EXISTS (SELECT 1 FROM pending) AS waiting FROM head WHERE id = 1"
)
