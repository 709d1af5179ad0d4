"""The hand that keeps the log: gives waiting entries their place and signs on a fixed clock."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from oversight.database import engine, is_postgres, run, writing
from oversight.errors import ProofRejected
from oversight.keys.directory import ring
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.integrate import NEWS, integrate, locked_head
from oversight.ledger.nodes import consistency_path, root_at
from oversight.ledger.notes import sign_note
from oversight.ledger.queries import StoredCheckpoint, head_size, newest_checkpoint
from oversight.ledger.rules import check_consistency
from oversight.ledger.terms import terms

POLL_SECONDS = 0.2  # a sequencer looks again after this, even if no news reached it
LOG = logging.getLogger("daylight.ledger")


async def sign_checkpoint() -> StoredCheckpoint | None:
    """Sign and store a checkpoint over all entries that have an index; None if there is no news.

    Before the key is used, the stored tiles must lead to the head's root, and to the root that
    was signed last.

    Raises:
        ProofRejected: they do not: the log was changed behind our back, and is not signed.
    """
    newest = await newest_checkpoint()
    if await head_size() == (newest.size if newest else 0):
        return None
    async with writing():
        head = await locked_head(wait=True)
        assert head is not None, "the head's row is missing"
        size, root = head[0], head[1].root()
        newest = await newest_checkpoint()
        if newest and newest.size == size:
            return None
        await _check_extends(newest, size, root)
        text = Checkpoint(terms().origin, size, root).text()
        note = sign_note(text, terms().origin, ring().log)
        await run("INSERT INTO checkpoint (size, root, note) VALUES ({}, {}, {})", size, root, note)
    return StoredCheckpoint(size, root, note)


async def _check_extends(newest: StoredCheckpoint | None, size: int, root: bytes) -> None:
    """Raise ProofRejected unless the stored tiles lead from what was signed last to this head."""
    if newest is None:
        if await root_at(size) != root:
            raise ProofRejected(f"head: the tiles lead to another root at size {size}")
        return
    if newest.size > size:
        raise ProofRejected(f"head: size {size} lies below the signed size {newest.size}")
    path = await consistency_path(newest.size, size)
    check_consistency(newest.size, newest.root, size, root, path)


async def keep_checkpoints(interval: float) -> None:
    """Keep the log until cancelled: integrate at once, sign every `interval` seconds.

    Errors are logged, by kind and row number only, and the hand goes on: a database that comes
    back finds its log kept; a log that contradicts itself stays unsigned and says so each time.
    """
    async with asyncio.TaskGroup() as hands:
        if is_postgres():
            hands.create_task(_keep_integrating())
        hands.create_task(_keep_signing(interval))


async def _keep_signing(interval: float) -> None:
    clock = asyncio.get_running_loop()
    due = clock.time()
    while True:
        await _surviving(sign_checkpoint)
        due = max(due + interval, clock.time())  # a late signature does not cause a burst
        await asyncio.sleep(due - clock.time())


async def _keep_integrating() -> None:
    news = asyncio.Event()
    while True:
        async with _listening(news):
            while await _surviving(_integrate_all):
                news.clear()
                await _wait(news)


async def _integrate_all() -> None:
    while await integrate():
        pass


async def _wait(news: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(POLL_SECONDS):
            await news.wait()
    except TimeoutError:
        pass


@asynccontextmanager
async def _listening(news: asyncio.Event) -> AsyncIterator[None]:
    """Set `news` at each announcement; without a connection the poll alone must do."""
    connection: Any = None
    try:
        connection = await engine().get_new_connection()  # type: ignore[union-attr]
        await connection.add_listener(NEWS, lambda *_: news.set())
    except Exception as error:
        LOG.warning("no news of waiting entries: %s", type(error).__name__)
        await asyncio.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        if connection is not None:
            await asyncio.shield(connection.close())


async def _surviving(deed: Callable[[], Awaitable[object]]) -> bool:
    """Do `deed`, log what went wrong without anybody's data, and tell whether it went well."""
    try:
        await deed()
    except ProofRejected as alarm:
        LOG.critical("the log contradicts itself and is not extended: %s", alarm)
    except Exception as error:  # the hand outlives whatever a database can do
        LOG.error("the log was not kept: %s", type(error).__name__)
    else:
        return True
    return False
