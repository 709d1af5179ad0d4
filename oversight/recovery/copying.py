"""Files that are copied for a backup or out of one: digested on the way, for the owner alone."""

import os
from collections.abc import Iterator, Set
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from oversight.errors import RuleBroken
from oversight.keys import private
from oversight.recovery.manifest import READ_BYTES, BackupFile
from oversight.recovery.rules import BACKUP_PLACE_NEW


class Writing:
    """A new file of mode 0600 that counts and digests what is written to it."""

    def __init__(self, root: Path, path: str) -> None:
        self._path, self._digest, self._bytes = path, sha256(), 0
        target = root / path
        _make_folder(target.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        self._stream: BinaryIO = os.fdopen(os.open(target, flags, private.OWNER_ONLY), "wb")

    def write(self, part: bytes) -> None:
        """Append."""
        self._stream.write(part)
        self._digest.update(part)
        self._bytes += len(part)

    def done(self) -> BackupFile:
        """Have it on the disk, and return what it holds."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        return BackupFile(self._path, self._bytes, self._digest.hexdigest())


def make_place(out: Path) -> None:
    """Make the directory of a backup, mode 0700.

    Raises:
        RuleBroken: BACKUP_PLACE_NEW.
    """
    _make_folder(out.parent)
    try:
        out.mkdir(mode=private.DIRECTORY_MODE)
    except FileExistsError:
        needed = "the name of a directory that is not there yet"
        raise RuleBroken(BACKUP_PLACE_NEW, needed=needed) from None


def copy_file(source: Path, root: Path, path: str) -> BackupFile:
    """Copy one file to `root`/`path`."""
    with source.open("rb") as stream:
        target = Writing(root, path)
        while part := stream.read(READ_BYTES):
            target.write(part)
    return target.done()


def digest_file(root: Path, path: str) -> BackupFile:
    """Return what a file that stands at its place already holds."""
    running, count = sha256(), 0
    with (root / path).open("rb") as stream:
        while part := stream.read(READ_BYTES):
            running.update(part)
            count += len(part)
    return BackupFile(path, count, running.hexdigest())


def copy_tree(
    source: Path, root: Path, path: str, done: Set[str] = frozenset()
) -> Iterator[BackupFile]:
    """Copy the files below a directory to `root`/`path`, except those that are `done` already.

    A file that is gone when its turn comes was replaced by a larger one and is left out; hidden
    files are in the making and no part of what is kept.
    """
    for name in sorted(set(_files_below(source)) - done):
        try:
            yield copy_file(source / name, root, f"{path}/{name}")
        except FileNotFoundError:
            continue


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each for the owner alone; what is there stays as it is."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(mode=private.DIRECTORY_MODE)


def sync_tree(root: Path) -> None:
    """Have the names of all files below a directory on the disk."""
    for folder, _, _ in os.walk(root):
        private.sync(Path(folder))


def _files_below(root: Path) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        for name in names:
            place = Path(folder, name)
            if not name.startswith(".") and place.is_file() and not place.is_symlink():
                yield place.relative_to(root).as_posix()
