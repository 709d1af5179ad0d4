"""What an auditor keeps between two audits: a SQLite file of his own, written by nobody else.

It says how far the log was checked and under which checkpoint, whom he trusts, what was found,
what the rules remember, and the leaf hashes of the tree (32 bytes for each entry), so that older
checkpoints can be held against it. All of it is committed together, so an audit that is killed
goes on from its last commit.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from pathlib import Path

import msgspec

from oversight.ledger.rules import HASH_BYTES
from oversight.ledger.tiles import WIDTH
from oversight.public_audit.remembered import root_of_first
from oversight.public_audit.rules import Finding, Shelf

FILE = "public-audit.sqlite3"
BUSY_SECONDS = 5.0

TABLES = """
CREATE TABLE IF NOT EXISTS progress (id INTEGER PRIMARY KEY CHECK (id = 1), value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS shelf (
  rule TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (rule, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kind (
  kind TEXT PRIMARY KEY, count INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS finding (
  entry INTEGER NOT NULL, alert INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS evidence (note TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS leaves (bundle INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
"""


class Progress(msgspec.Struct):
    """How far an auditor has come with one log."""

    origin: str
    log_keys: list[str]  # verifier keys that are trusted: given, or published under those
    checked: int = 0  # entries below this index are judged
    size: int = 0  # of the newest checkpoint that was accepted
    root: str = ""  # its root, hex
    note: str = ""  # itself: with another one of the same log it is evidence
    newest: str = ""  # instant of the last entry that was judged
    eras: list[tuple[int, int]] = []  # (size above which, entry) a policy is known to judge


class Noted(msgspec.Struct, frozen=True):
    """A finding with the entry that shows it."""

    entry: int
    kind: str
    finding: Finding


class State:
    """An open state file; `path` of None keeps it in a file that vanishes with the program.

    Raises:
        sqlite3.Error: no such file can be made, it is no state, or another audit holds it.
    """

    def __init__(self, path: Path | None) -> None:
        # An empty name is a temporary database on the disk, not in memory.
        self._base = sqlite3.connect(
            path if path is not None else "", timeout=BUSY_SECONDS, isolation_level=None
        )
        self._base.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._base.executescript(TABLES)
        self._base.execute("BEGIN IMMEDIATE")
        self._shelves: dict[str, _Shelf] = {}
        self._kinds: Counter[str] = Counter()  # counted since the last commit

    def close(self) -> None:
        """Forget what was not saved."""
        self._base.close()

    def progress(self) -> Progress | None:
        """Return how far the auditor has come, or None at his first audit."""
        row = self._base.execute("SELECT value FROM progress").fetchone()
        return msgspec.json.decode(row[0], type=Progress) if row else None

    def save(self, progress: Progress) -> None:
        """Write everything down, for good."""
        for name, shelf in self._shelves.items():
            rows = [(name, key, value) for key, value in shelf.changed.items()]
            self._base.executemany("INSERT OR REPLACE INTO shelf VALUES (?, ?, ?)", rows)
            shelf.changed.clear()
        self._base.executemany(
            "INSERT INTO kind VALUES (?, ?) "
            "ON CONFLICT (kind) DO UPDATE SET count = count + excluded.count",
            self._kinds.items(),
        )
        self._kinds.clear()
        value = msgspec.json.encode(progress)
        self._base.execute("INSERT OR REPLACE INTO progress VALUES (1, ?)", (value,))
        self._base.execute("COMMIT")
        self._base.execute("BEGIN IMMEDIATE")

    def shelf(self, name: str) -> Shelf:
        """Return what the rule of that name remembers."""
        if name not in self._shelves:
            self._shelves[name] = _Shelf(self._base, name)
        return self._shelves[name]

    def note(self, entry: int, kind: str, finding: Finding) -> None:
        """Keep a finding."""
        row = entry, finding.alert, kind, finding.text
        self._base.execute("INSERT INTO finding VALUES (?, ?, ?, ?)", row)

    def findings(self, alert: bool, limit: int) -> list[Noted]:
        """Return the first findings, or alerts, of all audits so far."""
        rows = self._base.execute(
            "SELECT entry, kind, text FROM finding WHERE alert = ? ORDER BY entry, rowid LIMIT ?",
            (alert, limit),
        )
        return [Noted(entry, kind, Finding(text, alert)) for entry, kind, text in rows]

    def count_findings(self, alert: bool) -> int:
        """Return how many findings, or alerts, there are."""
        row = self._base.execute("SELECT count(*) FROM finding WHERE alert = ?", (alert,))
        return int(row.fetchone()[0])

    def count_kinds(self, counts: Mapping[str, int]) -> None:
        """Add to the numbers of entries by kind."""
        self._kinds.update(counts)

    def unknown_kinds(self, known: Collection[str], limit: int) -> Iterator[tuple[str, int]]:
        """Yield the kinds on the log that are not among the known ones, as saved last."""
        rows = self._base.execute("SELECT kind, count FROM kind ORDER BY kind")
        yield from islice((row for row in rows if row[0] not in known), limit)

    def count_of(self, kind: str) -> int:
        """Return how many entries of a kind there are."""
        row = self._base.execute("SELECT count FROM kind WHERE kind = ?", (kind,)).fetchone()
        return int(row[0]) if row else 0

    def keep_leaves(self, bundle: int, hashes: bytes) -> None:
        """Remember the leaf hashes of a bundle in the place of the fewer that were seen before."""
        self._base.execute("INSERT OR REPLACE INTO leaves VALUES (?, ?)", (bundle, hashes))

    def root_at(self, size: int) -> bytes | None:
        """Return the root that the first `size` entries had, or None if not all were seen."""
        bundles, rest = divmod(size, WIDTH)
        whole, reach = self._base.execute(
            "SELECT count(*) FILTER (WHERE bundle < ? AND length(hashes) = ?), "
            "coalesce(max(length(hashes)) FILTER (WHERE bundle = ?), 0) FROM leaves",
            (bundles, WIDTH * HASH_BYTES, bundles),
        ).fetchone()
        if whole < bundles or reach < rest * HASH_BYTES:
            return None
        return root_of_first(size, self._leaves)

    def _leaves(self, bundle: int) -> bytes:
        row = self._base.execute("SELECT hashes FROM leaves WHERE bundle = ?", (bundle,)).fetchone()
        return bytes(row[0])

    def keep_evidence(self, *notes: str) -> None:
        """Keep checkpoints that contradict each other, for good."""
        rows = [(note,) for note in notes]
        self._base.executemany("INSERT OR IGNORE INTO evidence VALUES (?)", rows)

    def evidence(self) -> list[str]:
        """Return the checkpoints that contradict each other."""
        return [str(note) for (note,) in self._base.execute("SELECT note FROM evidence")]


class _Shelf:
    """The shelf of one rule: what changed since the last commit is in memory, the rest on disk."""

    def __init__(self, base: sqlite3.Connection, name: str) -> None:
        self._base, self._name = base, name
        self.changed: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        """Return what was put there, or None."""
        if key in self.changed:
            return self.changed[key]
        row = self._base.execute(
            "SELECT value FROM shelf WHERE rule = ? AND key = ?", (self._name, key)
        ).fetchone()
        return row[0] if row else None

    def put(self, key: str, value: bytes) -> None:
        """Remember a value in the place of what was there."""
        self.changed[key] = value
