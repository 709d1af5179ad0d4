"""Files that hold secrets: for their owner alone, on the disk before anybody relies on them.

Whoever writes a secret anywhere writes it here. A file appears whole under its name or not at all,
is never followed through a link, and has mode 0600 from its first byte on.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER_ONLY = 0o600
DIRECTORY_MODE = 0o700
OTHERS = 0o077  # what nobody but the owner may: as a mask of modes, and of what is made


def write_new(file: Path, data: bytes) -> None:
    """Write a file that is not there yet, down to the disk.

    Raises:
        FileExistsError: something stands under this name, be it a link.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def replace(file: Path, data: bytes) -> None:
    """Put `data` into the place of what `file` holds: wholly or not at all, and on the disk.

    Two writers of one file must exclude each other (`alone`).
    """
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)  # what a death left; nobody reads it
    write_new(partial, data)
    partial.replace(file)
    sync(file.parent)


def remove(file: Path) -> None:
    """Take a file away, for good when this returns; no file is no fault."""
    file.unlink(missing_ok=True)
    sync(file.parent)


def sync(directory: Path) -> None:
    """Have the names in a directory on the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Keep out every other program that asks the same of this directory; wait for one inside.

    The system gives the lock back when its holder dies, however it dies.
    """
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
