"""The tree that an auditor saw, remembered as its leaf hashes. Pure.

From them he can tell by himself whether any smaller checkpoint of the log is a beginning of what
he saw: a copy that merely lags behind is one, the older part of another history is not.
"""

from collections.abc import Callable
from functools import cache

from oversight.ledger.rules import EMPTY_ROOT, complete_subtrees, fold, root_of
from oversight.ledger.tiles import WIDTH, split_hashes, subtree_root, tile_of


def root_of_first(size: int, leaves: Callable[[int], bytes]) -> bytes:
    """Return the root over the first `size` entries.

    `leaves` gives the leaf hashes of a bundle, as many as were seen of it: of the last that is
    asked for at least those below `size`, of all others 256.
    """

    @cache
    def tile(level: int, index: int) -> bytes:
        count = min(WIDTH, (size >> 8 * level) - index * WIDTH)
        children = range(index * WIDTH, index * WIDTH + count)
        below = leaves if level == 1 else (lambda child: tile(level - 1, child))
        return b"".join(root_of(split_hashes(below(child))) for child in children)

    if not size:
        return EMPTY_ROOT
    roots = []
    for place in complete_subtrees((0, size)):
        level, index = tile_of(place)
        roots.append(subtree_root(place, tile(level, index) if level else leaves(index)))
    return fold(roots)
