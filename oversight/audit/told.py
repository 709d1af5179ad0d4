"""The rows that the entries make, kept as keyed digests until they are compared."""

import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NoReturn

import msgspec
from piccolo.columns import Column, Timestamptz
from piccolo.table import Table

from oversight.audit.actual import BROKEN, columns_of, rows_with
from oversight.audit.scratch import Scratch, key_text
from oversight.ledger.coverage import (
    NOT_TOLD,
    Coverage,
    Covered,
    CoveredTogether,
    Key,
)
from oversight.values.canonical import NotCanonical, canonical
from oversight.values.instants import to_micro_text

DIGEST_BYTES = 16
TOGETHER = "*"  # stands for the columns of rows that are covered together
NOTHING = b""  # the digest of what is not told

# column → (digest, index of the entry that says so)
Told = dict[str, tuple[bytes, int]]


class CoverageBroken(AssertionError):  # noqa: N818 - one of three failures
    """A replay speaks of a table, key or column that no coverage names: our own mistake."""


class Digests:
    """Keyed digests of plain values: equal values meet, nothing can be read from them."""

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes."""
        self._key = key

    def of(self, table: str, column: str, value: object) -> bytes:
        """Return 16 bytes for a value in its column; of what is not told, none."""
        if value is NOT_TOLD:
            return NOTHING
        try:
            data = b"broken" if value is BROKEN else b"=" + canonical(value)
        except NotCanonical:
            data = b"broken"
        named = f"{table}.{column}\0".encode() + data
        return hmac.digest(self._key, named, "sha256")[:DIGEST_BYTES]

    def of_columns(self, table: str, columns: Sequence[str], digests: Sequence[bytes]) -> bytes:
        """Return a digest over several columns' digests."""
        named = f"{table}\0{','.join(columns)}\0".encode() + b"".join(digests)
        return hmac.digest(self._key, named, "sha256")[:DIGEST_BYTES]


def plain(column: Column | None, value: object) -> object:
    """Return a value as entries speak of it: bytes as hex, instants and days as ISO text."""
    if value is BROKEN or value is NOT_TOLD or value is None:
        return value
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(column, Timestamptz) and isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return BROKEN
    if isinstance(value, datetime):
        return to_micro_text(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int) else msgspec.to_builtins(value)


