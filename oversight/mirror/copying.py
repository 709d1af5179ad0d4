"""Copying a published log, file by file: nothing is written that does not lead to the root."""

from collections.abc import Callable
from pathlib import Path

from oversight.errors import ProofRejected
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.rules import HASH_BYTES, leaf_hash
from oversight.ledger.tiles import WIDTH, Tile, bundle_path, make_bundle, tile_path
from oversight.publication.directory import has_file, remove_partials, write_file
from oversight.publication.paths import new_tiles
from oversight.publication.source import DirectorySource, Missing, Source, read_bundle
from oversight.publication.verified import VerifiedLog
from oversight.witness.rules import Known


def copy_log(
    source: Source, known: Known, checkpoint: Checkpoint, root: Path, step: Callable[[], None]
) -> None:
    """Bring the files below `root` from the log of `known` to that of `checkpoint`, on the disk.

    The log's signature was verified by the caller. Bundles that an earlier, interrupted run left
    are kept where they hold what the tree demands, else written over. `step` is called before
    each tile and may raise, to stop.

    Raises:
        ProofRejected: a file does not lead to the root, or the log does not extend `known`.
        SourceUnreachable: a file could not be had.
    """
    log = VerifiedLog(source, checkpoint)
    log.check_edge()
    if log.root_at(known.size) != known.root:
        raise ProofRejected(f"the files of size {checkpoint.size} do not extend {known.size}")
    held = DirectorySource(root)
    for (level, index), width, _ in new_tiles(known.size, checkpoint.size):
        step()
        tile = log.tile(level, index)
        if level == 0 and not _is_held(held, index, tile):
            write_file(root, bundle_path(index, width), make_bundle(log.bundle(index)))
        write_file(root, tile_path(level, index, width), tile)
        if width == WIDTH:
            for path in _paths((level, index), WIDTH):
                remove_partials(root, path)


def holds(root: Path, size: int) -> bool:
    """Tell whether a log of `size` entries is there; full files serve in the place of partial."""
    return all(
        has_file(root, part) or has_file(root, full)
        for tile, width, _ in new_tiles(0, size)
        for part, full in zip(_paths(tile, width), _paths(tile, WIDTH), strict=True)
    )


def _paths(tile: Tile, width: int) -> list[str]:
    level, index = tile
    bundles = [bundle_path(index, width)] if level == 0 else []
    return [tile_path(level, index, width), *bundles]


def _is_held(held: DirectorySource, index: int, tile: bytes) -> bool:
    """Tell whether the bundle of a tile of level 0 is there already, and is the right one."""
    width = len(tile) // HASH_BYTES
    try:
        entries = read_bundle(held, index, width)
    except (Missing, ProofRejected):
        return False
    return b"".join(map(leaf_hash, entries)) == tile
