"""What a cosigner remembers: its logs, the checkpoint of each that it cosigned last, evidence.

One SQLite file through the standard library, a connection for each piece of work. Compare and
store are one transaction that shuts every other writer out from its beginning, of this process
and of others; what it stored is on the disk when it ends. The schema itself refuses that a log
shrinks or changes its root. Never restore this file from a backup: a cosigner that forgets can be
led to cosign a second history.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from oversight.errors import RuleBroken
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.notes import VerifierKey, parse_vkey
from oversight.ledger.rules import EMPTY_ROOT
from oversight.witness.rules import WITNESS_WHOLE, Evidence, Known, Promise, origin_hash

RECORD = "cosigner.sqlite"
WAIT_SECONDS = 5.0  # for another process's transaction
EVIDENCE_KEPT = 100  # of a log and kind: there is an end to what strangers can make us store

SCHEMA = """
PRAGMA journal_mode=WAL;
CREATE TABLE cosigner (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    name TEXT NOT NULL,
    promise TEXT NOT NULL,
    vkeys TEXT NOT NULL                     -- one a line: whose record this is
) STRICT;
CREATE TABLE log (
    origin TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,              -- lower-case hex SHA-256 of the origin
    source TEXT NOT NULL,                   -- URL or directory of its files; a mirror reads it
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    cosigned_at INTEGER NOT NULL,           -- POSIX second; 0: never
    note TEXT NOT NULL                      -- under the signatures of log and cosigner
) STRICT;
CREATE TABLE log_key (
    origin TEXT NOT NULL REFERENCES log (origin),
    vkey TEXT NOT NULL,
    PRIMARY KEY (origin, vkey)
) STRICT;
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    origin TEXT NOT NULL REFERENCES log (origin),
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,                    -- POSIX second of arrival
    size INTEGER NOT NULL,                  -- of the checkpoint that was refused
    root BLOB NOT NULL,
    known TEXT NOT NULL,                    -- the checkpoint that was cosigned by then
    request BLOB NOT NULL,                  -- as it came, with the log's signature
    UNIQUE (origin, kind, size, root)
) STRICT;
CREATE TRIGGER log_only_grows BEFORE UPDATE ON log
WHEN NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
    OR NEW.cosigned_at < OLD.cosigned_at OR NEW.origin <> OLD.origin