class Expected:
    """What the entries played so far make of the rows (the `Rows` of a replay)."""

    def __init__(self, scratch: Scratch, digests: Digests, coverage: Sequence[Coverage]) -> None:
        self._scratch, self._digests = scratch, digests
        self.of_table: Mapping[str, Coverage] = {one.table._meta.tablename: one for one in coverage}
        self._changed: dict[tuple[str, str], Told | None] = {}
        self.index = -1  # of the entry that is played

    def put(self, table: type[Table], key: Key, /, **columns: object) -> None:
        """Make a row, or replace it."""
        if not self._is_told(table, key, columns):
            return
        place = self._place(table, key)
        self._changed[place] = self._said(self._covered(table, columns), columns)

    def change(self, table: type[Table], key: Key, /, **columns: object) -> None:
        """Set columns of a row that an earlier entry made."""
        if not self._is_told(table, key, columns):
            return
        place = self._place(table, key)
        said = self._said(self._covered(table, columns), columns)
        self._changed[place] = (self.told(*place) or {}) | said

    def drop(self, table: type[Table], key: Key) -> None:
        """Take a row away."""
        if self._is_told(table, key, {}):
            self._changed[self._place(table, key)] = None

    def whole(self, table: type[Table], key: Key, digest: object) -> None:
        """Set the digest over all rows of a key."""
        covered = self.of_table.get(table._meta.tablename)
        if not isinstance(covered, CoveredTogether):
            _misdeclared(table, "is not covered together")
        value = self._digests.of(table._meta.tablename, TOGETHER, plain(None, digest))
        self._changed[self._place(table, key)] = {TOGETHER: (value, self.index)}

    def untold(self, table: type[Table], /, **columns: object) -> None:
        """Say that rows with these values cannot be judged."""
        known = columns_of(table)
        if not columns.keys() <= known.keys():
            _misdeclared(table, f"has no column {sorted(columns.keys() - known.keys())}")
        name, names = table._meta.tablename, sorted(columns)
        each = [self._digests.of(name, n, plain(known[n], columns[n])) for n in names]
        self._scratch.ask(
            "INSERT OR IGNORE INTO untold VALUES (?, ?, ?)",
            name,
            key_text(names),
            self._digests.of_columns(name, names, each),
        )

    async def found(
        self, table: type[Table], /, **columns: object
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Yield the rows with these values that are there."""
        covered = self.of_table.get(table._meta.tablename)
        if not isinstance(covered, Covered | CoveredTogether):
            _misdeclared(table, "is not covered")
        order = covered.key if isinstance(covered, Covered) else (*covered.key, *covered.order)
        known = columns_of(table)
        values = {name: plain(known[name], value) for name, value in columns.items()}
        async for row in rows_with(table, order, values):
            yield row.values

    def told(self, table: str, key: str) -> Told | None:
        """Return what the entries say about a row; None: nothing."""
        if (table, key) in self._changed:
            return self._changed[table, key]
        rows = self._scratch.ask("SELECT told FROM expected WHERE tbl = ? AND row = ?", table, key)
        return _TOLD.decode(rows[0][0]) if rows else None

    def flush(self) -> None:
        """Write down what was said since the last time."""
        made = [
            (*place, msgspec.msgpack.encode(told), max((i for _, i in told.values()), default=-1))
            for place, told in self._changed.items()
            if told is not None
        ]
        self._scratch.many(
            "INSERT INTO expected (tbl, row, told, said_by) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (tbl, row) DO UPDATE SET told = excluded.told,"
            " said_by = excluded.said_by",
            made,
        )
        gone = [place for place, told in self._changed.items() if told is None]
        self._scratch.many("DELETE FROM expected WHERE tbl = ? AND row = ?", gone)
        self._changed.clear()

    def key_of(self, covered: Covered | CoveredTogether, key: Sequence[object]) -> str:
        """Return a row's key as one text, from plain or bare values."""
        columns = columns_of(covered.table)
        values = [plain(columns[n], v) for n, v in zip(covered.key, key, strict=True)]
        return key_text([repr(v) if v is BROKEN else v for v in values])

    def _place(self, table: type[Table], key: Key) -> tuple[str, str]:
        covered = self.of_table.get(table._meta.tablename)
        if not isinstance(covered, Covered | CoveredTogether) or len(covered.key) != len(key):
            _misdeclared(table, "is not covered by a key of that many columns")
        return table._meta.tablename, self.key_of(covered, key)

    def _covered(self, table: type[Table], columns: Mapping[str, object]) -> Covered:
        covered = self.of_table.get(table._meta.tablename)
        if not isinstance(covered, Covered):
            _misdeclared(table, "is not covered row by row")
        if extra := columns.keys() - {*covered.said, *covered.opened}:
            _misdeclared(table, f"is not covered in {sorted(extra)}")
        return covered

    def _said(self, covered: Covered, columns: Mapping[str, object]) -> Told:
        name, known = covered.table._meta.tablename, columns_of(covered.table)
        return {
            column: (self.digest(covered, known, name, column, value), self.index)
            for column, value in columns.items()
        }

    def digest(
        self,
        covered: Covered,
        known: Mapping[str, Column],
        name: str,
        column: str,
        value: object,
    ) -> bytes:
        """Return the digest of a value that stands, or shall stand, in a covered column."""
        typed = known[column] if column not in covered.opened else None
        return self._digests.of(name, column, plain(typed, value))

    def _is_told(self, table: type[Table], key: Key, columns: Mapping[str, object]) -> bool:
        """Tell whether a row is named; else whatever may be it is not judged."""
        if not any(part is NOT_TOLD for part in key):
            return True
        covered = self.of_table.get(table._meta.tablename)
        if not isinstance(covered, Covered):
            _misdeclared(table, "is not covered row by row")
        named = dict(zip(covered.key, key, strict=True)) | {
            name: value for name, value in columns.items() if name in covered.said
        }
        self.untold(table, **{n: value for n, value in named.items() if value is not NOT_TOLD})
        return False


def _misdeclared(table: type[Table], what: str) -> NoReturn:
    raise CoverageBroken(f"{table._meta.tablename} {what}")


_TOLD = msgspec.msgpack.Decoder(Told)
