"""How rows follow from entries: what each concept says about its tables, for the audit.

A concept's `coverage.py` names every column of its tables: those that the log covers, and those
that it does not, with the reason. Its replays tell what each kind of entry makes of the rows.
The audit plays all entries in order and compares what they make with what is there.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from piccolo.table import Table

from oversight.keys.directory import ring
from oversight.ledger.queries import LoggedEntry

Key = tuple[object, ...]  # values of the key columns: texts, numbers, ISO dates
# A row → the value that an entry speaks of. Whatever it raises means: the column does not say it.
Reader = Callable[[Mapping[str, Any]], object]


class NotTold:
    """Stands for a value that cannot be known: erased for ever, or sealed and no key at hand."""

    def __repr__(self) -> str:
        """Show what it is."""
        return "<not told>"


NOT_TOLD = NotTold()


class Covered(msgspec.Struct, frozen=True):
    """What the log says about one table: rows one by one."""

    table: type[Table]
    key: tuple[str, ...]  # columns by which entries name a row; no two rows share them
    said: tuple[str, ...]  # columns compared as they are (bytes as hex, instants as ISO text)
    opened: Mapping[str, Reader] = {}  # columns compared through a reader: decrypted, digested
    silent: Mapping[str, str] = {}  # columns that are not covered, and why
    where: Reader | None = None  # rows for which this is not true are none of the log's business
    proved: Mapping[str, str] = {}  # columns that the walk over the log itself checks, and how


class CoveredTogether(msgspec.Struct, frozen=True):
    """Rows that an entry covers as a whole: a digest over all rows that share a key, in order."""

    table: type[Table]
    key: tuple[str, ...]
    order: tuple[str, ...]  # columns that put the rows of one key in order
    columns: tuple[str, ...]  # columns that the digest covers
    digest: Callable[[Sequence[Mapping[str, Any]]], object]
    silent: Mapping[str, str] = {}
    later: str = ""  # why rows whose key no entry speaks of yet are no fault; empty: they are one


class NotCovered(msgspec.Struct, frozen=True):
    """A table about which the log says nothing, and why."""

    table: type[Table]
    why: str


class OfTheLog(msgspec.Struct, frozen=True):
    """A table of the log itself: the audit's walk over the tree checks its columns."""

    table: type[Table]
    columns: Mapping[str, str]  # and how


Coverage = Covered | CoveredTogether | NotCovered | OfTheLog


class Rows(Protocol):
    """The rows that the entries make. Values are plain (bytes as hex, instants as ISO text)."""

    def put(self, table: type[Table], key: Key, /, **columns: object) -> None:
        """Make a row, or replace it; columns that are not named here are not compared in it."""

    def change(self, table: type[Table], key: Key, /, **columns: object) -> None:
        """Set columns of a row that an earlier entry made."""

    def drop(self, table: type[Table], key: Key) -> None:
        """Take a row away; no row is no fault."""

    def whole(self, table: type[Table], key: Key, digest: object) -> None:
        """Set the digest over all rows of a key (CoveredTogether)."""

    def untold(self, table: type[Table], /, **columns: object) -> None:
        """Say that rows with these values cannot be judged: what they follow from is not told."""

    def found(self, table: type[Table], /, **columns: object) -> AsyncIterator[Mapping[str, Any]]:
        """Yield the rows with these values that are there, as they are, in order of their key.

        They are evidence, not truth: a replay holds them against what the entries say first.
        """


class Said(Protocol):
    """The entry that is played."""

    logged: LoggedEntry
    body: Mapping[str, Any]
    at: str  # the act's instant, as in the entry
    actor: str  # party

    def opened(self, field: str) -> Any:
        """Return what the commitment in this field of the body conceals, verified; or NOT_TOLD."""

    async def entry(self, index: int) -> "Said | None":
        """Return the entry at an earlier index; None if there is none."""

    async def before(self, kind: str, subject: str) -> "Said | None":
        """Return the latest earlier entry of a kind about a subject."""

    async def of_act(self, act: str, kind: str, subject: str | None = None) -> "Said | None":
        """Return the first entry of a kind, about a subject if it is given, of an act."""


Replay = Callable[[Said, Rows], Awaitable[None]]
Replays = Mapping[str, Replay]  # by kind; every kind has one, or is named in LEAVES_NO_ROW


def if_told(value: Any, read: Callable[[Any], object]) -> object:
    """Return what `read` makes of an opened value; what is not told stays so."""
    return NOT_TOLD if value is NOT_TOLD else read(value)


def parts(value: Any, names: Iterable[str]) -> dict[str, object]:
    """Return parts of an opened value by name; if it is not told, none of them is."""
    return {name: NOT_TOLD if value is NOT_TOLD else value[name] for name in names}


def sealed(
    column: str, context: Callable[[Any], str], names: str, read: Callable[[bytes], object]
) -> Reader:
    """Return a reader that opens a sealed field with this process's keys.

    Args:
        column: holds the sealed field.
        context: makes the field's context of the value of column `names`.
        names: column that the context speaks of.
        read: makes the value that is compared of the opened bytes.
    """

    def reader(row: Mapping[str, Any]) -> object:
        return read(ring().fields.open(bytes(row[column]), context(row[names])))

    return reader


def as_json(column: str) -> Reader:
    """Return a reader of a column that holds JSON text."""
    return lambda row: json.loads(row[column])
