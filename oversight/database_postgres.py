"""PostgreSQL under Piccolo: one pool, sessions that read unless an act says otherwise.

The stock transaction loses its connection when COMMIT fails and knows no isolation level;
the stock engine connects while it is being constructed. Neither happens here.
"""

from collections.abc import Sequence
from typing import Any

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

    def __init__(self, engine: PostgresEngine, writes: bool, snapshot: bool) -> None:
        super().__init__(engine=engine)
        self.writes, self.snapshot = writes, snapshot

    async def __aenter__(self) -> "PlainTransaction":
        if self._parent is not None:
            assert not self.writes, "a transaction that writes does not nest"
            return self._parent  # type: ignore[return-value]
        self.connection = await self.get_connection()  # type: ignore[no-untyped-call]
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
            await unbroken(self._give_back())
        return False

    async def _give_back(self) -> None:
        """Return the connection, with nothing left open on it."""
        connection, self.connection = self.connection, ENDED
        ended = self._committed or self._rolled_back
        # Not ended: a BEGIN or COMMIT was cut off, and the driver may not know yet what it did.
        if not connection.is_closed() and not (ended and not connection.is_in_transaction()):
            await connection.execute("ROLLBACK")
        pool = self.engine.pool
        if pool is not None:
            await pool.release(connection)
        else:
            await connection.close()


class PooledPostgresEngine(PostgresEngine):
    """The engine behind a "postgresql://…" DSN."""

    __slots__ = ("connections_max",)

    def __init__(self, dsn: str, connections_max: int) -> None:
        self.connections_max = connections_max
        super().__init__(
            config={"dsn": dsn, "timeout": CONNECT_SECONDS, "server_settings": dict(SESSION)}
        )

    async def check_version(self) -> None:
        """Ask nothing at construction; the pool's first connection comes at start."""

    async def start_connection_pool(self, **_: Any) -> None:
        """Open the pool with one connection."""
        await super().start_connection_pool(min_size=1, max_size=self.connections_max)

    async def ask(self, query: str, values: Sequence[Any] = (), brief: bool = False) -> list[Any]:
        """Run one statement, `$1` … standing for the values, in the current transaction if any.

        `brief` changes nothing here: the event loop waits for no statement.
        """
        transaction = self.current_transaction.get()
        if transaction is not None:
            rows: list[Any] = await transaction.connection.fetch(query, *values)
            return rows
        return await self._run_in_pool(query, values)  # type: ignore[no-any-return]

    def transaction(
        self, allow_nested: bool = True, *, writes: bool = False, snapshot: bool = True
    ) -> PlainTransaction:
        """Return a snapshot for reading, or with `writes` the write transaction."""
        assert allow_nested or self.current_transaction.get() is None
        return PlainTransaction(self, writes, snapshot)
