"""A PostgreSQL database, copied in one snapshot and loaded again: COPY, table by table."""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import asyncpg

from oversight.database import engine, run
from oversight.recovery.copying import Writing
from oversight.recovery.manifest import READ_BYTES, BackupFile, CopiedTable

FOLDER = "database"
RECORD = "migration"  # what was applied; the manifest names it, and loading applies it anew
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

_COLUMNS = """
    SELECT table_name, column_name, is_identity = 'YES' AS counts
    FROM information_schema.columns NATURAL JOIN information_schema.tables
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
    ORDER BY table_name, ordinal_position
"""
_REFERENCES = """
    SELECT conrelid::regclass::text AS from_table, confrelid::regclass::text AS to_table
    FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""


async def copy_database(
    dsn: str, root: Path
) -> tuple[list[BackupFile], list[CopiedTable], tuple[int, bytes, list[str]]]:
    """Copy every table into a file below `root`, all from one snapshot, as it streams in.

    Returns the files, the tables, and (size, root, migrations) of the log in that snapshot.
    """
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "daylight backup"})
    try:
        await connection.execute(SNAPSHOT)
        tables = await _tables(connection)
        files = [await _copy_out(connection, table, root) for table in tables]
        head = await connection.fetchrow("SELECT size, root FROM head WHERE id = 1")
        applied = await connection.fetch(f"SELECT name FROM {RECORD} ORDER BY id")  # noqa: S608
        await connection.execute("COMMIT")
    finally:
        await connection.close()
    return files, tables, (head["size"], head["root"], [row["name"] for row in applied])


async def load_database(root: Path, tables: Sequence[CopiedTable]) -> None:
    """Fill the tables of a fresh schema, inside the transaction that made it.

    What the migrations themselves put into a table gives way to what the backup has in it.
    """
    transaction: Any = engine().current_transaction.get()
    assert transaction is not None, "a backup is loaded in the transaction that makes its schema"
    copied = {table.name: table for table in tables}
    for name in await _in_order(copied):
        await _empty(name)
        await transaction.connection.copy_to_table(
            name, source=_parts(root / file_of(name)), columns=list(copied[name].columns)
        )
        await _count_on(copied[name])


async def is_empty() -> bool:
    """Tell whether the attached database has no table at all."""
    rows = await run(
        "SELECT 1 AS one FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = current_schema()::regnamespace LIMIT 1"
    )
    return not rows


def file_of(table: str) -> str:
    """Return where a table stands in a backup."""
    return f"{FOLDER}/{table}.copy"


async def _tables(connection: Any) -> list[CopiedTable]:
    columns: dict[str, list[str]] = {}
    counting: dict[str, str] = {}
    for row in await connection.fetch(_COLUMNS):
        columns.setdefault(row["table_name"], []).append(row["column_name"])
        if row["counts"]:
            counting[row["table_name"]] = row["column_name"]
    return [
        CopiedTable(
            name, tuple(names), counting.get(name, ""), await _last(connection, name, counting)
        )
        for name, names in columns.items()
        if name != RECORD
    ]


async def _last(connection: Any, table: str, counting: dict[str, str]) -> int:
    """Return the number that a table's counting column gave last; 0 for none.

    A sequence belongs to no snapshot: it may be ahead of the rows, which does no harm.
    """
    if table not in counting:
        return 0
    given = await connection.fetchval(
        "SELECT pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass)",
        table,
        counting[table],
    )
    return int(given or 0)


async def _copy_out(connection: Any, table: CopiedTable, root: Path) -> BackupFile:
    target = Writing(root, file_of(table.name))

    async def take(part: bytes) -> None:
        target.write(part)

    await connection.copy_from_table(table.name, output=take, columns=list(table.columns))
    return target.done()


async def _parts(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as stream:
        while part := stream.read(READ_BYTES):
            yield part


async def _in_order(names: Iterable[str]) -> list[str]:
    """Return tables so that each comes behind those that it refers to."""
    order: TopologicalSorter[str] = TopologicalSorter({name: set() for name in names})
    for row in await run(_REFERENCES):
        if row["from_table"] != row["to_table"]:
            order.add(row["from_table"], row["to_table"])
    return list(order.static_order())


async def _empty(table: str) -> None:
    """Take away what the migrations put in, past the triggers that guard it from everybody else.

    `TRUNCATE` and `DELETE` are refused by them, and only the table's owner can do this.
    """
    assert re.fullmatch(r"[a-z_0-9]+", table), "a table's name is a word"
    if not await run(f"SELECT 1 AS one FROM {table} LIMIT 1"):  # noqa: S608
        return
    guards = await run(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = {}::regclass AND tgenabled = 'A'", table
    )
    await run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await run(f"DELETE FROM {table}")  # noqa: S608
    await run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for guard in guards:
        await run(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard['tgname']}")


async def _count_on(table: CopiedTable) -> None:
    """Let a counting column go on behind every number that it ever gave."""
    if not table.identity:
        return
    rows = await run(f"SELECT max({table.identity}) AS last FROM {table.name}")  # noqa: S608
    last = max(table.last, rows[0]["last"] or 0)
    if last:
        await run(
            "SELECT setval(pg_get_serial_sequence({}, {})::regclass, {})",
            table.name,
            table.identity,
            last,
        )
