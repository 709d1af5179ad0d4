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


def touched_tiles(size: int, count: int) -> list[Tile]:
    """Return the tiles that hold hashes already and get more when `count` entries follow `size`."""
    tiles, level, after = [], 0, size + count
    while after > size:
        if size % WIDTH:
            tiles.append((level, size // WIDTH))
        level, size, after = level + 1, size // WIDTH, after // WIDTH
    return tiles


def grow(size: int, edge: Mapping[Tile, bytes], leaves: Iterable[bytes]) -> dict[Tile, bytes]:
    """Return the data of every tile that changes when `leaves` follow the first `size` entries.

    `edge` holds the data of `touched_tiles(size, len(leaves))`.

    Raises:
        ProofRejected: a stored tile does not end where the log does.
    """
    changed: dict[Tile, bytes] = {}
    level, first, nodes = 0, size, list(leaves)
    while nodes:
        above = []
        for start in _tile_starts(first, len(nodes)):
            tile = level, (first + start) // WIDTH
            held = (first + start) % WIDTH
            data = edge.get(tile, b"")
            if len(data) != held * HASH_BYTES:
                raise ProofRejected(f"tile {tile} does not end where the log does")
            data = changed[tile] = data + b"".join(nodes[start : start + WIDTH - held])
            if len(data) == WIDTH * HASH_BYTES:
                above.append(root_of(split_hashes(data)))
        level, first, nodes = level + 1, first // WIDTH, above
    return changed


def _tile_starts(first: int, count: int) -> list[int]:
    """Return where in a run of `count` hashes, the first at place `first`, each tile begins."""
    return sorted({0, *range(-first % WIDTH, count, WIDTH)})


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Return where a tile is published (tlog-tiles): "tile/0/x001/234", "tile/0/000.p/12"."""
    return f"tile/{level}/{_number(index)}{_partial(width)}"


def bundle_path(index: int, width: int = WIDTH) -> str:
    """Return where the entries below a tile of level 0 are published: "tile/entries/000"."""
    return f"tile/entries/{_number(index)}{_partial(width)}"


def _number(index: int) -> str:
    """Return an index in groups of three digits, all but the last marked with x."""
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    return "/".join(reversed(groups))


def _partial(width: int) -> str:
    assert 0 < width <= WIDTH, f"no tile is {width} wide"
    return "" if width == WIDTH else f".p/{width}"


def tiles_of(size: int) -> list[tuple[Tile, int]]:
    """Return the last tile of each level of a tree of `size` entries, with its width.

    Together with the full tiles before them they are all tiles of that tree.
    """
    found, level, hashes = [], 0, size
    while hashes:
        index, width = divmod(hashes, WIDTH)
        found.append(((level, index), width) if width else ((level, index - 1), WIDTH))
        level, hashes = level + 1, hashes // WIDTH
    return found


def make_bundle(entries: Iterable[bytes]) -> bytes:
    """Return an entry bundle: each entry behind its length in two bytes (tlog-tiles)."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def split_bundle(data: bytes, count: int) -> list[bytes]:
    """Return the `count` entries of a bundle.

    Raises:
        ProofRejected: it holds more, fewer, or a part of one.
    """
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at + 1 < end:
        start = at + 2
        at = start + (data[at] << 8 | data[start - 1])
        entries.append(data[start:at])
    if at != end or len(entries) != count:
        raise ProofRejected(f"an entry bundle does not hold exactly {count} entries")
    return entries
