"""The log's other rows: keys of acts, what waits, what was concealed, and the head."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from oversight.audit.actual import (
    BROKEN,
    Place,
    ReadRow,
    decoded,
    place_after,
    read_page,
    selection,
)
from oversight.audit.scratch import Scratch
from oversight.audit.tree import name_tile, stored_tiles
from oversight.database import run
from oversight.ledger.facts import read_projection
from oversight.ledger.queries import LoggedEntry
from oversight.ledger.rules import Frontier, leaf_hash
from oversight.ledger.tables import ActKey, EntryRow, Head, Payload, Pending
from oversight.ledger.tiles import WIDTH, Tile

PAGE_ROWS = 1_000
BEYOND_SHOWN = 100


async def check_act_keys(scratch: Scratch, after: Place) -> Place | None:
    """Hold a page of act_key against the entries; None at its end. Ask inside of `reading()`."""
    rows = await read_page(ActKey, ("act", "n"), after, PAGE_ROWS)
    scratch.count("log rows", len(rows))
    placeless = await _without_entry(rows)
    for key in placeless:
        if not await _waits(*key):
            scratch.differ("act_key", key, "", "no entry has this act and ordinal")
    return place_after(rows, after) if len(rows) == PAGE_ROWS else None


async def check_payload_keys(scratch: Scratch, after: Place) -> Place | None:
    """Hold a page of payload rows against the entries that they belong to."""
    key = ("act", "n", "field")
    rows = await read_page(Payload, key, after, PAGE_ROWS, key)
    scratch.count("log rows", len(rows))
    placeless = await _without_entry(rows)
    for row in rows:
        act, n, field = (row.values[name] for name in ("act", "n", "field"))
        if (act, n) in placeless and not await _waits(act, n):
            scratch.differ("payload", (act, n, str(field)), "", "belongs to no entry")
    return place_after(rows, after) if len(rows) == PAGE_ROWS else None


async def _without_entry(rows: Sequence[ReadRow]) -> set[tuple[Any, Any]]:
    """Return act and ordinal of those rows of a page that no entry has."""
    asked = {(row.values["act"], row.values["n"]) for row in rows}
    told = [pair for pair in asked if BROKEN not in pair]
    found = set()
    for start in range(0, len(told), 200):
        part = told[start : start + 200]
        where = " OR ".join(["(act = {} AND n = {})"] * len(part))
        values = [value for pair in part for value in pair]
        names = selection(EntryRow, ("act", "n"))
        for row in await run(f"SELECT {names} FROM entry WHERE {where}", *values):  # noqa: S608
            known = decoded(EntryRow, row)
            found.add((known["act"], known["n"]))
    return asked - found


async def _waits(act: object, n: object) -> bool:
    if BROKEN in (act, n):
        return False
    return bool(await run("SELECT id FROM pending WHERE act = {} AND n = {}", act, n))


async def waiting(scratch: Scratch, size: int) -> list[LoggedEntry]:
    """Return the entries that wait, with the places that they would get; name faulty rows."""
    names = ("id", "act", "n", "kind", "subject", "body", "leaf")
    rows = await run(f"SELECT {selection(Pending, names)} FROM pending ORDER BY pending.id")  # noqa: S608
    found: list[LoggedEntry] = []
    for row in await run(_UNKEYED):
        scratch.differ("pending", (row["id"],), "n", "act and ordinal are not in act_key")
    for row in await run(_PLACED):
        scratch.differ("pending", (row["id"],), "", "the entry has its place already")
    for bare in rows:
        row = decoded(Pending, bare)
        logged = _waiting(scratch, row, size + len(found))
        if logged is not None:
            found.append(logged)
    return found


def _waiting(scratch: Scratch, row: Mapping[str, Any], index: int) -> LoggedEntry | None:
    if BROKEN in row.values():
        column = next(name for name, value in row.items() if value is BROKEN)
        scratch.differ("pending", (row["id"],), column, "holds no value of its column")
        return None
    leaf = leaf_hash(row["body"])
    try:
        said = read_projection(row["body"])
    except msgspec.DecodeError:
        scratch.differ("pending", (row["id"],), "body", "is no entry")
        return None
    wanted = {"act": said.act, "kind": said.kind, "subject": said.subject, "leaf": leaf}
    wrong = [column for column, value in wanted.items() if row[column] != value]
    for column in wrong:
        scratch.differ("pending", (row["id"],), column, "does not follow from the body")
    if "leaf" in wrong:
        scratch.differ("pending", (row["id"],), "body", "does not hash to the leaf")
        return None
    return LoggedEntry(index, said.act, row["n"], said.kind, said.subject, row["body"], leaf)


_UNKEYED = (
    "SELECT p.id FROM pending p LEFT JOIN act_key k ON k.act = p.act AND k.n = p.n"
    " WHERE k.act IS NULL"
)
_PLACED = "SELECT p.id FROM pending p JOIN entry e ON e.act = p.act AND e.n = p.n"


async def head_row(scratch: Scratch) -> dict[str, Any] | None:
    """Return the head; name it where it is not the one row that it must be."""
    names = ("id", "size", "edge", "root")
    rows = await run(f"SELECT {selection(Head, names)} FROM head ORDER BY head.id")  # noqa: S608
    for row in rows:
        if row["id"] != 1:
            scratch.differ("head", (row["id"],), "id", "there is one head, and its id is 1")
    if len(rows) != 1:
        scratch.differ("head", (1,), "", "there is not exactly one row")
        return None
    return decoded(Head, rows[0])


def check_head(scratch: Scratch, row: Mapping[str, Any], frontier: Frontier) -> None:
    """Hold the head against the tree that the entries make."""
    wanted = {"size": frontier.size, "edge": b"".join(frontier.edge), "root": frontier.root()}
    for column, value in wanted.items():
        if row[column] != value:
            scratch.differ("head", (1,), column, "is not what the entries make")


async def check_edge(scratch: Scratch, size: int, edge: Mapping[Tile, bytes]) -> None:
    """Hold the tiles that are not full, and the ends of all tables, against the log's size."""
    stored = await stored_tiles(size - 1, size) if size else {}
    for tile, data in edge.items():
        if tile[0] and stored.get(tile) != data:  # one of level 0 is stored once it is full
            name_tile(scratch, tile, stored.get(tile))
    await _check_nodes_end(scratch, size)
    rows = await run(
        f"SELECT {selection(EntryRow, ('index',))} FROM entry"  # noqa: S608
        ' WHERE "index" >= {} OR "index" < 0 ORDER BY entry."index" LIMIT {}',
        size,
        BEYOND_SHOWN,
    )
    for row in rows:
        scratch.differ("entry", (row["index"],), "", "is beyond the head")
    rows = await run(
        "SELECT size FROM checkpoint WHERE size > {} OR size < 0 ORDER BY size LIMIT {}",
        size,
        BEYOND_SHOWN,
    )
    for row in rows:
        scratch.differ("checkpoint", (row["size"],), "", "is beyond the head")