BEGIN SELECT RAISE(ABORT, 'a log never shrinks and never changes'); END;
CREATE TRIGGER log_is_kept BEFORE DELETE ON log
BEGIN SELECT RAISE(ABORT, 'what was cosigned is never forgotten'); END;
"""


class LogRecord(msgspec.Struct, frozen=True):
    """A log as its cosigner knows it."""

    origin: str
    source: str
    known: Known
    cosigned_at: int  # POSIX second; 0: never
    keys: tuple[VerifierKey, ...]


class EvidenceRecord(msgspec.Struct, frozen=True):
    """A log-signed request that was refused, and what was cosigned when it came."""

    id: int
    origin: str
    kind: Evidence
    at: int  # POSIX second
    size: int
    root: bytes
    known: str
    request: bytes


class Store:
    """The record in one file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def make(self, name: str, promise: Promise, vkeys: Sequence[str]) -> None:
        """Make the file, for a cosigner that never signed."""
        assert not self._file.exists(), "a record is made once"
        with closing(sqlite3.connect(self._file)) as connection:
            connection.executescript(SCHEMA)
            row = (name, promise, "\n".join(vkeys))
            connection.execute("INSERT INTO cosigner VALUES (1, ?, ?, ?)", row)
            connection.commit()

    def cosigner(self) -> tuple[str, Promise, tuple[str, ...]]:
        """Return whose record this is: name, promise, public keys."""
        with self._reading() as connection:
            rows = connection.execute("SELECT name, promise, vkeys FROM cosigner").fetchall()
        if len(rows) != 1:
            raise RuleBroken(WITNESS_WHOLE, needed="the record that was made with these keys")
        name, promise, vkeys = rows[0]
        return name, Promise(promise), tuple(vkeys.split("\n"))

    def add_log(self, origin: str, vkeys: Sequence[str], source: str) -> None:
        """Know a log from now on, or know more keys of it, or another place of its files."""
        with self.alone() as held:
            held.add_log(origin, vkeys, source)

    def log(self, origin: str) -> LogRecord | None:
        """Return a log, or None where the cosigner does not know it."""
        with self._reading() as connection:
            return _log(connection, origin)

    def logs(self) -> list[LogRecord]:
        """Return all logs, by origin."""
        with self._reading() as connection:
            origins = connection.execute("SELECT origin FROM log ORDER BY origin").fetchall()
            found = [_log(connection, origin) for (origin,) in origins]
        return [log for log in found if log is not None]

    def note(self, hashed: str) -> str | None:
        """Return the checkpoint cosigned last of the log with this origin hash."""
        with self._reading() as connection:
            row = connection.execute("SELECT note FROM log WHERE hash = ?", (hashed,)).fetchone()
        return row[0] or None if row else None

    def evidence(self) -> list[EvidenceRecord]:
        """Return what was kept, oldest first."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT id, origin, kind, at, size, root, known, request FROM evidence ORDER BY id"
            ).fetchall()
        return [EvidenceRecord(row[0], row[1], Evidence(row[2]), *row[3:]) for row in rows]

    @contextmanager
    def alone(self) -> Iterator["Held"]:
        """Hold the record alone; on the disk when the block ends, undone if it fails.

        Raises:
            sqlite3.Error: another process holds it for too long, or it cannot be written.
        """
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Held(connection)
            except BaseException:
                connection.rollback()
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Open one consistent view."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN")
            yield connection

    def _connect(self) -> sqlite3.Connection:
        if not self._file.is_file():
            needed = "the record that was made with these keys; without it they must be retired"
            raise RuleBroken(WITNESS_WHOLE, needed=needed, missing=self._file.name)
        connection = sqlite3.connect(self._file, timeout=WAIT_SECONDS, isolation_level=None)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
        return connection


class Held:
    """The record while nobody else may change it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _do(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def add_log(self, origin: str, vkeys: Sequence[str], source: str) -> None:
        """Know a log, or more keys of it; an empty source leaves the one that is known."""
        self._do(
            "INSERT INTO log VALUES (?, ?, ?, 0, ?, 0, '') ON CONFLICT (origin) DO UPDATE"
            " SET source = coalesce(nullif(excluded.source, ''), source)",
            *(origin, origin_hash(origin), source, EMPTY_ROOT),
        )
        for vkey in vkeys:
            self._do("INSERT OR IGNORE INTO log_key VALUES (?, ?)", origin, vkey)

    def log(self, origin: str) -> LogRecord | None:
        """Return a log as it is now."""
        return _log(self._connection, origin)

    def cosigned_at(self) -> int:
        """Return the POSIX second of this cosigner's last signature for any log; 0: none."""
        row = self._do("SELECT coalesce(max(cosigned_at), 0) FROM log").fetchone()
        return int(row[0])

    def advance(self, checkpoint: Checkpoint, note: str, seconds: int) -> None:
        """Remember what is cosigned now; suspicions that it clears are dropped."""
        self._do(
            "UPDATE log SET size = ?, root = ?, cosigned_at = ?, note = ? WHERE origin = ?",
            *(checkpoint.size, checkpoint.root, seconds, note, checkpoint.origin),
        )
        self._do(
            "DELETE FROM evidence WHERE origin = ? AND kind = ? AND size = ? AND root = ?",
            *(checkpoint.origin, Evidence.UNPROVEN, checkpoint.size, checkpoint.root),
        )

    def keep(
        self, kind: Evidence, checkpoint: Checkpoint, known: str, request: bytes, seconds: int
    ) -> None:
        """Keep a log-signed request; of too many the first split views, the newest of the rest."""
        origin = checkpoint.origin
        self._do(
            "INSERT OR IGNORE INTO evidence (origin, kind, at, size, root, known, request)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(origin, kind, seconds, checkpoint.size, checkpoint.root, known, request),
        )
        self._do(
            "DELETE FROM evidence WHERE origin = ? AND kind = ? AND id NOT IN (SELECT id FROM"
            " evidence WHERE origin = ? AND kind = ?"
            " ORDER BY CASE kind WHEN ? THEN id ELSE -id END LIMIT ?)",
            *(origin, kind, origin, kind, Evidence.SPLIT, EVIDENCE_KEPT),
        )


def _log(connection: sqlite3.Connection, origin: str) -> LogRecord | None:
    row = connection.execute(
        "SELECT source, size, root, note, cosigned_at FROM log WHERE origin = ?", (origin,)
    ).fetchone()
    if row is None:
        return None
    source, size, root, note, cosigned_at = row
    vkeys = connection.execute(
        "SELECT vkey FROM log_key WHERE origin = ? ORDER BY rowid", (origin,)
    ).fetchall()
    keys = tuple(parse_vkey(vkey) for (vkey,) in vkeys)
    return LogRecord(origin, source, Known(size, root, note), cosigned_at, keys)
