"""Files that lie in a published directory beside those that its checkpoint needs.

Partial tiles of earlier checkpoints stay until the full tile is there, and somebody may rely on
them: each must be the beginning of what stands there now. Only a directory can be asked for them.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from oversight.errors import ProofRejected
from oversight.ledger.rules import HASH_BYTES
from oversight.ledger.tiles import WIDTH, make_bundle
from oversight.publication.paths import TILE_PATH
from oversight.publication.source import BUNDLE_BYTES_MAX, Source
from oversight.publication.verified import VerifiedLog

ENTRIES = "entries"
_PARTS = re.compile(r"([^/]+)/((?:x\d{3}/)*\d{3})(?:\.p/(\d+))?", re.ASCII)


def odd_files(directory: Path, source: Source, log: VerifiedLog) -> Iterator[str]:
    """Yield what is wrong with the files that the checkpoint does not need, each by its path."""
    for path in _files(directory):
        name = path.removeprefix("tile/")
        if not TILE_PATH.fullmatch(name):
            yield f"{path}: no file of a published log"
            continue
        try:
            _check(path, name, source, log)
        except ProofRejected as rejected:
            text = str(rejected)
            yield text if text.startswith(path) else f"{path}: {text}"


def _files(directory: Path) -> Iterator[str]:
    """Yield the paths of all tiles and bundles but those that are being written."""
    for folder, folders, names in os.walk(directory / "tile"):
        folders.sort()
        for name in sorted(names):
            if not name.startswith("."):
                yield os.path.relpath(os.path.join(folder, name), directory)


def _check(path: str, name: str, source: Source, log: VerifiedLog) -> None:
    """Raise ProofRejected unless a partial file is the beginning of what the tree has there."""
    found = _PARTS.fullmatch(name)
    assert found is not None, "the name was matched before"
    kind, number, width = found[1], int(re.sub("[x/]", "", found[2])), int(found[3] or WIDTH)
    level = 0 if kind == ENTRIES else int(kind)
    present = (log.checkpoint.size >> 8 * level) - number * WIDTH
    if width >= min(WIDTH, present):  # the checkpoint's own, or of a later one
        return
    if kind == ENTRIES:
        expected = make_bundle(log.bundle(number)[:width])
    else:
        expected = log.tile(level, number)[: width * HASH_BYTES]
    if source.read(path, BUNDLE_BYTES_MAX) != expected:
        raise ProofRejected(f"{path}: not the beginning of what the tree has there")
