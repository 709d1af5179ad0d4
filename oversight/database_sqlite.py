"""SQLite under Piccolo: one pool per event loop, readers that cannot write, one fair writer.

The stock engine opens a thread and a connection for every query and lets waiting writers poll
the file. Here reads go through a few kept connections with `query_only` on; writes go through
one kept connection behind a first-come lock, so that writers of this process never collide.
Short statements of the writer run where they are asked, without a way to its thread and back
(docs/decisions/0004).
"""

import asyncio
import re
import sqlite3
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary

import aiosqlite
from piccolo.engine.sqlite import (
    SQLiteEngine,
    SQLiteTransaction,
    TransactionType,
    dict_factory,
)

WAITING = "busy_timeout=5000"  # for the file's write lock, which another process may hold
NOT_WAITING = "busy_timeout=0"
PRAGMAS = (
    WAITING,  # first: the switch to WAL waits for other processes too
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit is on the disk before it is answered
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-16000",  # KiB
    "trusted_schema=OFF",
    "recursive_triggers=ON",  # else INSERT OR REPLACE slips past the append-only triggers
)
READERS = 4  # more only fight for the interpreter lock
SHORT_SECONDS = 0.001  # a disk that commits faster than this is not worth the way to a thread
BREATH_SECONDS = 0.002  # how long writers that never wait hold the event loop
SHORT_VALUES = 64  # of an INSERT that runs where it is asked

_ROWS = re.compile(r'\s*INSERT INTO [\w"]+ \([^()]*\) VALUES [^;]*', re.DOTALL)
_ASKS = re.compile(r"\bSELECT\b", re.IGNORECASE)


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


