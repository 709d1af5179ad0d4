"""Opening and closing what must stay uncounted; taking receipts in; logging the interval."""

from datetime import datetime

from oversight.act import Act, begin
from oversight.ambient import fresh_bytes
from oversight.authority.rules import Actor, Post, Role
from oversight.blind import queries
from oversight.blind.facts import BlindLogged, UncountedClosed, UncountedOpened
from oversight.blind.rules import (
    LEAF_BYTES,
    LOG_BLIND,
    ONE_BLIND_EACH_INTERVAL,
    SEED_BYTES,
    UNCOUNTED_OPEN,
    blind_root,
    leaves_of,
    packed,
    placed,
)
from oversight.blind.tables import BlindReceipt, Uncounted
from oversight.configuration import settings
from oversight.database import WRITES_DO_NOT_COLLIDE, bulk_insert, run
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion

NOBODY = ""  # the clock is no person


async def open_uncounted(act: Act, what: str) -> str:
    """Begin the fixed clock for `what`, the subject about which nobody may count; return an id.

    That something is open is public, and is an entry of its own within the act, so that an outsider
    knows from when to when each interval owes a blind entry. It says nothing of how many come.
    """
    ident = act.new_id()
    await act.record(UncountedOpened(id=ident, seconds=settings().blind_seconds), subject=what)
    await Uncounted.insert(
        Uncounted(id=ident, what=what, opened_at=act.at, opened_act=act.id, closed_act=None)
    )
    return ident


async def close_uncounted(act: Act, ident: str) -> None:
    """End what `open_uncounted` began; receipts that still wait are logged all the same.

    Raises:
        RuleBroken: UNCOUNTED_OPEN.
    """
    rows = await run(
        "UPDATE uncounted SET closed_act = {} WHERE id = {} AND closed_act IS NULL RETURNING what",
        act.id,
        ident,
    )
    if not rows:
        raise RuleBroken(UNCOUNTED_OPEN, needed="something that is open", id=ident)
    await act.record(UncountedClosed(id=ident), subject=rows[0]["what"])


async def receive(leaf: bytes, at: datetime) -> None:
    """Let a receipt (or a refusal) wait for the next blind entry.

    An act would leave an entry, and entries are counted: so this is no act. It runs in the write
    transaction of the caller, who keeps receipt and envelope in the same one or not at all.

    Args:
        leaf: 32 bytes, the leaf data of envelope.md, Receipt.
        at: the signed time of receipt.
    """
    assert len(leaf) == LEAF_BYTES, "a receipt's leaf has 32 bytes"
    await bulk_insert(BlindReceipt, ("leaf", "received_at"), [(leaf, at)])


async def log_blind(
    center: str,
    due: int,
    occasion: Occasion = Occasion(),  # noqa: B008, immutable
) -> str:
    """Log the blind entry of the interval that began at `due`; return the act.

    It takes the 256 receipts that waited longest, or none. Of several processes that try one
    succeeds: the interval is a key. The others, undone, have changed nothing.

    Args:
        center: id of the trading center's party, in whose name the clock acts.
        due: POSIX second, a multiple of the interval.

    Raises:
        RuleBroken: ONE_BLIND_EACH_INTERVAL, or what any act may be refused for.
    """
    clock = Actor(center, Role.TRADING_CENTER, NOBODY, frozenset({Post.ADMINISTRATOR}))
    async with begin(clock, LOG_BLIND, occasion) as act:
        if not await queries.is_due():
            raise _refused(due)
        waiting, seed = await queries.next_receipts(), fresh_bytes(SEED_BYTES)
        receipts = placed([leaf for _, leaf in waiting], seed)
        await _claim(due, act.id, seed, packed(receipts))
        await _place(due, [ident for ident, _ in waiting], list(receipts))
        root = blind_root(leaves_of(seed, receipts))
        await act.record(BlindLogged(root=root.hex()))
        return act.answered(act.id)


async def _claim(due: int, act: str, seed: bytes, receipts: bytes) -> None:
    """Write the entry's row; a process that logs the same interval is waited for."""
    claimed = await run(
        "INSERT INTO blind_entry (due, act, seed, receipts) VALUES ({}, {}, {}, {})"
        " ON CONFLICT DO NOTHING RETURNING due",
        due,
        act,
        seed,
        receipts,
    )
    if not claimed:
        raise _refused(due)


async def _place(due: int, idents: list[int], positions: list[int]) -> None:
    """Give receipts their places; one that another interval's entry took meanwhile undoes all."""
    for ident, position in zip(idents, positions, strict=True):
        taken = await run(
            "UPDATE blind_receipt SET due = {}, position = {} WHERE id = {} AND due IS NULL"
            " RETURNING id",
            due,
            position,
            ident,
        )
        if not taken:
            raise RuleBroken(WRITES_DO_NOT_COLLIDE, needed="trying again")


def _refused(due: int) -> RuleBroken:
    return RuleBroken(ONE_BLIND_EACH_INTERVAL, needed="the next interval", due=due)
