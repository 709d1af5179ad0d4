"""The audit's own memory: a file of its own, so that it can be killed and goes on.

It holds digests of values, never values, under a key that follows from the key ring (where one is
at hand); keys of rows and indexes of entries are kept as they are, since the report names them.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from oversight.audit.report import DIFFERENCES_SHOWN, Difference
from oversight.audit.rules import STATE_FREE
from oversight.errors import RuleBroken

FILE = "audit.sqlite3"
TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS expected (tbl TEXT, row TEXT, told BLOB NOT NULL, said_by INTEGER,
    seen INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (tbl, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS untold (tbl TEXT, columns TEXT, digest BLOB,
    PRIMARY KEY (tbl, columns, digest)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS latest (kind TEXT, subject TEXT, place INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS suspect (tbl TEXT, row TEXT, PRIMARY KEY (tbl, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS difference (tbl TEXT, row TEXT, col TEXT, what TEXT NOT NULL,
    place INTEGER, PRIMARY KEY (tbl, row, col)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally (name TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known_key (vkey TEXT PRIMARY KEY) WITHOUT ROWID;
"""
NAMES = (
    "meta",
    "expected",
    "untold",
    "latest",
    "suspect",
    "difference",
    "tally",
    "known_key",
)


class Scratch:
    """The file, open for one audit alone."""

    def __init__(self, directory: Path) -> None:
        """Open or make the file in `directory` (mode 0600 in 0700).

        Raises:
            RuleBroken: STATE_FREE.
        """
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = directory / FILE
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        self._db = sqlite3.connect(file, isolation_level=None, timeout=0)
        try:
            for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.execute("PRAGMA cache_size=-32000")  # KiB
            self._db.executescript(f"BEGIN IMMEDIATE; {TABLES} COMMIT;")
        except sqlite3.OperationalError as error:
            self._db.close()
            raise RuleBroken(STATE_FREE, needed="another --state, or its end") from error

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep everything noted inside, or nothing."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def on_trial(self) -> Iterator[None]:
        """Forget everything noted inside, but for the differences that were found."""
        self._db.execute("BEGIN")
        try:
            yield
            found = self._db.execute("SELECT * FROM difference").fetchall()
            tallies = self._db.execute("SELECT * FROM tally").fetchall()
        finally:
            self._db.execute("ROLLBACK")
        with self.together():
            self.many("INSERT OR REPLACE INTO difference VALUES (?, ?, ?, ?, ?)", found)
            self.many("INSERT OR REPLACE INTO tally VALUES (?, ?)", tallies)

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement."""
        return self._db.execute(sql, values).fetchall()

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row."""
        self._db.executemany(sql, rows)

    def get(self, name: str, default: Any = None) -> Any:
        """Return what was kept under a name."""
        rows = self.ask("SELECT value FROM meta WHERE name = ?", name)
        return msgspec.msgpack.decode(rows[0][0]) if rows else default

    def keep(self, name: str, value: Any) -> None:
        """Keep a value of plain types under a name."""
        self.ask("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, msgspec.msgpack.encode(value))

    def forget(self) -> None:
        """Begin anew."""
        with self.together():
            for name in NAMES:
                self.ask(f"DELETE FROM {name}")  # noqa: S608

    def differ(
        self, table: str, key: Sequence[object], column: str, what: str, entry: int | None = None
    ) -> None:
        """Note a difference; a place is named once."""
        self.ask(
            "INSERT OR IGNORE INTO difference VALUES (?, ?, ?, ?, ?)",
            table,
            key_text(key),
            column,
            what,
            entry,
        )

    def count(self, name: str, times: int = 1) -> None:
        """Add to a tally."""
        self.ask(
            "INSERT INTO tally VALUES (?, ?) ON CONFLICT (name) DO UPDATE"
            " SET times = times + excluded.times",
            name,
            times,
        )

    def tally(self, name: str) -> int:
        """Return a tally."""
        rows = self.ask("SELECT times FROM tally WHERE name = ?", name)
        return int(rows[0][0]) if rows else 0

    def tallies(self, prefix: str) -> dict[str, int]:
        """Return all tallies whose names begin so, without what they begin with."""
        rows = self.ask("SELECT name, times FROM tally ORDER BY name")
        return {n.removeprefix(prefix): times for n, times in rows if n.startswith(prefix)}

    def differences(self) -> tuple[int, list[Difference]]:
        """Return how many differences there are, and the first of them."""
        total = self.ask("SELECT count(*) FROM difference")[0][0]
        rows = self.ask("SELECT * FROM difference LIMIT ?", DIFFERENCES_SHOWN)
        shown = [
            Difference(table, tuple(msgspec.json.decode(key)), column, what, entry)
            for table, key, column, what, entry in rows
        ]
        return total, shown


def key_text(key: Sequence[object]) -> str:
    """Return a row's plain key as one text."""
    return msgspec.json.encode(list(key), enc_hook=repr).decode()