class Line(aiosqlite.Connection):
    """A connection with a thread of its own, which what is short does without.

    `sent` is counted by the event loop, `done` by the thread. While they differ the thread is at
    work on the connection, and whatever comes next queues behind it: also where the task that
    asked was cancelled, or several tasks ask within one transaction.
    """

    def __init__(self, **options: Any) -> None:
        opening = partial(sqlite3.connect, check_same_thread=False, **options)
        super().__init__(opening, iter_chunk_size=64)
        self._thread.daemon = True  # a forgotten worker never keeps the process alive
        self.sent = self.done = 0

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        def counted() -> Any:
            try:
                return fn(*args, **kwargs)
            finally:
                self.done += 1

        if self._running and self._connection:
            self.sent += 1
        return await super()._execute(counted)  # type: ignore[no-untyped-call]

    def is_free(self) -> bool:
        """Tell whether the thread is at rest, so that the connection may be used without it."""
        return self.sent == self.done

    def ask(self, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Run a statement here and now."""
        assert self._connection is not None, "the connection is open"
        return self._connection.execute(query, values).fetchall()


class _Pool:
    """The connections of one event loop."""

    def __init__(self) -> None:
        self.readers: deque[Line] = deque()
        self.slots = asyncio.Semaphore(READERS)
        self.writers: deque[Line] = deque()  # at most one
        self.turn = asyncio.Lock()


class PooledTransaction(SQLiteTransaction):
    """A transaction on a kept connection: a writer's (IMMEDIATE) or a reader's (a snapshot)."""

    __slots__ = ("writes",)
    engine: "PooledSqliteEngine"
    connection: Any  # Line, until it is over

    def __init__(self, engine: "PooledSqliteEngine", writes: bool, allow_nested: bool) -> None:
        kind = TransactionType.immediate if writes else TransactionType.deferred
        super().__init__(engine, kind, allow_nested)
        self.writes = writes  # whether this is the transaction that may change rows

    async def __aenter__(self) -> "PooledTransaction":
        if self._parent is not None:
            assert not self.writes, "a transaction that writes does not nest"
            return self._parent  # type: ignore[return-value]
        if self.writes:
            await self.engine.breathe()
        self.connection = await self.engine.acquire(self.writes)
        try:
            await self.begin()
        except BaseException:
            await unbroken(self._give_up())
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if self._parent is not None:
            return False
        self.engine.current_transaction.reset(self.context)
        try:
            if not (self._committed or self._rolled_back):
                await self._end(error is None)
        finally:  # after a failed COMMIT, closing the connection rolls back
            if self._committed or self._rolled_back:
                connection, self.connection = self.connection, ENDED
                self.engine.keep(connection, self.writes)
            else:
                await unbroken(self._give_up())
        return False

    async def _end(self, well: bool) -> None:
        if not well:
            await unbroken(self.rollback())
        elif self.writes and self.connection.is_free() and self.engine.commits_fast():
            self._commit_here()
        else:
            await unbroken(self.commit())

    async def begin(self) -> None:
        """Take the write lock now, or begin to read."""
        if not self.writes:
            await self._say("BEGIN DEFERRED")
            return
        try:
            self.connection.ask("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            await self.connection._execute(_begin_in_turn, self.connection)

    async def commit(self) -> None:
        """Commit, synced to the disk."""
        await self.connection._execute(self._commit_here)

    def _commit_here(self) -> None:
        start = perf_counter()
        self.connection.ask("COMMIT")
        self._committed = True
        if self.writes:
            self.engine.commit_seconds = perf_counter() - start

    async def rollback(self) -> None:
        """Undo everything, once the thread has finished what it was at."""
        await self._say("ROLLBACK")
        self._rolled_back = True

    async def _say(self, statement: str) -> None:
        await self.connection._execute(self.connection.ask, statement)

    async def _give_up(self) -> None:
        connection, self.connection = self.connection, ENDED
        await self.engine.give_up(connection, self.writes)


def _begin_in_turn(line: Line) -> None:
    """Wait for another process's writer, in the connection's thread."""
    line.ask(f"PRAGMA {WAITING}")
    try:
        line.ask("BEGIN IMMEDIATE")
    finally:
        line.ask(f"PRAGMA {NOT_WAITING}")


@lru_cache(maxsize=1024)
def adds_rows(query: str) -> bool:
    """Tell whether a statement does nothing but insert given values: short by its nature."""
    return _ROWS.fullmatch(query) is not None and _ASKS.search(query) is None


class PooledSqliteEngine(SQLiteEngine):
    """The engine behind a "sqlite:///path" DSN."""

    __slots__ = ("_pools", "breathed", "commit_seconds")

    def __init__(self, path: str) -> None:
        self.breathed = 0.0
        self.commit_seconds = SHORT_SECONDS  # of the last commit; the first is made in the thread
        self._pools: WeakKeyDictionary[Any, _Pool] = WeakKeyDictionary()
        super().__init__(path=path, cached_statements=512)

    async def check_version(self) -> None:
        """Ask nothing at construction: Python's own SQLite is new enough."""

    async def connect(self, writes: bool) -> Line:
        """Open a connection: a worker thread, our pragmas, and no writing unless asked."""
        opening = Line(**self.connection_kwargs)
        try:
            await opening
        except BaseException:  # its worker has one last word for this loop: let it have said it
            await asyncio.to_thread(opening._thread.join, 1)
            raise
        connection = opening
        connection.row_factory = dict_factory  # type: ignore[assignment]
        own = (NOT_WAITING, "query_only=OFF") if writes else ("query_only=ON",)
        try:
            for pragma in (*PRAGMAS, *own):
                await connection._execute(connection.ask, f"PRAGMA {pragma}")
        except BaseException:
            await unbroken(connection.close())
            raise
        return connection

    async def acquire(self, writes: bool) -> Line:
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

    def keep(self, connection: Line, writes: bool) -> None:
        """Return a connection on which nothing is open."""
        pool = self._pool()
        (pool.writers if writes else pool.readers).append(connection)
        (pool.turn if writes else pool.slots).release()

    async def give_up(self, connection: Line, writes: bool) -> None:
        """Close a connection whose state is not known: what was open on it is undone."""
        pool = self._pool()
        try:
            await connection.close()
        finally:
            (pool.turn if writes else pool.slots).release()

    async def breathe(self) -> None:
        """Let others have the event loop if writers did not wait for anything for a while."""
        now = perf_counter()
        if now > self.breathed + BREATH_SECONDS:
            await asyncio.sleep(0)
            self.breathed = perf_counter()

    def commits_fast(self) -> bool:
        """Tell whether the disk took the last commit at once."""
        return self.commit_seconds < SHORT_SECONDS

    async def start_connection_pool(self, **_: Any) -> None:
        """Open the first reader, so that a file that cannot be opened is known now."""
        self.keep(await self.acquire(writes=False), writes=False)

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
        writes = transaction_type is TransactionType.immediate
        return PooledTransaction(self, writes, allow_nested)

    def _pool(self) -> _Pool:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            pool = self._pools[loop] = _Pool()
        return pool

    async def ask(
        self, query: str, values: Sequence[Any] = (), brief: bool = False
    ) -> list[dict[str, Any]]:
        """Run one statement, `?` standing for each value, in the current transaction if any.

        `brief`: it touches a handful of rows by their keys.
        """
        transaction: Any = self.current_transaction.get()
        if transaction is None:
            return await self._run_in_new_connection(query, values)
        if brief and transaction.writes and transaction.connection.is_free():
            return transaction.connection.ask(query, values)  # type: ignore[no-any-return]
        return await self._run_in_existing_connection(transaction.connection, query, values)

    async def _run_in_new_connection(
        self, query: str, args: Any = None, query_type: str = "generic", table: Any = None
    ) -> list[dict[str, Any]]:
        connection = await self.acquire(writes=False)
        clean = False
        try:
            rows: list[dict[str, Any]] = await connection._execute(
                connection.ask, query, args or ()
            )
            clean = True
        except sqlite3.Error:
            clean = True  # a single statement: already undone
            raise
        finally:
            if clean:
                self.keep(connection, writes=False)
            else:
                await unbroken(self.give_up(connection, writes=False))
        return rows

    async def _run_in_existing_connection(
        self,
        connection: Any,
        query: str,
        args: Any = None,
        query_type: str = "generic",
        table: Any = None,
    ) -> list[dict[str, Any]]:
        values = args or ()
        short = len(values) <= SHORT_VALUES and adds_rows(query) and connection.is_free()
        if short:
            return connection.ask(query, values)  # type: ignore[no-any-return]
        rows: list[dict[str, Any]] = await connection._execute(connection.ask, query, values)
        return rows
