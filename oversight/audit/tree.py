"""The tree held against the entries: leaves, tiles, columns; each fault named where it lies.

An entry's hash stands in three places: it follows from the body, it is in the column `leaf`, and
it is in a tile. Where they differ, the tile above tells who is right; where that cannot be asked
yet, the two that agree.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from oversight.audit.actual import BROKEN, decoded, selection
from oversight.audit.scratch import Scratch
from oversight.database import run
from oversight.ledger.facts import read_projection
from oversight.ledger.queries import LoggedEntry
from oversight.ledger.rules import HASH_BYTES, Frontier, leaf_hash, root_of
from oversight.ledger.tables import EntryRow, Node
from oversight.ledger.tiles import WIDTH, Tile, grow, split_hashes

COLUMNS = ("index", "act", "n", "kind", "subject", "body", "leaf")
FULL = WIDTH * HASH_BYTES
Row = Mapping[str, Any]
Tiles = Mapping[Tile, bytes]


class Stretch(msgspec.Struct, frozen=True):
    """Entries in a row, as they were read in one snapshot."""

    start: int
    stop: int
    rows: Mapping[int, Row]  # by index
    tiles: Tiles  # stored ones: those over these entries, and their parents
    unkeyed: frozenset[int]  # indexes of entries that `act_key` does not know
    repeated: frozenset[int]  # indexes of entries whose act and ordinal an earlier one has
    root: bytes | None  # of the head, where the stretch ends with the log


class Checked(msgspec.Struct, frozen=True):
    """What a stretch adds to the tree."""

    leaves: list[bytes]  # the hashes that hold
    edge: dict[Tile, bytes]  # tiles that are not full after it
    entries: dict[int, LoggedEntry]  # those whose bytes are the ones that were logged


async def read_stretch(start: int, stop: int) -> Stretch:
    """Return the entries from `start` to before `stop`; ask inside of `reading()`."""
    where = '"index" >= {} AND "index" < {}'
    rows = await run(
        f"SELECT {selection(EntryRow, COLUMNS)} FROM entry WHERE {where}",  # noqa: S608
        start,
        stop,
    )
    unkeyed = await run(
        'SELECT e."index" AS place FROM entry e LEFT JOIN act_key k ON k.act = e.act AND k.n = e.n'
        ' WHERE e."index" >= {} AND e."index" < {} AND k.act IS NULL',
        start,
        stop,
    )
    repeated = await run(
        'SELECT e."index" AS place FROM entry e JOIN entry o ON o.act = e.act AND o.n = e.n'
        ' WHERE e."index" >= {} AND e."index" < {} AND o."index" < e."index"',
        start,
        stop,
    )
    return Stretch(
        start,
        stop,
        {row["index"]: decoded(EntryRow, row) for row in rows},
        await stored_tiles(start, stop),
        frozenset(row["place"] for row in unkeyed),
        frozenset(row["place"] for row in repeated),
        await _head_root(stop),
    )


async def _head_root(size: int) -> bytes | None:
    rows = await run("SELECT root FROM head WHERE id = 1 AND size = {}", size)
    return rows[0]["root"] if rows and isinstance(rows[0]["root"], bytes) else None


async def stored_tiles(start: int, stop: int) -> dict[Tile, bytes]:
    """Return the stored tiles of all levels over the entries from `start` to before `stop`."""
    found, level, first, last, below = {}, 0, start, stop - 1, 1
    while below:  # up to one level above the first that has one tile only
        first, last, below = first // WIDTH, last // WIDTH, last if level else 1
        rows = await run(
            f"SELECT {selection(Node, ('level', 'index', 'data'))} FROM node"  # noqa: S608
            ' WHERE level = {} AND "index" BETWEEN {} AND {}',
            level,
            first,
            last,
        )
        for row in rows:
            data = decoded(Node, row)["data"]
            found[level, row["index"]] = b"" if data is BROKEN else bytes(data)
        level += 1
    return found


def check_stretch(scratch: Scratch, stretch: Stretch, edge: Tiles, frontier: Frontier) -> Checked:
    """Hold a stretch's rows against each other and against the tiles; name what differs.

    `edge` holds the tiles that are not full before it, as they must be; `frontier` is the tree's.
    """
    found: dict[int, LoggedEntry] = {}
    leaves: list[bytes] = []
    for first in range(stretch.start - stretch.start % WIDTH, stretch.stop, WIDTH):
        start, stop = max(first, stretch.start), min(first + WIDTH, stretch.stop)
        told = Told(stretch, range(start, stop), edge)
        leaves += told.agreed() or told.held(Frontier(frontier.size, frontier.edge), leaves)
        told.name_tile_if_wrong(scratch, leaves[start - stretch.start :])
    for index, leaf in enumerate(leaves, start=stretch.start):
        logged = _checked_row(scratch, stretch, index, leaf)
        if logged is not None:
            found[index] = logged
    grown = grow(stretch.start, edge, leaves)
    for tile, data in grown.items():
        if tile[0]:
            stored = stretch.tiles.get(tile)
            if stored is None or stored[: len(data)] != data or len(stored) > FULL:
                name_tile(scratch, tile, stored)
    kept = {tile: data for tile, data in grown.items() if len(data) < FULL}
    untouched = {tile: data for tile, data in edge.items() if tile not in grown}
    return Checked(leaves, untouched | kept, found)


def name_tile(scratch: Scratch, tile: Tile, stored: bytes | None) -> None:
    """Name a stored tile that is not what the entries make."""
    if stored is None:
        scratch.differ("node", tile, "", "the row is missing")
    else:
        scratch.differ("node", tile, "data", "is not what the entries below it make")


class Told:
    """What bodies, column and tile tell of the hashes at some places below one tile of level 0."""

    def __init__(self, stretch: Stretch, places: range, edge: Tiles) -> None:
        self._stretch, self._tile = stretch, (0, places.start // WIDTH)
        self._before = edge.get(self._tile, b"") if places.start % WIDTH else b""
        self._ends = places.stop % WIDTH == 0
        self._stored = stretch.tiles.get(self._tile)  # it is stored once it is full
        rows = [stretch.rows.get(index) for index in places]
        self.bodies, self.columns = [_body_hash(row) for row in rows], [_leaf(row) for row in rows]
        data = (self._stored or b"")[len(self._before) :]
        self.tiled = _cut(data, len(places))

    def agreed(self) -> list[bytes] | None:
        """Return the hashes if all tell the same."""
        tiled = self.bodies if self._stored is None else self.tiled
        if not self.bodies == self.columns == tiled:
            return None
        return [leaf for leaf in self.bodies if leaf is not None]

    def held(self, frontier: Frontier, earlier: Sequence[bytes]) -> list[bytes]:
        """Return the hashes that hold: those that lead to the tile above, or to the head's root.

        `frontier` is the tree's before the stretch, `earlier` the leaves that follow before these.
        """
        told = (self.bodies, self.columns, self.tiled)
        for each in told:
            whole = [leaf for leaf in each if leaf is not None]
            if len(whole) == len(each) and self._leads(frontier, [*earlier, *whole], whole):
                return whole
        return [_most(each) for each in zip(*told, strict=True)]

    def name_tile_if_wrong(self, scratch: Scratch, held: Sequence[bytes]) -> None:
        """Name the stored tile if it is not made of the hashes that hold."""
        data = self._before + b"".join(held)
        stored = self._stored
        if stored is None:
            if self._ends:
                name_tile(scratch, self._tile, None)
        elif stored[: len(data)] != data or len(stored) != FULL:
            name_tile(scratch, self._tile, stored)

    def _leads(self, frontier: Frontier, leaves: Sequence[bytes], own: Sequence[bytes]) -> bool:
        if self._ends:
            above = self._stretch.tiles.get((1, self._tile[1] // WIDTH), b"")
            at = self._tile[1] % WIDTH * HASH_BYTES
            whole = [*split_hashes(self._before), *own]
            return root_of(whole) == above[at : at + HASH_BYTES]
        grown = Frontier(frontier.size, frontier.edge)
        for leaf in leaves:
            grown.append(leaf)
        return grown.root() == self._stretch.root


def _most(told: Sequence[bytes | None]) -> bytes:
    """Return the hash that two tell, else the first that one tells."""
    known = [leaf for leaf in told if leaf is not None]
    return max(known, key=known.count, default=bytes(HASH_BYTES))


def _checked_row(scratch: Scratch, stretch: Stretch, index: int, leaf: bytes) -> LoggedEntry | None:
    """Name the columns of an entry that differ; return it if its bytes are those of the log."""
    row = stretch.rows.get(index)
    if row is None:
        scratch.differ("entry", (index,), "", "the row is missing", index)
        return None
    if index in stretch.unkeyed:
        scratch.differ("entry", (index,), "n", "act and ordinal are not in act_key", index)
        scratch.differ("act_key", (row["act"], row["n"]), "", "the row is missing", index)
    if index in stretch.repeated:
        scratch.differ("entry", (index,), "n", "an earlier entry has act and ordinal", index)
    if _leaf(row) != leaf:
        scratch.differ("entry", (index,), "leaf", "is not the hash in the tree", index)
    if _body_hash(row) != leaf:
        scratch.differ("entry", (index,), "body", "does not hash to the leaf in the tree", index)
        return None
    return _projected(scratch, index, row)


def _projected(scratch: Scratch, index: int, row: Row) -> LoggedEntry | None:
    data = bytes(row["body"])
    try:
        said = read_projection(data)
    except msgspec.DecodeError:
        scratch.differ("entry", (index,), "body", "is no entry", index)
        return None
    for column, value in (("act", said.act), ("kind", said.kind), ("subject", said.subject)):
        if row[column] != value:
            scratch.differ("entry", (index,), column, "differs from the body", index)
    n = row["n"] if row["n"] is not BROKEN else -1
    return LoggedEntry(index, said.act, n, said.kind, said.subject, data, leaf_hash(data))


def _body_hash(row: Row | None) -> bytes | None:
    if row is None or not isinstance(row["body"], bytes):
        return None
    return leaf_hash(row["body"])


def _leaf(row: Row | None) -> bytes | None:
    leaf = row["leaf"] if row is not None else None
    return leaf if isinstance(leaf, bytes) and len(leaf) == HASH_BYTES else None


def _cut(data: bytes, count: int) -> list[bytes | None]:
    """Return the first hashes of a stored tile; None where it is too short."""
    places = range(0, count * HASH_BYTES, HASH_BYTES)
    cut = [data[at : at + HASH_BYTES] for at in places]
    return [each if len(each) == HASH_BYTES else None for each in cut]
