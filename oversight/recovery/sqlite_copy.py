"""The embedded database, copied while it is written to, and brought to its place again."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from oversight.errors import ProofRejected
from oversight.keys import private

BUSY_SECONDS = 30.0


def copy_database(source: Path, target: Path) -> None:
    """Copy a database that others may be writing to: one state of it, whole, one file.

    The copy is made in one step of SQLite's online backup, which reads one snapshot and keeps no
    writer waiting; meanwhile the write-ahead log grows.

    Raises:
        FileNotFoundError: there is no database.
        ProofRejected: the copy is not sound.
    """
    private.write_new(target, b"")
    with _opened(source, "ro") as here, _opened(target, "rw") as there:
        here.backup(there)
    settle(target)
    require_sound(target)


def settle(file: Path) -> None:
    """Have a database that nobody else uses in its one file, and that on the disk."""
    with _opened(file, "rw") as here:
        here.execute("PRAGMA journal_mode=DELETE")
    _sync_file(file)


def require_sound(file: Path) -> None:
    """Return only if SQLite finds nothing wrong with a database file at rest.

    Raises:
        ProofRejected: it does, or it is no database.
    """
    try:
        with _opened(file, "ro") as here:
            said = [row[0] for row in here.execute("PRAGMA integrity_check(3)")]
            said += [f"{row[0]} row {row[1]}" for row in here.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as error:
        said = [type(error).__name__]
    if said != ["ok"]:
        raise ProofRejected(f"{file.name}: {len(said)} faults in the database file")


def read_copy(file: Path) -> tuple[int, bytes, list[str]]:
    """Return the log's size and root, and the migrations applied, of a copy at rest."""
    with _opened(file, "ro") as here:
        size, root = here.execute("SELECT size, root FROM head WHERE id = 1").fetchone()
        names = [row[0] for row in here.execute("SELECT name FROM migration ORDER BY id")]
    return size, root, names


@contextmanager
def _opened(file: Path, mode: str) -> Iterator[sqlite3.Connection]:
    if not file.is_file():
        raise FileNotFoundError(2, os.strerror(2), str(file))
    uri = f"file:{quote(str(file.resolve()))}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _sync_file(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
