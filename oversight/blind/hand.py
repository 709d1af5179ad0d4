"""The hand that keeps the fixed clock of blind entries."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from oversight.ambient import Clock, utc_now
from oversight.blind import queries
from oversight.blind.commands import log_blind
from oversight.blind.rules import ONE_BLIND_EACH_INTERVAL, due_before
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion

RETRY_SECONDS = 1.0
LOG = logging.getLogger("daylight.blind")


async def keep_blind(
    interval: int, center: Callable[[], Awaitable[str]], clock: Clock = utc_now
) -> None:
    """Log one blind entry in each interval that owes one, until cancelled.

    Intervals begin at multiples of `interval` (seconds, POSIX), alike in every process; each
    process tries, and one succeeds. What fails is tried again until the interval is over. An
    interval that went by without an entry, because nothing ran or the database was away, is not
    made up for: a later entry would claim a time at which nobody looked. Everybody sees the gap.
    """
    while True:
        due = due_before(clock().timestamp(), interval)
        logged = await _tried(due, center, clock)
        rest = due + interval - clock().timestamp()
        await asyncio.sleep(max(0.0, rest if logged else min(rest, RETRY_SECONDS)))


async def _tried(due: int, center: Callable[[], Awaitable[str]], clock: Clock) -> bool:
    """Log what the interval owes; False if that must be tried again."""
    try:
        if await queries.is_logged(due) or not await queries.is_due():
            return True
        await log_blind(await center(), due, Occasion(clock))
    except RuleBroken as refusal:
        if refusal.rule == ONE_BLIND_EACH_INTERVAL:
            return True
        LOG.error("no blind entry yet: %s", refusal)
    except Exception as error:  # the hand outlives whatever a database can do
        LOG.error("no blind entry yet: %s", type(error).__name__)
    else:
        return True
    return False
