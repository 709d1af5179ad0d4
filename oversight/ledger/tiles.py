"""Where the tree's hashes are kept: tiles of 256 (C2SP tlog-tiles), pure arithmetic.

A tile of level l holds roots of complete subtrees of 256^l entries, 32 bytes each, left to
right. All other complete subtrees are computed from at most 256 hashes of one tile, so a
proof reads a handful of tiles whatever the size of the log.
"""

from collections.abc import Iterable, Mapping

from oversight.errors import ProofRejected
from oversight.ledger.rules import HASH_BYTES, Place, root_of

HEIGHT = 8  # levels of the tree in one tile
WIDTH = 1 << HEIGHT  # hashes in a full tile

Tile = tuple[int, int]  # (tile level, index)


def tile_of(place: Place) -> Tile:
    """Return the tile from which the root of a complete subtree is computed."""
    level, index = place
    tile_level, height = divmod(level, HEIGHT)
    return tile_level, (index << height) >> HEIGHT


def subtree_root(place: Place, data: bytes) -> bytes:
    """Return the root of a complete subtree, given the data of `tile_of(place)`.

    Raises:
        ProofRejected: the stored tile is too short for it.
    """
    level, index = place
    height = level % HEIGHT
    first, count = (index << height) % WIDTH, 1 << height
    hashes = split_hashes(data)[first : first + count]
    if len(hashes) != count:
        raise ProofRejected(f"tile {tile_of(place)} lacks hashes of subtree {place}")
    return root_of(hashes)


def split_hashes(data: bytes) -> list[bytes]:
    """Return the 32-byte hashes of a stored tile, or of an edge; ProofRejected if one is cut."""
    if len(data) % HASH_BYTES:
        raise ProofRejected("a stored row of hashes does not consist of 32 bytes each")
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def edge_tiles(size: int) -> list[Tile]:
    """Return the tiles that are neither empty nor full in a tree of `size` entries."""
    tiles, level, hashes = [], 0, size
    while hashes:
        if hashes % WIDTH:
            tiles.append((level, hashes // WIDTH))
        level, hashes = level + 1, hashes // WIDTH
    return tiles


def grow(size: int, edge: Mapping[Tile, bytes], leaves: Iterable[bytes]) -> dict[Tile, bytes]:
    """Return the data of every tile that changes when `leaves` follow the first `size` entries.

    `edge` holds the data of `edge_tiles(size)`.

    Raises:
        ProofRejected: a stored tile does not end where the log does.
    """
    changed: dict[Tile, bytearray] = {}
    for count, leaf in enumerate(leaves, start=size):
        level, index, node = 0, count, leaf
        while True:
            tile = level, index // WIDTH
            data = changed.get(tile)
            if data is None:
                data = changed[tile] = bytearray(edge.get(tile, b""))
            if len(data) != index % WIDTH * HASH_BYTES:
                raise ProofRejected(f"tile {tile} does not end where the log does")
            data += node
            if len(data) < WIDTH * HASH_BYTES:
                break
            level, index, node = level + 1, index // WIDTH, root_of(split_hashes(bytes(data)))
    return {tile: bytes(data) for tile, data in changed.items()}
