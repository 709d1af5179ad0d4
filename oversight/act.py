"""The one door to write: one actor, one permission, one instant, one transaction, 1..n entries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from oversight.ambient import fresh_bytes, new_id
from oversight.authority.rules import Actor, Permission, require
from oversight.database import WRITES_DO_NOT_COLLIDE, writing
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion, claim, keep_answer
from oversight.ledger.facts import SALT_BYTES, Fact, entry_bytes, field_commitment
from oversight.ledger.integrate import Recorded, integrate
from oversight.ledger.news import announce
from oversight.ledger.recording import Concealed, put_down, require_room, settled_size
from oversight.ledger.rules import leaf_hash
from oversight.values.canonical import canonical
from oversight.values.instants import to_micro_text

BUFFERED_MAX = 2_000  # entries, or concealed fields, held before they are put down
SNAPSHOT_ATTEMPTS = 100
SNAPSHOT_PAUSE_SECONDS = 0.01
T = TypeVar("T")


class Act:
    """One deed on the record. Commands get it from `begin` and pass it to those below."""

    def __init__(self, actor: Actor, permission: Permission, occasion: Occasion) -> None:
        at = occasion.clock()
        assert at.tzinfo is not None, "an act has an instant in UTC"
        self.at: datetime = at.astimezone(UTC)
        self.id: str = new_id(self.at)
        self.actor, self.permission, self.occasion = actor, permission, occasion
        self._at_text, self._role = to_micro_text(self.at), actor.role.value
        self._recorded: list[Recorded] = []
        self._concealed: list[Concealed] = []
        self._next = 0
        self._answer: bytes | None = None
        self._log_size: int | None = None

    def new_id(self) -> str:
        """Return a fresh UUIDv7 at the act's instant."""
        return new_id(self.at)

    def conceal(self, field: str, value: object) -> str:
        """Return the salted commitment to a private field, as hex, for the next recorded fact.

        Salt and value are kept, encrypted and erasable, with that fact's entry.
        """
        salt = fresh_bytes(SALT_BYTES)
        self._concealed.append((self.id, self._next, field, salt, canonical(value)))
        return field_commitment(salt, field, value).hex()

    async def record(
        self, fact: Fact, subject: str = "", *, actor: str | None = None, role: str | None = None
    ) -> int:
        """Put a fact on the log under this act; return its ordinal within the act, from 0.

        Args:
            fact: what happened.
            subject: identifier of what it is about.
            actor: the party on whose behalf, if it is not the actor's own ("expert" for what
                an expert caused).
            role: that party's role.
        """
        body = entry_bytes(
            fact,
            act=self.id,
            at=self._at_text,
            subject=subject,
            actor=self.actor.party if actor is None else actor,
            role=self._role if role is None else role,
        )
        n = self._next
        self._recorded.append((self.id, n, fact.kind, subject, body, leaf_hash(body)))
        self._next += 1
        if max(len(self._recorded), len(self._concealed)) >= BUFFERED_MAX:
            await self._put_down()
        return n

    async def log_size(self) -> int:
        """Return the log size to which everything that this act reads belongs.

        Every domain row that the act sees is covered by an entry below it. Only an act that was
        begun with `snapshot` can tell.
        """
        assert self._log_size is not None, "only an act begun with a snapshot knows its log size"
        return self._log_size

    def answered(self, answer: T) -> T:
        """Return `answer`; under an idempotency key its JSON is what a repeated request gets."""
        self._answer = msgspec.json.encode(answer)
        return answer

    async def _open(self, snapshot: bool) -> bool:
        """Claim the request and find the log's size; False if the snapshot must be taken anew."""
        if snapshot:
            self._log_size = await settled_size()
            if self._log_size is None:
                return False
        if self.occasion.once is not None:
            await claim(self.occasion.once, self.id)
        await require_room()
        return True

    async def _close(self) -> None:
        """Put down what is left and keep the answer."""
        assert self._next, f"{self.permission.act} left no trace on the log"
        await self._put_down()
        once = self.occasion.once
        if once is not None:
            assert self._answer is not None, f"{self.permission.act} kept no answer"
            await keep_answer(once, self._answer)

    async def _put_down(self) -> None:
        assert all(row[1] < self._next for row in self._concealed), "concealed, but not recorded"
        recorded, concealed = self._recorded, self._concealed
        self._recorded, self._concealed = [], []
        await put_down(recorded, concealed)


@asynccontextmanager
async def begin(
    actor: Actor,
    permission: Permission,
    occasion: Occasion = Occasion(),  # noqa: B008, immutable
    *,
    snapshot: bool = False,
) -> AsyncIterator[Act]:
    """Open the only transaction in which domain rows are written.

    Rows, entries, the claimed request and its answer commit together or not at all. With
    `snapshot`, all that the act reads is one state of the database, and `log_size` names it.

    Raises:
        RuleBroken: PERMISSION_HELD; KEY_REUSED; PENDING_BOUNDED; WRITES_DO_NOT_COLLIDE (nothing
            was changed, the deed may be tried again).
        Replayed: the same request was answered before.
        AssertionError: nothing was recorded, or a request got no answer; everything is undone.
    """
    require(actor, permission)
    opened = False
    for _ in range(SNAPSHOT_ATTEMPTS):
        try:
            async with writing(snapshot):
                act = Act(actor, permission, occasion)
                opened = await act._open(snapshot)
                if opened:
                    yield act
                    await act._close()
        except RuleBroken as refusal:
            if opened or not snapshot or refusal.rule != WRITES_DO_NOT_COLLIDE:
                raise
        if opened:
            await announce()
            return
        await integrate()  # the snapshot showed entries that wait for their index: take another
        await asyncio.sleep(SNAPSHOT_PAUSE_SECONDS)
    raise RuleBroken(WRITES_DO_NOT_COLLIDE, needed="trying again")
