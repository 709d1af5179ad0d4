"""The tree: appending beside pymerkle, and what a proof costs in a log of ten million entries."""

import sqlite3
import tempfile
from collections.abc import Iterator
from hashlib import shake_128
from pathlib import Path
from statistics import median
from time import perf_counter

from pymerkle import InmemoryTree

from oversight.database import attach, engine, open_database
from oversight.ledger.nodes import inclusion_path, root_at
from oversight.ledger.rules import (
    HASH_BYTES,
    Frontier,
    check_inclusion,
    complete_subtrees,
    inclusion_spans,
    leaf_hash,
)
from oversight.ledger.tables import EntryRow
from oversight.ledger.tiles import WIDTH, Tile, grow, split_hashes, tile_of, touched_tiles

ENTRIES = 50_000
SMALL, LARGE = 40 * WIDTH, 39_063 * WIDTH  # 10,240 and 10,000,128: all leaves in full tiles
RUN = 256 * WIDTH  # entries grown in one go
PROOFS, ROUNDS = 200, 7
SPREAD = 2_654_435_761  # a multiplier without a common factor with any size here
INSERT = (
    'INSERT INTO node (level, "index", data) VALUES (?, ?, ?)'
    ' ON CONFLICT (level, "index") DO UPDATE SET data = excluded.data'
)


def append_rates() -> tuple[float, float, float]:
    """Return entries a second: our frontier, frontier and tiles, pymerkle in memory; one root."""
    entries = [b"an entry of the log, number %d" % number for number in range(ENTRIES)]
    start = perf_counter()
    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))
    root = frontier.root()
    ours = ENTRIES / (perf_counter() - start)
    start = perf_counter()
    frontier, kept = Frontier(), dict[Tile, bytes]()
    for first in range(0, ENTRIES, 5_000):
        leaves = [leaf_hash(entry) for entry in entries[first : first + 5_000]]
        edge = {tile: kept[tile] for tile in touched_tiles(first, len(leaves))}
        kept |= grow(first, edge, leaves)
        for leaf in leaves:
            frontier.append(leaf)
    assert frontier.root() == root
    tiled = ENTRIES / (perf_counter() - start)
    start = perf_counter()
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    assert tree.get_root() == root, "both hash the same tree"
    return ours, tiled, ENTRIES / (perf_counter() - start)


def leaves_made_up(size: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield runs of leaf hashes, cheap to make, with the place of the first."""
    for first in range(0, size, RUN):
        count = min(RUN, size - first)
        yield first, split_hashes(shake_128(b"%d" % first).digest(count * HASH_BYTES))


def store_tiles(file: Path, size: int) -> None:
    """Write all tiles of a log of `size` entries, grown as the sequencer grows them."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous=OFF")  # while it is being built
    edge: dict[Tile, bytes] = {}
    for first, leaves in leaves_made_up(size):
        needed = {tile: edge[tile] for tile in touched_tiles(first, len(leaves))}
        grown = grow(first, needed, leaves)
        edge = {tile: data for tile, data in grown.items() if len(data) < WIDTH * HASH_BYTES}
        connection.executemany(INSERT, ((*tile, data) for tile, data in grown.items()))
        connection.commit()
    connection.close()


def tiles_read(index: int, size: int) -> int:
    """Return how many tiles the proof of one entry reads."""
    spans = inclusion_spans(index, size)
    return len({tile_of(place) for span in spans for place in complete_subtrees(span)})


async def seconds_for_tile(size: int) -> float:
    """Return the time of one proof for each tile it reads, over entries all along the log."""
    indexes = [number * SPREAD % size for number in range(PROOFS)]
    start = perf_counter()
    for index in indexes:
        await inclusion_path(index, size)
    return (perf_counter() - start) / sum(tiles_read(index, size) for index in indexes)


async def proof_costs() -> tuple[float, float]:
    """Return the median microseconds for a tile read, in the small log and in the large one."""
    with tempfile.TemporaryDirectory() as place:
        engines, costs = {}, {SMALL: list[float](), LARGE: list[float]()}
        for size in costs:
            await open_database(f"sqlite:///{place}/{size}", [EntryRow], ["oversight"])
            engines[size] = engine()
            store_tiles(Path(place, str(size)), size)
            await check_one(size)
            await seconds_for_tile(size)  # both warm: the same proofs were asked before
        for _ in range(ROUNDS):
            for size, here in engines.items():
                attach(here, [EntryRow])
                costs[size].append(await seconds_for_tile(size) * 1e6)
        for here in engines.values():
            await here.close_connection_pool()
    return median(costs[SMALL]), median(costs[LARGE])


async def check_one(size: int) -> None:
    """Hold one proof from the stored tiles against their root: what is measured is right."""
    index = SPREAD % size
    leaf = next(
        run[index - first] for first, run in leaves_made_up(size) if first <= index < first + RUN
    )
    check_inclusion(leaf, index, size, await inclusion_path(index, size), await root_at(size))
