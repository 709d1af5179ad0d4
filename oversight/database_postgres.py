"""PostgreSQL under Piccolo: one pool, sessions that read unless an act says otherwise.

The stock transaction loses its connection when COMMIT fails and knows no isolation level;
the stock engine connects while it is being constructed. Neither happens here. The driver's own
pool resets a session by a statement of its own after each use; ours are never set differently.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from oversight.database_sqlite import ENDED, unbroken

CONNECT_SECONDS = 5
SESSION = {
    "default_transaction_read_only": "on",
    "timezone": "UTC",
    "application_name": "daylight",
}


class PlainTransaction(PostgresTransaction):
    """A transaction begun in plain SQL: read only, unless `writes`."""

    __slots__ = ("snapshot", "writes")
    engine: "PooledPostgresEngine"

    def __init__(self, engine: "PooledPostgresEngine", writes: bool, snapshot: bool) -> None:
        super().__init__(engine=engine)
        self.writes, self.snapshot = writes, snapshot

    async def __aenter__(self) -> "PlainTransaction":
        if self._parent is not None:
            assert not self.writes, "a transaction that writes does not nest"
            return self._parent  # type: ignore[return-value]
        self.connection = await self.engine.acquire()
        try:
            await self.begin()
        except BaseException:
            await unbroken(self._give_back())
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def begin(self) -> None:
        """Begin at READ COMMITTED, or at REPEATABLE READ for a snapshot."""
        level = "REPEATABLE READ" if self.snapshot else "READ COMMITTED"
        access = "READ WRITE" if self.writes else "READ ONLY"
        await self.connection.execute(f"BEGIN ISOLATION LEVEL {level} {access}")

    async def commit(self) -> None:
        """Commit; a transaction that had already failed is an error, not a silent rollback."""
        outcome = await self.connection.execute("COMMIT")
        assert outcome == "COMMIT", "a failed statement was caught inside the transaction"
        self._committed = True

    async def rollback(self) -> None:
        """Undo everything."""
        await self.connection.execute("ROLLBACK")
        self._rolled_back = True

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if self._parent is not None:
            return False
        self.engine.current_transaction.reset(self.context)
        try:
            if not (self._committed or self._rolled_back):
                await unbroken(self.commit() if error is None else self.rollback())
        finally:
            if self._committed or self._rolled_back:
                connection, self.connection = self.connection, ENDED
                self.engine.keep(connection)
            else:
                await unbroken(self._give_back())
        return False

    async def _give_back(self) -> None:
        """Return a connection whose BEGIN or COMMIT was cut off: nothing is left open on it."""
        connection, self.connection = self.connection, ENDED
        try:
            if not connection.is_closed():  # the driver may not know yet what was done
                await connection.execute("ROLLBACK")
        except BaseException:
            connection.terminate()
            raise
        finally:
            self.engine.keep(connection)


class PooledPostgresEngine(PostgresEngine):
    """The engine behind a "postgresql://…" DSN."""

    __slots__ = ("_idle", "_slots", "connections_max")

    def __init__(self, dsn: str, connections_max: int) -> None:
        self.connections_max = connections_max
        self._idle: deque[Any] = deque()
        self._slots: asyncio.Semaphore | None = None  # while the pool is open
        super().__init__(
            config={"dsn": dsn, "timeout": CONNECT_SECONDS, "server_settings": dict(SESSION)}
        )

    async def check_version(self) -> None:
        """Ask nothing at construction; the pool's first connection comes at start."""

    async def start_connection_pool(self, **_: Any) -> None:
        """Open the pool with one connection."""
        self._slots = asyncio.Semaphore(self.connections_max)
        self.keep(await self.acquire())

    async def close_connection_pool(self) -> None:
        """Close idle connections now, and others when they come back."""
        self._slots = None
        while self._idle:
            await self._idle.pop().close()

    async def acquire(self) -> Any:
        """Take a connection, waiting for one if all are in use."""
        slots = self._slots
        if slots is None:
            raise asyncpg.InterfaceError("the pool is closed")
        await slots.acquire()
        try:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():  # the server may have gone away meanwhile
                    return connection
            return await self.get_new_connection()
        except BaseException:
            slots.release()
            raise

    def keep(self, connection: Any) -> None:
        """Return a connection on which nothing is open."""
        if self._slots is None:
            connection.terminate()
            return
        if not connection.is_closed():
            self._idle.append(connection)
        self._slots.release()

    async def ask(self, query: str, values: Sequence[Any] = (), brief: bool = False) -> list[Any]:
        """Run one statement, `$1` … standing for the values, in the current transaction if any.

        `brief` changes nothing here: the event loop waits for no statement.
        """
        transaction = self.current_transaction.get()
        if transaction is not None:
            rows: list[Any] = await transaction.connection.fetch(query, *values)
            return rows
        return await self._run_in_new_connection(query, values)

    async def _run_in_new_connection(
        self, query: str, args: Sequence[Any] | None = None
    ) -> list[Any]:
        connection = await self.acquire()
        try:
            rows: list[Any] = await connection.fetch(query, *(args or ()))
        except asyncpg.PostgresError:
            raise
        except BaseException:  # cut off: what the session is at is not known
            connection.terminate()
            raise
        finally:
            self.keep(connection)
        return rows

    def transaction(
        self, allow_nested: bool = True, *, writes: bool = False, snapshot: bool = True
    ) -> PlainTransaction:
        """Return a snapshot for reading, or with `writes` the write transaction."""
        assert allow_nested or self.current_transaction.get() is None
        return PlainTransaction(self, writes, snapshot)
