"""Which files a published log consists of, and how long a reader may keep each."""

import re
from collections.abc import Iterator

from oversight.ledger.tiles import WIDTH, Tile

Part = tuple[Tile, int, int]  # a tile, its width, and how many of its hashes are public already

# Level, or "entries"; index in groups of three digits; ".p/" and a width from 1 to 255.
TILE_PATH = re.compile(
    r"(?:[0-9]|[1-5][0-9]|6[0-3]|entries)/(?:x[0-9]{3}/){0,5}[0-9]{3}"
    r"(?:\.p/(?:[1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?",
    re.ASCII,
)
FOR_EVER = "public, max-age=31536000, immutable"  # a tile
SOON_OLD = "public, max-age=1, must-revalidate"  # the checkpoint
ANYBODY = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def new_tiles(old_size: int, size: int) -> Iterator[Part]:
    """Yield the tiles that a log has at `size` and had not at `old_size`, lower levels first."""
    level, old, new = 0, old_size, size
    while new:
        for index in range(old // WIDTH, -(-new // WIDTH)):
            width = min(WIDTH, new - index * WIDTH)
            known = max(0, min(WIDTH, old - index * WIDTH))
            if width > known:
                yield (level, index), width, known
        level, old, new = level + 1, old // WIDTH, new // WIDTH
