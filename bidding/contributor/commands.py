"""The contributor's books: one file a draw, for its owner alone, synced before anything is sent."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bidding.contributor.rules import NONCE_KEPT, Book, Kept
from oversight.errors import RuleBroken
from oversight.keys.private import DIRECTORY_MODE, OWNER_ONLY, replace


@contextmanager
def locked(home: Path, draw: str) -> Iterator[None]:
    """Hold the draw's lock: two programs of one contributor never work side by side."""
    home.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    handle = os.open(home / f"{draw}.lock", os.O_CREAT | os.O_RDWR, OWNER_ONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def load(home: Path, draw: str) -> Kept:
    """Return what is kept of a draw.

    Raises:
        RuleBroken: NONCE_KEPT.
    """
    file = home / f"{draw}.json"
    if not file.exists():
        raise RuleBroken(NONCE_KEPT, needed="the directory in which the commitment was made")
    return msgspec.json.decode(file.read_bytes(), type=Kept)


def is_kept(home: Path, draw: str) -> bool:
    """Tell whether a nonce for this draw is kept already."""
    return (home / f"{draw}.json").exists()


def keep(home: Path, kept: Kept) -> None:
    """Write what is kept of a draw, whole or not at all, and have it on the disk on return."""
    _write(home / f"{kept.draw}.json", kept)


def load_book(home: Path, draw: str) -> Book:
    """Return the answers that were countersigned in a draw; none at first."""
    file = home / f"{draw}.answers.json"
    if not file.exists():
        return Book(draw)
    return msgspec.json.decode(file.read_bytes(), type=Book)


def keep_book(home: Path, book: Book) -> None:
    """Write the answers that were countersigned, and have them on the disk on return."""
    _write(home / f"{book.draw}.answers.json", book)


def hand_out(home: Path, kept: Kept) -> Path:
    """Write the signed reveal to a file that may be given to others; return its path."""
    file = home / f"{kept.draw}.reveal.json"
    _write(file, kept.reveal())
    return file


def _write(file: Path, value: object) -> None:
    replace(file, msgspec.json.format(msgspec.json.encode(value)) + b"\n")
