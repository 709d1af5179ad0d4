"""Entries that the log had and the database has not: brought back verbatim, at their own indexes.

Nothing is given a new place here. Whoever calls this has verified that the entries stand where
they are put, and that the signer's state already reaches beyond them, so that nobody else
extends the log meanwhile.
"""

from collections.abc import Iterable, Sequence

import msgspec

from oversight.database import bulk_insert, chunks, run, writing
from oversight.errors import ProofRejected
from oversight.ledger.facts import Projection, read_projection
from oversight.ledger.integrate import Recorded, locked_head, put_behind
from oversight.ledger.rules import leaf_hash
from oversight.ledger.tables import ActKey

ACTS_PER_QUESTION = 500


async def bring_back(start: int, bodies: Sequence[bytes]) -> None:
    """Put the entries with these bytes at index `start` and behind, in one transaction.

    Rows that wait with the same act and ordinal give way: they are these entries.

    Raises:
        ProofRejected: the log of the database does not end at `start`; bytes are no entry; or a
            waiting row says something else than the log under the same act and ordinal.
    """
    async with writing():
        head = await locked_head(wait=True)
        assert head is not None, "the head's row is missing"
        size, frontier = head
        if size != start:
            raise ProofRejected(f"head: the log ends at {size}, and entry {start} is brought back")
        entries = await _numbered(start, bodies)
        await _give_way(start, entries)
        await put_behind(frontier, entries, [entry[5] for entry in entries])
        known = await _pairs("act_key", entries)
        await bulk_insert(ActKey, ("act", "n"), (e[:2] for e in entries if e[:2] not in known))


async def bring_back_checkpoint(size: int, root: bytes, note: str) -> None:
    """Store a checkpoint that this log signed, unless one of its size is there."""
    async with writing():
        await run(
            "INSERT INTO checkpoint (size, root, note) VALUES ({}, {}, {})"
            " ON CONFLICT (size) DO NOTHING",
            size,
            root,
            note,
        )


async def _numbered(start: int, bodies: Sequence[bytes]) -> list[Recorded]:
    """Return the columns of entries; an act's ordinals follow the order of its entries."""
    said = [_projection(start + place, body) for place, body in enumerate(bodies)]
    following = await _following({one.act for one in said})
    entries: list[Recorded] = []
    for one, body in zip(said, bodies, strict=True):
        n = following.get(one.act, 0)
        following[one.act] = n + 1
        entries.append((one.act, n, one.kind, one.subject, body, leaf_hash(body)))
    return entries


def _projection(index: int, body: bytes) -> Projection:
    try:
        return read_projection(body)
    except msgspec.DecodeError:
        raise ProofRejected(f"entry {index}: its bytes are no entry") from None


async def _following(acts: Iterable[str]) -> dict[str, int]:
    """Return the ordinal that follows those on the log, for each act that has some there."""
    found: dict[str, int] = {}
    for part in chunks(sorted(acts), ACTS_PER_QUESTION):
        marks = ", ".join(["{}"] * len(part))
        rows = await run(
            f"SELECT act, max(n) AS last FROM entry WHERE act IN ({marks}) GROUP BY act",  # noqa: S608
            *part,
        )
        found.update({row["act"]: row["last"] + 1 for row in rows})
    return found


async def _give_way(start: int, entries: Sequence[Recorded]) -> None:
    """Take the rows that wait and are these entries off the waiting ones."""
    places = {entry[:2]: place for place, entry in enumerate(entries)}
    for part in chunks(sorted({entry[0] for entry in entries}), ACTS_PER_QUESTION):
        marks = ", ".join(["{}"] * len(part))
        for row in await run(
            f"SELECT id, act, n, leaf FROM pending WHERE act IN ({marks})",  # noqa: S608
            *part,
        ):
            place = places.get((row["act"], row["n"]))
            if place is None:
                continue
            if bytes(row["leaf"]) != entries[place][5]:
                raise ProofRejected(
                    f"pending row {row['id']}: act {row['act']}, ordinal {row['n']}, stands on the"
                    f" log at {start + place} and says something else there"
                )
            await run("DELETE FROM pending WHERE id = {}", row["id"])


async def _pairs(table: str, entries: Sequence[Recorded]) -> set[tuple[object, ...]]:
    """Return which (act, n) of these acts a table has."""
    found: set[tuple[object, ...]] = set()
    for part in chunks(sorted({entry[0] for entry in entries}), ACTS_PER_QUESTION):
        marks = ", ".join(["{}"] * len(part))
        rows = await run(f"SELECT act, n FROM {table} WHERE act IN ({marks})", *part)  # noqa: S608
        found.update((row["act"], row["n"]) for row in rows)
    return found
