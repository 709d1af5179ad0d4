"""From rows to public files: bundles and tiles, each checked before it is written.

A tile of level 0 is computed from the entries themselves, and a tile above from the full tiles
below it; what the database keeps must say the same.
"""

import asyncio
from pathlib import Path

from oversight.errors import ProofRejected
from oversight.ledger.nodes import read_tiles
from oversight.ledger.queries import entries
from oversight.ledger.rules import HASH_BYTES, leaf_hash, root_of
from oversight.ledger.tiles import (
    WIDTH,
    Tile,
    bundle_path,
    make_bundle,
    split_hashes,
    tile_path,
)
from oversight.publication.directory import has_file, remove_partials, write_file
from oversight.publication.paths import new_tiles


async def publish_tiles(root: Path, old_size: int, size: int) -> None:
    """Write all files of the log of `size` entries that the log of `old_size` did not have.

    Every file is on the disk when this returns.

    Raises:
        ProofRejected: a stored entry, leaf or tile contradicts another; nothing above it is
            written.
    """
    for part in new_tiles(old_size, size):
        await _publish(root, *part)


async def publish_missing(root: Path, size: int) -> int:
    """Write what is not there of the log of `size` entries; return how many tiles that were.

    A file that is there is left alone, whatever it holds: to look would be to read the whole log,
    and to write it anew would remove the evidence. The audit names it; a person moves it away.
    """
    count = 0
    for tile, width, _ in new_tiles(0, size):
        if not all(has_file(root, path) for path in _paths(tile, width)):
            await _publish(root, tile, width, 0)
            count += 1
    return count


async def _publish(root: Path, tile: Tile, width: int, known: int) -> None:
    """Check one tile against what lies below it, and write it, with its entries at level 0."""
    level, index = tile
    stored = (await read_tiles([tile])).get(tile, b"")[: width * HASH_BYTES]
    if level:
        expected = stored[: known * HASH_BYTES] + await _from_below(tile, known, width)
    else:
        bodies = [one.data for one in await entries(index * WIDTH, width)]
        expected = b"".join(map(leaf_hash, bodies))
    if stored != expected or len(stored) != width * HASH_BYTES:
        raise ProofRejected(f"tile {tile} does not follow from what lies below it")
    if not level:
        await asyncio.to_thread(write_file, root, bundle_path(index, width), make_bundle(bodies))
    await asyncio.to_thread(write_file, root, tile_path(level, index, width), stored)
    if width == WIDTH:
        for path in _paths(tile, width):
            await asyncio.to_thread(remove_partials, root, path)


async def _from_below(tile: Tile, first: int, end: int) -> bytes:
    """Return the hashes of a tile from `first` to `end`, computed from the full tiles below it."""
    level, index = tile
    below = [(level - 1, index * WIDTH + at) for at in range(first, end)]
    found = await read_tiles(below)
    if len(found) < len(below) or any(len(data) != WIDTH * HASH_BYTES for data in found.values()):
        raise ProofRejected(f"tile {tile} has a gap below it")
    return b"".join(root_of(split_hashes(found[place])) for place in below)


def _paths(tile: Tile, width: int) -> list[str]:
    level, index = tile
    return [
        tile_path(level, index, width),
        *([bundle_path(index, width)] if not level else []),
    ]
