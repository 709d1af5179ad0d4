"""The hand that invites: rings what is due, sends what waits, gives up what is used up."""

import asyncio
import logging
from collections.abc import Awaitable

from bidding.contact import queries
from bidding.contact.commands import go_on, invite
from bidding.contact.rules import DEED_DUE, LINE_INVITED
from bidding.gateway.commands import send_due
from bidding.pacing.rules import Deed, due_now
from bidding.suspension.queries import is_suspended
from oversight.ambient import Clock, utc_now
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion

LOG = logging.getLogger("daylight.contact")
_ANOTHER_DID = frozenset({DEED_DUE, LINE_INVITED})  # another process was faster


async def keep_contact(seconds: float, clock: Clock = utc_now) -> None:
    """Look after all invitations every `seconds`, until cancelled.

    Several processes may do so at once: each deed holds the draw, and finds itself done.
    """
    while True:
        await _surviving(look_after(clock))
        await asyncio.sleep(seconds)


async def look_after(clock: Clock) -> None:
    """Do once what is due now: invitations, tries, messages, proposals."""
    for draw in await queries.under_way():
        await _surviving(_look_after_draw(draw, clock))
    await send_due(clock)


async def _look_after_draw(draw: str, clock: Clock) -> None:
    now = await queries.standing(draw)
    if clock() >= now.terms.ends or await is_suspended(draw):
        return
    occasion = Occasion(clock)
    if now.to_invite():
        await _surviving(_done(invite(now.center, draw, occasion)))
        now = await queries.standing(draw)
    for one in now.awaited():
        if due_now(one.next(now.figures), clock()) is not Deed.WAIT:
            await _surviving(_done(go_on(now.center, draw, one.line, occasion)))


async def _done(deed: Awaitable[object]) -> None:
    """Await a deed that another process may have done meanwhile."""
    try:
        await deed
    except RuleBroken as refusal:
        if refusal.rule not in _ANOTHER_DID:
            raise


async def _surviving(deed: Awaitable[object]) -> None:
    """Await `deed`; say what went wrong by kind alone, because a message might quote a row."""
    try:
        await deed
    except RuleBroken as refusal:
        LOG.error("contact: %s", refusal)
    except Exception as error:  # the hand outlives whatever a database or a gateway can do
        LOG.error("contact: %s", type(error).__name__)
