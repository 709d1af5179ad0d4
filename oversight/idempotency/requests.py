"""Claims of requests and their stored answers, written in the act's own transaction only."""

from collections.abc import Callable

import msgspec

from oversight.ambient import Clock, utc_now
from oversight.database import run_brief
from oversight.errors import RuleBroken
from oversight.idempotency.rules import KEY_REUSED
from oversight.keys.directory import ring


def _to_nobody(_: str) -> None:
    """Tell nobody."""


class Once(msgspec.Struct, frozen=True):
    """The request under which somebody acts."""

    actor_key: str  # who asks: two people's keys never meet
    route: str
    key: str  # the Idempotency-Key
    body_digest: bytes  # SHA-256 of the request's body
    tell: Callable[[str], None] = _to_nobody  # hears which act answers; it may yet be undone


class Occasion(msgspec.Struct, frozen=True):
    """When somebody acts, and under which request, if under any."""

    clock: Clock = utc_now
    once: Once | None = None


class Replayed(Exception):  # noqa: N818, an outcome, not an error
    """The same request was answered before; nothing was done now."""

    def __init__(self, act: str, answer: bytes) -> None:
        super().__init__("the request was answered before")
        self.act, self.answer = act, answer  # the act that answered; the answer's JSON


async def claim(once: Once, act: str) -> None:
    """Claim a request for this act, or tell that it was answered.

    A concurrent identical request waits here until the first one commits or is undone.

    Raises:
        Replayed: the same request has an answer.
        RuleBroken: KEY_REUSED, when the key came with another body.
    """
    claimed = await run_brief(
        'INSERT INTO answered_request (actor_key, route, "key", body_digest, act, answer)'
        " VALUES ({}, {}, {}, {}, {}, {}) ON CONFLICT DO NOTHING RETURNING act",
        *_names(once),
        once.body_digest,
        act,
        b"",
    )
    if claimed:
        return
    rows = await run_brief(
        "SELECT body_digest, act, answer FROM answered_request"
        ' WHERE actor_key = {} AND route = {} AND "key" = {}',
        *_names(once),
    )
    if bytes(rows[0]["body_digest"]) != once.body_digest:
        raise RuleBroken(KEY_REUSED, needed="a fresh key for a new request", route=once.route)
    answer = ring().fields.open(bytes(rows[0]["answer"]), _context(once))
    raise Replayed(rows[0]["act"], answer)


async def keep_answer(once: Once, answer: bytes) -> None:
    """Store the answer of a claimed request, encrypted: it may hold a secret shown once.

    Who asked is told the act, so that the answer can name it.
    """
    rows = await run_brief(
        "UPDATE answered_request SET answer = {}"
        ' WHERE actor_key = {} AND route = {} AND "key" = {} RETURNING act',
        ring().fields.seal(answer, _context(once)),
        *_names(once),
    )
    assert len(rows) == 1, "the request was not claimed"
    once.tell(rows[0]["act"])


def _names(once: Once) -> tuple[str, str, str]:
    return once.actor_key, once.route, once.key


def _context(once: Once) -> str:
    return "answered_request/" + "/".join(_names(once))
