"""Rows as they really are, read in pages; a row that was changed by hand must not stop the reader.

A changed row may hold a day that does not exist, bytes that are no text, or a number where a text
belongs. On SQLite a plain SELECT would fail at it and say nothing of the row, so values are fetched
bare and read here; what does not belong becomes `BROKEN`.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import Any

import msgspec
from piccolo.columns import BigInt, Bytea, Column, Date, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from oversight.database import is_postgres, run

PAGE_ROWS = 1_000


class Broken:
    """Stands for a value that does not belong into its column."""

    def __repr__(self) -> str:
        """Show what it is."""
        return "<broken>"


BROKEN = Broken()
Row = Mapping[str, Any]
_TEXTS = (Varchar, Text, Timestamptz, Date)


class Place(msgspec.Struct, frozen=True):
    """Where a page ended: the last key as the database gave it; how many rows with it passed."""

    key: tuple[Any, ...] = ()
    passed: int = 0


class ReadRow(msgspec.Struct, frozen=True):
    """A row: its values, and the bare key by which the next page goes on."""

    values: dict[str, Any]
    bare: tuple[Any, ...]


@lru_cache
def columns_of(table: type[Table]) -> Mapping[str, Column]:
    """Return a table's columns by name, in order."""
    return {column._meta.name: column for column in table._meta.columns}


async def read_page(
    table: type[Table],
    order: Sequence[str],
    after: Place,
    limit: int = PAGE_ROWS,
    columns: Sequence[str] = (),
) -> list[ReadRow]:
    """Return the rows of a table from `after` on, in the database's order of the columns `order`.

    Of each row all columns are read, or those that are named.

    Rows that have no value in one of these columns are not met here: see `count_keyless`.
    """
    names = _named(table, order)
    where, values = "", list(after.key)
    if after.key:
        where = f"WHERE ({names}) >= ({_marks(table, order)})"
    sql = f"{_select(table, columns)} {where} ORDER BY {names} LIMIT {{}} OFFSET {{}}"
    rows = await run(sql, *values, limit, after.passed)
    return [_read(table, order, row) for row in rows]


def place_after(rows: Sequence[ReadRow], before: Place) -> Place:
    """Return where the page of these rows ends."""
    last = rows[-1].bare
    passed = sum(row.bare == last for row in rows)
    return Place(last, passed + (before.passed if before.key == last else 0))


async def rows_with(
    table: type[Table], order: Sequence[str], values: Mapping[str, Any]
) -> AsyncIterator[ReadRow]:
    """Yield the rows whose columns have these plain values, in the order of `order`."""
    columns = columns_of(table)
    bare = {name: _bare(columns[name], value) for name, value in values.items()}
    conditions = [f"{_named(table, [name])} = {_mark(columns[name])}" for name in values]
    names = _named(table, order)
    place = Place()
    while True:
        more = [f"({names}) >= ({_marks(table, order)})"] if place.key else []
        where = " AND ".join([*conditions, *more])
        sql = f"{_select(table)} {f'WHERE {where}' if where else ''} ORDER BY {names}"
        found = await run(
            f"{sql} LIMIT {{}} OFFSET {{}}", *bare.values(), *place.key, PAGE_ROWS, place.passed
        )
        rows = [_read(table, order, row) for row in found]
        for row in rows:
            yield row
        if len(rows) < PAGE_ROWS:
            return
        place = place_after(rows, place)


async def count_keyless(table: type[Table], order: Sequence[str]) -> int:
    """Return how many rows lack a value in one of the columns `order`."""
    lacking = " OR ".join(f'"{name}" IS NULL' for name in order)
    rows = await run(f'SELECT count(*) AS rows FROM "{_name(table)}" WHERE {lacking}')  # noqa: S608
    return int(rows[0]["rows"])


def decoded(table: type[Table], row: Row) -> dict[str, Any]:
    """Return a row that was fetched with `selection`, as values or BROKEN."""
    readers = _readers(table)
    return {name: readers[name](bare) for name, bare in row.items()}


def selection(table: type[Table], names: Sequence[str], alias: str = "") -> str:
    """Return the select list by which these columns are fetched bare."""
    columns = columns_of(table)
    prefix = f"{alias}." if alias else ""
    return ", ".join(f'{_bare_sql(columns[name], prefix)} AS "{name}"' for name in names)


