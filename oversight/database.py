"""Engines from the DSN; reading by default; the one write transaction; collisions and retry.

Nothing else: which tables there are is told by whoever opens the database.
"""

import re
import sqlite3
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import asynccontextmanager
from functools import lru_cache
from itertools import islice
from string import Formatter
from typing import Any, TypeVar

import asyncpg
from piccolo.engine.sqlite import TransactionType
from piccolo.table import Table

from oversight.database_migrations import migrate_packages
from oversight.database_postgres import PooledPostgresEngine
from oversight.database_sqlite import PooledSqliteEngine
from oversight.errors import Ground, Rule, RuleBroken

Engine = PooledSqliteEngine | PooledPostgresEngine
T = TypeVar("T")

DSN_UNDERSTOOD = Rule(
    "database.dsn_understood",
    "The data source is named as sqlite:///path or postgresql://user@host/database.",
    "design: configuration",
    Ground.MALFORMED,
)
DATABASE_REACHABLE = Rule(
    "database.reachable",
    "The database that the configuration names can be opened.",
    "design: configuration",
    Ground.BUSY,
)
WRITES_DO_NOT_COLLIDE = Rule(
    "database.writes_do_not_collide",
    "No other act changes the same rows at the same moment.",
    "design: ARCHITECTURE.md#How a write happens",
    Ground.BUSY,
)

CHUNK_ROWS = 5_000  # of a bulk insert: what is held in memory at once
ATTEMPTS = 10
CONNECTIONS_MAX = 10  # to PostgreSQL, for each process

_COLLISIONS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_UNREACHABLE = (OSError, sqlite3.OperationalError, asyncpg.PostgresError, asyncpg.InterfaceError)


class _Attached:
    """The engine of this process."""

    engine: Engine | None = None
    postgres = False


def make_engine(dsn: str, connections_max: int = CONNECTIONS_MAX) -> Engine:
    """Return the engine for a DSN; nothing is opened yet.

    Raises:
        RuleBroken: DSN_UNDERSTOOD. The DSN itself is not repeated: it may hold a password.
    """
    scheme, separator, rest = dsn.partition("://")
    if separator and scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return PooledSqliteEngine(rest[1:])
    if separator and scheme in {"postgresql", "postgres"} and rest:
        return PooledPostgresEngine(dsn, connections_max)
    raise RuleBroken(DSN_UNDERSTOOD, needed="sqlite:///daylight.sqlite or postgresql://host/name")


def attach(engine: Engine, tables: Iterable[type[Table]]) -> None:
    """Bind every table to `engine` and make it this process's engine."""
    _Attached.engine, _Attached.postgres = engine, isinstance(engine, PooledPostgresEngine)
    for table in tables:
        table._meta.db = engine


def engine() -> Engine:
    """Return the engine that is attached."""
    assert _Attached.engine is not None, "no database is open"
    return _Attached.engine


def is_postgres() -> bool:
    """Tell which of the two dialects the attached engine speaks."""
    return _Attached.postgres


async def open_database(
    dsn: str,
    tables: Sequence[type[Table]],
    packages: Sequence[str],
    connections_max: int = CONNECTIONS_MAX,
) -> None:
    """Attach, connect, and bring the schema of `packages` up to date.

    Several processes may start at once: one migrates, the others wait and find nothing to do.

    Raises:
        RuleBroken: DSN_UNDERSTOOD, or DATABASE_REACHABLE.
    """
    await connect(dsn, tables, connections_max)
    await migrate(packages)


async def connect(
    dsn: str, tables: Sequence[type[Table]], connections_max: int = CONNECTIONS_MAX
) -> None:
    """Attach and connect; the schema stays as it is.

    Raises:
        RuleBroken: DSN_UNDERSTOOD, or DATABASE_REACHABLE.
    """
    attach(make_engine(dsn, connections_max), tables)
    try:
        await engine().start_connection_pool()
    except _UNREACHABLE as error:
        raise RuleBroken(
            DATABASE_REACHABLE,
            needed="a database that runs, and a DSN whose path, host, name and user are right",
            cause=type(error).__name__,
        ) from error


async def close_database() -> None:
    """Close the attached engine's connections of this event loop."""
    await engine().close_connection_pool()


async def migrate(packages: Sequence[str]) -> list[str]:
    """Apply what is missing of the packages' migrations in one transaction; return the names."""
    async with writing():
        if is_postgres():
            await run("SELECT pg_advisory_xact_lock(7310091)")
        return await migrate_packages(packages, engine())


