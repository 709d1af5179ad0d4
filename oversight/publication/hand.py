"""The hand that keeps the log: places waiting entries, publishes and signs on a fixed clock."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from oversight.database import engine, is_postgres
from oversight.errors import ProofRejected, RuleBroken
from oversight.ledger.guard import LOG_UNBROKEN
from oversight.ledger.integrate import BATCH, integrate
from oversight.ledger.news import CHANNEL, hearing
from oversight.publication.collecting import keep_asking
from oversight.publication.signing import sign_checkpoint

POLL_SECONDS = 0.2  # a sequencer looks again after this, even if no news reached it
GATHER_SECONDS = 0.05  # entries that come meanwhile are placed together, in one transaction
LOG = logging.getLogger("daylight.ledger")


async def keep_log(interval: float) -> None:
    """Keep the log until cancelled: place entries at once, sign every `interval` seconds.

    Each new checkpoint is brought before the witnesses.

    Errors are logged, by kind and row number only, and the hand goes on: a database that comes
    back finds its log kept; a log that contradicts itself stays unsigned and says so each time.
    """
    async with asyncio.TaskGroup() as hands:
        if is_postgres():
            hands.create_task(_keep_integrating())
        hands.create_task(_keep_signing(interval))
        hands.create_task(keep_asking())


async def _keep_signing(interval: float) -> None:
    clock = asyncio.get_running_loop()
    due = clock.time()
    while True:
        await _surviving(sign_checkpoint)
        due = max(due + interval, clock.time())  # a late signature does not cause a burst
        await asyncio.sleep(due - clock.time())


async def _keep_integrating() -> None:
    with hearing() as news:
        while True:
            async with _listening(news):
                while await _surviving(_integrate_all):
                    await asyncio.sleep(GATHER_SECONDS)
                    await _wait(news)
                    news.clear()


async def _integrate_all() -> None:
    while await integrate() == BATCH:
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
        await connection.add_listener(CHANNEL, lambda *_: news.set())
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
    except RuleBroken as refusal:
        level = logging.CRITICAL if refusal.rule == LOG_UNBROKEN else logging.ERROR
        LOG.log(level, "the log was not kept: %s %s", refusal, refusal.found)
    except Exception as error:  # the hand outlives whatever a database can do
        LOG.error("the log was not kept: %s", type(error).__name__)
    else:
        return True
    return False
