"""SQLite under Piccolo: one pool per event loop, readers that cannot write, one fair writer.

The stock engine opens a thread and a connection for every query and lets waiting writers poll
the file. Here reads go through a few kept connections with `query_only` on; writes go through
one kept connection behind a first-come lock, so that writers of this process never collide.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import aiosqlite
from piccolo.engine.sqlite import (
    SQLiteEngine,
    SQLiteTransaction,
    TransactionType,
    dict_factory,
)

PRAGMAS = (
    "busy_timeout=5000",  # first: the switch to WAL waits for other processes too
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit is on the disk before it is answered
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-16000",  # KiB
    "trusted_schema=OFF",
    "recursive_triggers=ON",  # else INSERT OR REPLACE slips past the append-only triggers
)
READERS = 4  # more only fight for the interpreter lock


class Ended:
    """Stands where a transaction's connection was: using it any longer is our mistake."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("the transaction is over; start background work outside of it")


ENDED = Ended()


async def unbroken(deed: Coroutine[Any, Any, None]) -> None:
    """Do `deed` to its end even if the caller is cancelled meanwhile; then be cancelled."""
    task = asyncio.ensure_future(deed)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        raise


class _Pool:
    """The connections of one event loop."""

    def __init__(self) -> None:
        self.readers: deque[Any] = deque()
        self.slots = asyncio.Semaphore(READERS)
        self.writers: deque[Any] = deque()  # at most one
        self.turn = asyncio.Lock()


class PooledTransaction(SQLiteTransaction):
    """A transaction on a kept connection: a writer's (IMMEDIATE) or a reader's (a snapshot)."""

    __slots__ = ()

    @property
    def writes(self) -> bool:
        """Whether this is the transaction that may change rows."""
        return self.transaction_type is TransactionType.immediate

    async def __aenter__(self) -> "PooledTransaction":
        if self._parent is not None:
            assert not self.writes, "a transaction that writes does not nest"
            return self._parent  # type: ignore[return-value]
        self.connection = await self.engine.acquire(self.writes)  # type: ignore[attr-defined]
        try:
            await self.begin()
        except BaseException:
            await unbroken(self._give_back(clean=False))
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if self._parent is not None:
            return False
        self.engine.current_transaction.reset(self.context)
        try:
            if not (self._committed or self._rolled_back):
                await unbroken(self.commit() if error is None else self.rollback())
        finally:  # after a failed COMMIT, closing the connection rolls back
            await unbroken(self._give_back(clean=self._committed or self._rolled_back))
        return False

    async def begin(self) -> None:
        """Take the write lock now, or begin to read."""
        await self._say(f"BEGIN {self.transaction_type.value}")

    async def commit(self) -> None:
        """Commit, synced to the disk."""
        await self._say("COMMIT")
        self._committed = True

    async def rollback(self) -> None:
        """Undo everything."""
        await self._say("ROLLBACK")
        self._rolled_back = True

    async def _say(self, statement: str) -> None:
        await PooledSqliteEngine._fetch(self.connection, statement)

    async def _give_back(self, clean: bool) -> None:
        connection, self.connection = self.connection, ENDED
        await self.engine.give_back(connection, self.writes, clean)  # type: ignore[attr-defined]


class PooledSqliteEngine(SQLiteEngine):
    """The engine behind a "sqlite:///path" DSN."""

    __slots__ = ("_pools",)

    def __init__(self, path: str) -> None:
        self._pools: WeakKeyDictionary[Any, _Pool] = WeakKeyDictionary()
        super().__init__(path=path, cached_statements=512)

    async def check_version(self) -> None:
        """Ask nothing at construction: Python's own SQLite is new enough."""

    async def connect(self, writes: bool) -> Any:
        """Open a connection: a worker thread, our pragmas, and no writing unless asked."""
        opening = aiosqlite.connect(**self.connection_kwargs)
        opening._thread.daemon = True  # a forgotten worker never keeps the process alive
        try:
            connection = await opening
        except BaseException:  # its worker has one last word for this loop: let it have said it
            await asyncio.to_thread(opening._thread.join, 1)
            raise
        connection.row_factory = dict_factory  # type: ignore[assignment]
        pragmas = (*PRAGMAS, f"query_only={'OFF' if writes else 'ON'}")
        try:
            for pragma in pragmas:
                await self._fetch(connection, f"PRAGMA {pragma}")
        except BaseException:
            await unbroken(connection.close())
            raise
        return connection

    async def acquire(self, writes: bool) -> Any:
        """Take a connection of this loop's pool, waiting for one's turn."""
        pool = self._pool()
        gate = pool.turn if writes else pool.slots
        kept = pool.writers if writes else pool.readers
        await gate.acquire()
        try:
            return kept.pop() if kept else await self.connect(writes)
        except BaseException:
            gate.release()
            raise

    async def give_back(self, connection: Any, writes: bool, clean: bool) -> None:
        """Return a connection, or close it when its state is not known."""
        pool = self._pool()
        try:
            if clean:
                (pool.writers if writes else pool.readers).append(connection)
            else:
                await connection.close()
        finally:
            (pool.turn if writes else pool.slots).release()

    async def start_connection_pool(self, **_: Any) -> None:
        """Open the first reader, so that a file that cannot be opened is known now."""
        await self.give_back(await self.acquire(writes=False), writes=False, clean=True)

    async def close_connection_pool(self) -> None:
        """Close this loop's idle connections."""
        pool = self._pool()
        for kept in (pool.readers, pool.writers):
            while kept:
                await kept.pop().close()

    def transaction(
        self,
        transaction_type: TransactionType = TransactionType.deferred,
        allow_nested: bool = True,
    ) -> PooledTransaction:
        """Return a snapshot for reading, or with `immediate` the write transaction."""
        return PooledTransaction(self, transaction_type, allow_nested)

    def _pool(self) -> _Pool:
        return self._pools.setdefault(asyncio.get_running_loop(), _Pool())

    @staticmethod
    async def _fetch(connection: Any, query: str, args: Any = ()) -> list[dict[str, Any]]:
        if connection is ENDED:
            raise AssertionError("the transaction is over; start background work outside of it")
        rows: list[dict[str, Any]] = await connection._execute(
            lambda: connection._conn.execute(query, args or ()).fetchall()
        )  # one thread hop instead of four
        return rows

    async def _run_in_new_connection(
        self, query: str, args: Any = None, query_type: str = "generic", table: Any = None
    ) -> list[dict[str, Any]]:
        connection = await self.acquire(writes=False)
        clean = False
        try:
            rows = await self._fetch(connection, query, args)
            clean = True
        except sqlite3.Error:
            clean = True  # a single statement: already undone
            raise
        finally:
            await unbroken(self.give_back(connection, writes=False, clean=clean))
        return rows

    async def _run_in_existing_connection(
        self,
        connection: Any,
        query: str,
        args: Any = None,
        query_type: str = "generic",
        table: Any = None,
    ) -> list[dict[str, Any]]:
        return await self._fetch(connection, query, args)
