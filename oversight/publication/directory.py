"""Writing public files: whole or not at all, on the disk before anybody is told of them."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from oversight.keys.private import sync

FILE_MODE, FOLDER_MODE = 0o644, 0o755  # whatever the service's own umask: these are for everybody


def write_file(root: Path, path: str, data: bytes) -> None:
    """Put `data` under `root`/`path`, in the place of what was there, and down to the disk."""
    target = root / path
    _make_folder(target.parent)
    descriptor, name = mkstemp(prefix=".", suffix=".partial", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(stream.fileno(), FILE_MODE)
            os.fsync(stream.fileno())
        Path(name).replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise
    sync(target.parent)


def remove_partials(root: Path, path: str) -> None:
    """Remove the partial tiles of a tile that is full now; readers take the full one instead."""
    shutil.rmtree(root / f"{path}.p", ignore_errors=True)


def has_file(root: Path, path: str) -> bool:
    """Tell whether a file is there."""
    return (root / path).is_file()


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each for everybody to enter, and each on the disk."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        with suppress(FileExistsError):
            each.mkdir(mode=FOLDER_MODE)
            each.chmod(FOLDER_MODE)
        sync(each.parent)
