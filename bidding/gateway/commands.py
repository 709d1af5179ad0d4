"""Handing messages over: queued in somebody's act, sent outside of it, forgotten once taken.

A message is written encrypted beside the entry that speaks of it, or not at all. It is sent at
least once, under one id, by one process at a time; the gateway takes an id that comes twice for
one message. When it is taken its words and its number are gone from here.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import msgspec

from bidding.gateway import queries
from bidding.gateway.rules import (
    PROTOCOL,
    SENDS_MAX,
    Channel,
    Message,
    MessageState,
    Option,
    Target,
    headers,
    next_send,
    target,
)
from bidding.gateway.tables import GatewayMessage
from oversight.act import Act
from oversight.ambient import Clock, fresh_bytes
from oversight.configuration import settings
from oversight.database import run, writing
from oversight.errors import RuleBroken
from oversight.keys import private
from oversight.keys.directory import ring
from oversight.values.instants import to_text

ID_BYTES = 16
CLAIM_SECONDS = 60  # for which a message belongs to the process that sends it
TIMEOUT_SECONDS = 10.0
AT_ONCE = 8  # messages sent side by side
BATCH = 100
LOG = logging.getLogger("daylight.gateway")


def make_key(file: Path) -> None:
    """Make the key that service and gateway share, unless there is one."""
    if not file.exists():
        file.parent.mkdir(mode=private.DIRECTORY_MODE, parents=True, exist_ok=True)
        private.write_new(file, f"{fresh_bytes(32).hex()}\n".encode())


async def queue(
    act: Act,
    *,
    channel: Channel,
    to: str,
    words: tuple[str, str],
    options: Sequence[Option],
    expires: datetime,
) -> str:
    """Let a message wait for the gateway, within the act that decides on it; return its id.

    Args:
        act: what the message follows from.
        channel: voice or text.
        to: telephone number.
        words: what it says, in Chinese and in English.
        options: keys that answer.
        expires: when it is of no use any more.
    """
    ident = fresh_bytes(ID_BYTES).hex()
    message = Message(PROTOCOL, ident, channel.value, to, *words, options, to_text(expires))
    await GatewayMessage.insert(
        GatewayMessage(
            id=ident,
            channel=channel.value,
            body=ring().fields.seal(msgspec.json.encode(message), queries.body_context(ident)),
            state=MessageState.WAITING.value,
            sends=0,
            due_at=act.at,
            expires_at=expires,
            taken_at=None,
        )
    )
    return ident


async def send_due(clock: Clock) -> int:
    """Send what is due; return how many messages the gateway took."""
    goal, turn = target(settings().gateway), asyncio.Semaphore(AT_ONCE)
    timeout = httpx.Timeout(TIMEOUT_SECONDS)
    async with httpx.AsyncClient(timeout=timeout, trust_env=False) as client:

        async def one(ident: str) -> bool:
            async with turn:
                return await _send(ident, goal, client, clock)

        return sum(await asyncio.gather(*map(one, await queries.due(clock(), BATCH))))


async def _send(ident: str, goal: Target, client: httpx.AsyncClient, clock: Clock) -> bool:
    """Send one message, if no other process does; True if the gateway took it."""
    claimed = await _claim(ident, clock())
    if claimed is None:
        return False
    sealed, sends, expired = claimed
    if expired or sends > SENDS_MAX:
        await _settle(ident, MessageState.GIVEN_UP, clock())
        return False
    body = ring().fields.open(sealed, queries.body_context(ident))
    try:
        await _hand_over(ident, body, goal, client, clock)
    except (httpx.HTTPError, OSError, RuleBroken) as error:
        LOG.error("a message was not taken yet (try %d): %s", sends, type(error).__name__)
        await _put_off(ident, next_send(sends, clock()))
        return False
    await _settle(ident, MessageState.TAKEN, clock())
    return True


async def _hand_over(
    ident: str, body: bytes, goal: Target, client: httpx.AsyncClient, clock: Clock
) -> None:
    if goal.directory:
        await asyncio.to_thread(_write, Path(goal.directory), ident, body)
        return
    signed = headers(queries.gateway_key(), ident, int(clock().timestamp()), body)
    answer = await client.post(goal.url, content=body, headers=dict(signed))
    answer.raise_for_status()


def _write(directory: Path, ident: str, body: bytes) -> None:
    """Put one file into the outbox: for the owner alone, whole from the moment it is seen."""
    directory.mkdir(mode=private.DIRECTORY_MODE, parents=True, exist_ok=True)
    private.replace(directory / f"{ident}.json", body)


async def _claim(ident: str, now: datetime) -> tuple[bytes, int, bool] | None:
    """Take a message for a while: its body, how often it is sent with this, whether too late."""
    async with writing():
        claimed = await run(
            "UPDATE gateway_message SET due_at = {}, sends = sends + 1"
            " WHERE id = {} AND state = {} AND due_at <= {} RETURNING id",
            now + timedelta(seconds=CLAIM_SECONDS),
            ident,
            MessageState.WAITING.value,
            now,
        )
        if not claimed:
            return None
        (row,) = await run(
            "SELECT body, sends, expires_at FROM gateway_message WHERE id = {}", ident
        )
    return bytes(row["body"]), row["sends"], row["expires_at"] <= now


async def _put_off(ident: str, until: datetime) -> None:
    async with writing():
        await run("UPDATE gateway_message SET due_at = {} WHERE id = {}", until, ident)


async def _settle(ident: str, state: MessageState, now: datetime) -> None:
    """End a message's waiting: number and words are forgotten."""
    async with writing():
        await run(
            "UPDATE gateway_message SET state = {}, body = {}, taken_at = {} WHERE id = {}",
            state.value,
            b"",
            now if state is MessageState.TAKEN else None,
            ident,
        )
