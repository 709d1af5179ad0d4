"""The stored tiles of the tree: read for proofs, grown with the log."""

from collections.abc import Iterable, Mapping

from oversight.database import run_brief
from oversight.errors import ProofRejected
from oversight.ledger.rules import (
    EMPTY_ROOT,
    HASH_BYTES,
    Place,
    Span,
    complete_subtrees,
    consistency_spans,
    fold,
    inclusion_spans,
)
from oversight.ledger.tiles import WIDTH, Tile, subtree_root, tile_of

FULL_BYTES = WIDTH * HASH_BYTES
TILES_PER_QUESTION = 100


async def read_tiles(tiles: Iterable[Tile]) -> dict[Tile, bytes]:
    """Return the data of those of `tiles` that exist."""
    wanted, found = sorted(set(tiles)), {}
    for start in range(0, len(wanted), TILES_PER_QUESTION):
        part = wanted[start : start + TILES_PER_QUESTION]
        where = " OR ".join(['(level = {} AND "index" = {})'] * len(part))
        values = [number for tile in part for number in tile]
        rows = await run_brief(f'SELECT level, "index", data FROM node WHERE {where}', *values)  # noqa: S608
        found.update({(row["level"], row["index"]): bytes(row["data"]) for row in rows})
    for tile in wanted:
        if tile[0] == 0 and len(found.get(tile, b"")) < FULL_BYTES:
            found |= await _edge(tile)
    return found


async def _edge(tile: Tile) -> dict[Tile, bytes]:
    """Return a tile of leaf hashes that is not full, from the entries themselves, if it has any."""
    first = tile[1] * WIDTH
    rows = await run_brief(
        'SELECT leaf FROM entry WHERE "index" >= {} AND "index" < {} ORDER BY "index"',
        first,
        first + WIDTH,
    )
    return {tile: b"".join(bytes(row["leaf"]) for row in rows)} if rows else {}


async def write_tiles(tiles: Mapping[Tile, bytes]) -> None:
    """Store what grew. The table refuses any change but growth.

    The tile of leaf hashes at the edge waits until it is full: until then its hashes stand
    beside their entries, and no act rewrites all of it for the sake of its own.
    """
    for (level, index), data in tiles.items():
        if level == 0 and len(data) < FULL_BYTES:
            continue
        await run_brief(
            'INSERT INTO node (level, "index", data) VALUES ({}, {}, {})'
            ' ON CONFLICT (level, "index") DO UPDATE SET data = excluded.data',
            level,
            index,
            data,
        )


async def root_at(size: int) -> bytes:
    """Return the root over the first `size` entries, computed from the stored tiles."""
    return (await span_roots([(0, size)]))[0] if size else EMPTY_ROOT


async def inclusion_path(index: int, size: int) -> list[bytes]:
    """Return the audit path of entry `index` in the tree of the first `size` entries."""
    return await span_roots(inclusion_spans(index, size))


async def consistency_path(old_size: int, size: int) -> list[bytes]:
    """Return the proof that the first `size` entries extend the first `old_size`."""
    return await span_roots(consistency_spans(old_size, size))


async def span_roots(spans: list[Span]) -> list[bytes]:
    """Return the root over each range of entries; reads O(log size) tiles for a proof's spans.

    Raises:
        ProofRejected: the stored tiles do not reach so far.
    """
    places = [list(complete_subtrees(span)) for span in spans]
    tiles = await read_tiles(tile_of(place) for run_of in places for place in run_of)
    return [fold([_root(place, tiles) for place in run_of]) for run_of in places]


def _root(place: Place, tiles: Mapping[Tile, bytes]) -> bytes:
    tile = tile_of(place)
    if tile not in tiles:
        raise ProofRejected(f"tile {tile} of the log is missing")
    return subtree_root(place, tiles[tile])