class writing:  # noqa: N801, reads as what it opens
    """Open the only kind of transaction in which rows may change.

    Reserved to the act and to the named functions of the concepts that own what is no domain
    row. `snapshot` makes all reads see one state (PostgreSQL: REPEATABLE READ; SQLite: always).

    Raises:
        RuleBroken: WRITES_DO_NOT_COLLIDE; nothing was changed, and the whole deed may be tried
            again.
        AssertionError: a transaction is open already.
    """

    def __init__(self, snapshot: bool = False) -> None:
        here = engine()
        assert here.current_transaction.get() is None, "a transaction is open already"
        self._transaction: Any = (
            here.transaction(writes=True, snapshot=snapshot)
            if isinstance(here, PooledPostgresEngine)
            else here.transaction(TransactionType.immediate)
        )

    async def __aenter__(self) -> None:
        try:
            await self._transaction.__aenter__()
        except Exception as error:
            _refuse_collision(error)
            raise

    async def __aexit__(self, *outcome: Any) -> None:
        try:
            await self._transaction.__aexit__(*outcome)
        except Exception as error:
            _refuse_collision(error)
            raise
        if outcome[1] is not None:
            _refuse_collision(outcome[1])


def _refuse_collision(error: BaseException) -> None:
    if is_collision(error):
        raise RuleBroken(WRITES_DO_NOT_COLLIDE, needed="trying again") from error


@asynccontextmanager
async def reading() -> AsyncIterator[None]:
    """Let several questions see one state; inside a transaction they see its own."""
    async with engine().transaction():
        yield


def is_collision(error: BaseException) -> bool:
    """Tell whether the database undid a transaction only because of a concurrent one."""
    if isinstance(error, sqlite3.OperationalError):
        return str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY")
    return isinstance(error, _COLLISIONS)


async def retried(deed: Callable[[], Awaitable[T]], attempts: int = ATTEMPTS) -> T:
    """Do `deed`, again while it only collides with others; the last refusal is passed on."""
    for _ in range(attempts - 1):
        try:
            return await deed()
        except RuleBroken as refusal:
            if refusal.rule != WRITES_DO_NOT_COLLIDE:
                raise
    return await deed()


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Return consecutive slices of at most `size` items: as many as one statement may ask for."""
    return (items[at : at + size] for at in range(0, len(items), size))


def run(sql: str, *values: object) -> Coroutine[Any, Any, list[Any]]:
    """Run one statement, `{}` standing for each value, in the current transaction if there is one.

    Rows answer to column names. Outside of `writing` the connection refuses to change anything.
    """
    return engine().ask(_marked(sql, _Attached.postgres), values)


def run_brief(sql: str, *values: object) -> Coroutine[Any, Any, list[Any]]:
    """Do the same with a statement that touches a handful of rows by their keys.

    On SQLite, inside `writing`, the event loop itself runs it: that is shorter than the way to
    another thread. Anything that may take longer than a commit would hold up all other requests.
    """
    return engine().ask(_marked(sql, _Attached.postgres), values, brief=True)


@lru_cache(maxsize=4096)
def _marked(sql: str, postgres: bool) -> str:
    """Return a statement with the driver's own marks where `{}` stands."""
    parts, count = [], 0
    for text, field, _, _ in Formatter().parse(sql):
        assert not field, "values are named by their order"
        count += field is not None
        parts += [text, "" if field is None else f"${count}" if postgres else "?"]
    return "".join(parts)


async def bulk_insert(
    table: type[Table], columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Insert many rows at the driver's own speed, holding a few thousand at once.

    Values are passed to the driver as they are (no column defaults, no conversion by Piccolo).
    A single row goes without the driver's bulk path, which is longer for one.
    """
    transaction: Any = engine().current_transaction.get()
    assert transaction is not None, "rows are inserted inside a transaction only"
    here, rest = engine(), iter(rows)
    while chunk := list(islice(rest, CHUNK_ROWS)):
        if len(chunk) == 1:
            await here.ask(_insertion(table, tuple(columns), is_postgres()), chunk[0], brief=True)
        elif is_postgres():
            await transaction.connection.copy_records_to_table(
                table._meta.tablename, records=chunk, columns=list(columns)
            )
        else:
            await transaction.connection.executemany(_insertion(table, tuple(columns)), chunk)


@lru_cache(maxsize=256)
def _insertion(table: type[Table], columns: tuple[str, ...], postgres: bool = False) -> str:
    name = table._meta.tablename
    assert all(re.fullmatch(r"[a-z_0-9]+", word) for word in (name, *columns))
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join(f"${n}" if postgres else "?" for n, _ in enumerate(columns, start=1))
    return f'INSERT INTO "{name}" ({names}) VALUES ({marks})'  # noqa: S608