def packed(place: Place) -> bytes:
    """Return a place as bytes, for an audit that goes on later."""
    return msgspec.msgpack.encode([[_portable(value) for value in place.key], place.passed])


def unpacked(table: type[Table], order: Sequence[str], data: bytes) -> Place:
    """Return the place again."""
    key, passed = msgspec.msgpack.decode(data)
    columns = columns_of(table)
    return Place(
        tuple(_imported(columns[name], value) for name, value in zip(order, key, strict=False)),
        passed,
    )


def _name(table: type[Table]) -> str:
    return table._meta.tablename


def _named(table: type[Table], order: Sequence[str]) -> str:
    """Return columns as the database knows them, and not as they are selected."""
    return ", ".join(f'"{_name(table)}"."{name}"' for name in order)


def _select(table: type[Table], columns: Sequence[str] = ()) -> str:
    names = columns or list(columns_of(table))
    return f'SELECT {selection(table, names)} FROM "{_name(table)}"'  # noqa: S608


def _bare_sql(column: Column, prefix: str) -> str:
    name = f'{prefix}"{column._meta.name}"'
    if is_postgres():
        return name
    if isinstance(column, _TEXTS):  # as bytes: what is no UTF-8 is met below, not in the driver
        kind, value, other = "text", f"CAST({name} AS BLOB)", "X'FF'"
    elif isinstance(column, Bytea):
        kind, value, other = "blob", name, "''"
    else:
        kind, value, other = "integer", name, "''"
    return f"CASE typeof({name}) WHEN '{kind}' THEN {value} WHEN 'null' THEN NULL ELSE {other} END"


def _mark(column: Column) -> str:
    texts = not is_postgres() and isinstance(column, _TEXTS)
    return "CAST({} AS TEXT)" if texts else "{}"


def _marks(table: type[Table], order: Sequence[str]) -> str:
    columns = columns_of(table)
    return ", ".join(_mark(columns[name]) for name in order)


def _read(table: type[Table], order: Sequence[str], row: Row) -> ReadRow:
    return ReadRow(decoded(table, row), tuple(row[name] for name in order))


@lru_cache
def _readers(table: type[Table]) -> Mapping[str, Callable[[Any], Any]]:
    """Return what makes of a column's bare value the one that Piccolo would give, or BROKEN."""
    return {name: _reader(column) for name, column in columns_of(table).items()}


def _reader(column: Column) -> Callable[[Any], Any]:
    if isinstance(column, Timestamptz | Date):
        return partial(_moment, column)
    if isinstance(column, _TEXTS):
        return _text
    if isinstance(column, Bytea):
        return _bytes
    if isinstance(column, BigInt | Integer):
        return _number
    return _as_it_is


def _text(bare: Any) -> Any:
    try:
        return bare.decode() if isinstance(bare, bytes) else bare
    except UnicodeDecodeError:
        return BROKEN


def _bytes(bare: Any) -> Any:
    return bare if bare is None or isinstance(bare, bytes) else BROKEN


def _number(bare: Any) -> Any:
    return bare if bare is None or isinstance(bare, int) else BROKEN


def _as_it_is(bare: Any) -> Any:
    return bare


def _moment(column: Column, bare: Any) -> Any:
    try:
        return _from_text(column, bare.decode()) if isinstance(bare, bytes) else bare
    except ValueError:
        return BROKEN


def _from_text(column: Column, text: str) -> Any:
    """Read what SQLite keeps as a text; another spelling of the same instant is a change too.

    Raises:
        ValueError: it is none.
    """
    if isinstance(column, Timestamptz):
        at = datetime.fromisoformat(text)
        if at.tzinfo is None or text not in {str(at), at.isoformat()}:
            return BROKEN
        return at.astimezone(UTC)
    day = date.fromisoformat(text)
    return day if text == day.isoformat() else BROKEN


def _bare(column: Column, value: Any) -> Any:
    """Return a plain value as the database compares it."""
    if isinstance(column, Bytea) and isinstance(value, str):
        return bytes.fromhex(value)
    if isinstance(column, Timestamptz) and isinstance(value, str):
        value = datetime.fromisoformat(value)
    elif isinstance(column, Date) and isinstance(value, str):
        value = date.fromisoformat(value)
    if is_postgres() or not isinstance(column, _TEXTS):
        return value
    return str(value).encode()


def _portable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _imported(column: Column, value: Any) -> Any:
    if is_postgres() and isinstance(column, Timestamptz | Date):
        return _bare(column, value)
    return value