async def _check_nodes_end(scratch: Scratch, size: int) -> None:
    """Name stored tiles that a tree of this size does not have."""
    conditions, values = [], []
    level, hashes = 0, size // WIDTH * WIDTH  # one of level 0 is stored once it is full
    while hashes:
        conditions.append('(level = {} AND "index" BETWEEN 0 AND {})')
        values += [level, (hashes - 1) // WIDTH]
        level, hashes = level + 1, hashes // WIDTH
    where = f"WHERE NOT ({' OR '.join(conditions)})" if conditions else ""
    sql = f'SELECT level, "index" FROM node {where} ORDER BY level, "index" LIMIT {{}}'  # noqa: S608
    for row in await run(sql, *values, BEYOND_SHOWN):
        tile = (row["level"], row["index"])
        scratch.differ("node", tile, "", "the log has no such tile")


async def log_size(claimed: object) -> int:
    """Return how many entries there are: what the head claims, unless the entries end elsewhere."""
    if isinstance(claimed, int) and claimed >= 0:
        rows = await run(
            'SELECT "index" AS place FROM entry WHERE "index" IN ({}, {})', claimed - 1, claimed
        )
        ends = [row["place"] for row in rows]
        if ends == [claimed - 1] or (claimed == 0 and not ends):
            return claimed
    rows = await run("SELECT count(*) AS rows FROM entry")
    return int(rows[0]["rows"])
