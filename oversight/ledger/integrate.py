"""The sequencer: committed entries get their index, in order, without gaps.

Whoever holds the one row of `head` extends the log. On SQLite that is the act itself, in its
own transaction; on PostgreSQL any process may, and the row decides.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from oversight.database import bulk_insert, is_postgres, run, writing
from oversight.errors import ProofRejected
from oversight.ledger.nodes import read_tiles, write_tiles
from oversight.ledger.rules import Frontier, checked_leaf
from oversight.ledger.tables import EntryRow
from oversight.ledger.tiles import edge_tiles, grow, split_hashes

BATCH = 5_000  # entries held in memory at once
NEWS = "daylight_pending"  # the channel on which PostgreSQL wakes the sequencer


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
    size, frontier = head
    rows = await run(
        "SELECT id, act, n, kind, subject, body, leaf FROM pending ORDER BY id LIMIT {}", limit
    )
    if not rows:
        return 0
    leaves = [checked_leaf(row) for row in rows]
    for leaf in leaves:
        frontier.append(leaf)
    await write_tiles(grow(size, await read_tiles(edge_tiles(size)), leaves))
    await _move(rows, size)
    await run(
        "UPDATE head SET size = {}, edge = {}, root = {} WHERE id = 1",
        frontier.size,
        b"".join(frontier.edge),
        frontier.root(),
    )
    return len(rows)


async def locked_head(wait: bool = False) -> tuple[int, Frontier] | None:
    """Lock the head and return it; None while another process holds it, unless told to wait.

    Raises:
        ProofRejected: the head's root does not follow from its edge.
    """
    lock = ("FOR UPDATE" if wait else "FOR UPDATE SKIP LOCKED") if is_postgres() else ""
    rows = await run(f"SELECT size, edge, root FROM head WHERE id = 1 {lock}")  # noqa: S608
    if not rows:
        return None
    head = rows[0]
    edge = split_hashes(bytes(head["edge"]))
    if len(edge) != head["size"].bit_count():
        raise ProofRejected(f"head: {len(edge)} edge hashes do not make a log of {head['size']}")
    frontier = Frontier(head["size"], edge)
    if frontier.root() != bytes(head["root"]):
        raise ProofRejected(f"head: the root at size {frontier.size} does not follow from its edge")
    return frontier.size, frontier


async def _move(rows: Sequence[Any], size: int) -> None:
    """Move waiting rows to `entry`, the first of them at index `size`."""
    columns = ("act", "n", "kind", "subject", "body", "leaf")
    values = itemgetter(*columns)
    placed = ((index, *values(row)) for index, row in enumerate(rows, start=size))
    await bulk_insert(EntryRow, ("index", *columns), placed)
    # On PostgreSQL a smaller id may commit later, so exactly the rows that were read are deleted.
    numbers = [row["id"] for row in rows]
    if is_postgres():
        await run("DELETE FROM pending WHERE id = ANY({})", numbers)
    else:
        await run("DELETE FROM pending WHERE id <= {}", numbers[-1])


async def announce() -> None:
    """Wake the sequencers of all processes when this transaction commits."""
    if is_postgres():
        await run(f"NOTIFY {NEWS}")
