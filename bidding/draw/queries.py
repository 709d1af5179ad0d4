"""Questions about draws: as decisions meet them, as contributors and as the public may see them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from bidding.bundle.rules import Request, Round
from bidding.closing.rules import State
from bidding.draw.rules import DRAW_EXISTS, PRIOR_ENTRY_EFFECTIVE, Case, Sender, Taken
from bidding.draw.schema import (
    BeaconView,
    CaseConditions,
    ContributorView,
    DrawView,
    OrderView,
    StepView,
    StratumView,
)
from bidding.draw.tables import (
    Draw,
    DrawBreach,
    DrawContributor,
    DrawLine,
    DrawRequest,
    DrawStep,
)
from bidding.walk.rules import SEATED, Line
from oversight.beacon.queries import due_at, pinned_chains
from oversight.configuration import settings
from oversight.database import is_postgres, reading, run
from oversight.errors import RuleBroken
from oversight.keys.directory import ring
from oversight.ledger.effect import wait_effective
from oversight.ledger.queries import covered_index_of, wait_index
from oversight.values.digests import unhex
from oversight.values.instants import to_micro_text, to_text
from oversight.wire import PAGE_LIMIT, Page, page_of, read_cursor


class _Bound(msgspec.Struct, frozen=True):
    """The part of a request that says for which round it waits."""

    beacon: Round | None = None


async def newest_step(draw: str) -> Taken:
    """Return the newest step of a draw.

    Raises:
        RuleBroken: DRAW_EXISTS.
    """
    row = (
        await DrawStep.select()
        .where(DrawStep.draw == draw)
        .order_by(DrawStep.number, ascending=False)
        .first()
    )
    if row is None:
        raise _absent()
    return _taken(row)


async def in_effect(act: str, ordinal: int) -> int:
    """Return the index of an entry once a checkpoint covers it.

    Raises:
        RuleBroken: PRIOR_ENTRY_EFFECTIVE, after the configured wait (effect_wait_seconds).
    """
    try:
        index = await wait_index(act, ordinal, settings().effect_wait_seconds)
        await wait_effective(index, settings().effect_wait_seconds)
    except RuleBroken as busy:
        raise RuleBroken(
            PRIOR_ENTRY_EFFECTIVE,
            needed="a checkpoint that covers the entry before; ask again in a moment",
            act=act,
        ) from busy
    return index


async def case(draw: str, *, lock: bool = False) -> Case:
    """Return a draw as decisions meet it; `lock` holds off other steps until the act ends.

    Raises:
        RuleBroken: DRAW_EXISTS.
    """
    if lock and is_postgres():  # SQLite has one writer anyway
        await run("SELECT id FROM draw WHERE id = {} FOR UPDATE", draw)
    async with reading():
        row = await Draw.select().where(Draw.id == draw).first()
        if row is None:
            raise _absent()
        request = (
            await DrawRequest.select(DrawRequest.digest, DrawRequest.reveal_by, DrawRequest.request)
            .where(DrawRequest.draw == draw)
            .first()
        )
        return _case(row, await _senders(draw), await _steps(draw), request)


async def request(draw: str) -> Request | None:
    """Return the sealed request, or None before the seal."""
    row = await DrawRequest.select(DrawRequest.request).where(DrawRequest.draw == draw).first()
    return None if row is None else msgspec.json.decode(bytes(row["request"]), type=Request)


async def lines(draw: str) -> list[Line]:
    """Return the walk so far; empty before the draw."""
    rows = await DrawLine.select().where(DrawLine.draw == draw).order_by(DrawLine.number)
    return [
        Line(
            row["stratum"],
            row["position"],
            unhex(row["commitment"], 32),
            tuple(json.loads(row["outcomes"])),
        )
        for row in rows
    ]


async def attempts(subjects: list[str], purpose: str) -> list[Case]:
    """Return all attempts for a line of committees, first attempt first; supplements apart."""
    rows = (
        await Draw.select(Draw.id)
        .where(Draw.subject.is_in(subjects) & (Draw.purpose == purpose) & (Draw.parent == ""))
        .order_by(Draw.attempt)
    )
    return [await case(row["id"]) for row in rows]


async def order(draw: str) -> OrderView:
    """Return what was ordered, for those who take part.

    Raises:
        RuleBroken: DRAW_EXISTS.
    """
    found = await case(draw)
    return OrderView(
        draw=found.id,
        subject=found.subject,
        purpose=found.purpose,
        attempt=found.attempt,
        of=found.of,
        rulebook=found.rulebook,
        strata=[StratumView(stratum, seats) for stratum, seats in found.strata],
        caps=found.caps,
        contributors=[one.party for one in found.senders],
    )


async def view(draw: str) -> DrawView:
    """Return a draw as the public sees it.

    Raises:
        RuleBroken: DRAW_EXISTS.
    """
    async with reading():
        found = await case(draw)
        walked = await lines(draw)
        steps = [await _step_view(step) for step in found.steps]
    return DrawView(
        id=found.id,
        subject=found.subject,
        purpose=found.purpose,
        attempt=found.attempt,
        of=found.of,
        rulebook=found.rulebook,
        state=found.state.value,
        contributors=[
            ContributorView(one.party, bool(one.commitment), bool(one.nonce), one.breached)
            for one in found.senders
        ],
        lines=len(walked),
        seated=sum(line.outcomes[-1] == SEATED for line in walked),
        reveal_by=to_text(found.reveal_by) if found.reveal_by else None,
        beacon=_beacon_view(found.beacon) if found.beacon else None,
        steps=steps,
    )


async def views(cursor: str = "", limit: int = PAGE_LIMIT, subject: str = "") -> Page[DrawView]:
    """Return a page of draws, newest first; of one committee where `subject` is given."""
    query = Draw.select(Draw.id).order_by(Draw.id, ascending=False).limit(limit + 1)
    if after := read_cursor(cursor, str):
        query = query.where(Draw.id < after[0])
    if subject:
        query = query.where(Draw.subject == subject)
    rows = await query
    page = page_of([str(row["id"]) for row in rows], limit, str)
    return Page([await view(draw) for draw in page.items], page.next)


def conditions_context(draw: str) -> str:
    """Return the context under which a draw's conditions are encrypted."""
    return f"draw/conditions/{draw}"


async def conditions(draw: str) -> CaseConditions:
    """Return what the order asks of experts beside specialty and region; for the seal alone."""
    row = await Draw.select(Draw.conditions).where(Draw.id == draw).first()
    if row is None:
        raise _absent()
    plain = ring().fields.open(bytes(row["conditions"]), conditions_context(draw))
    return msgspec.json.decode(plain, type=CaseConditions)


def secret_context(draw: str) -> str:
    """Return the context under which a draw's secret is encrypted."""
    return f"draw/secret/{draw}"


def excluded_context(draw: str) -> str:
    """Return the context under which a draw's exclusions are encrypted."""
    return f"draw/excluded/{draw}"


def closing_context(draw: str) -> str:
    """Return the context under which a closing's reasons in words are encrypted."""
    return f"draw/closing/{draw}"


def openings_context(draw: str) -> str:
    """Return the context under which a draw's openings are encrypted."""
    return f"draw/openings/{draw}"


async def _step_view(step: Taken) -> StepView:
    index = await covered_index_of(step.act, step.ordinal)
    return StepView(step.word, to_micro_text(step.at), step.act, index)


def _beacon_view(bound: Round) -> BeaconView:
    chain = pinned_chains().get(bound.chain)
    due = due_at(chain, bound.round) if chain else None
    return BeaconView(bound.chain, bound.round, to_text(due) if due else None)


async def _steps(draw: str) -> list[Taken]:
    rows = await DrawStep.select().where(DrawStep.draw == draw).order_by(DrawStep.number)
    return [_taken(row) for row in rows]


async def _senders(draw: str) -> list[Sender]:
    rows = (
        await DrawContributor.select()
        .where(DrawContributor.draw == draw)
        .order_by(DrawContributor.place)
    )
    breaches = await DrawBreach.select(DrawBreach.party).where(DrawBreach.draw == draw)
    breached = {row["party"] for row in breaches}
    return [
        Sender(
            row["party"],
            row["key"],
            row["commitment"],
            row["nonce"],
            row["signature"],
            row["party"] in breached,
        )
        for row in rows
    ]


def _taken(row: Mapping[str, Any]) -> Taken:
    return Taken(row["number"], row["word"], row["act"], row["ordinal"], row["at"])


def _case(
    row: Mapping[str, Any],
    senders: list[Sender],
    steps: list[Taken],
    request: Mapping[str, Any] | None,
) -> Case:
    reveal_by: datetime | None = request["reveal_by"] if request else None
    sealed = msgspec.json.decode(bytes(request["request"]), type=_Bound) if request else _Bound()
    return Case(
        id=row["id"],
        subject=row["subject"],
        purpose=row["purpose"],
        attempt=row["attempt"],
        of=row["parent"] or None,
        rulebook=row["rulebook"],
        party=row["party"],
        person=row["person"],
        state=State(row["state"]),
        strata=[(one["id"], one["seats"]) for one in json.loads(row["strata"])],
        caps=json.loads(row["caps"]),
        senders=senders,
        steps=steps,
        request=request["digest"] if request else "",
        reveal_by=reveal_by,
        beacon=sealed.beacon,
    )


def _absent() -> RuleBroken:
    return RuleBroken(DRAW_EXISTS, needed="the id that ordering it gave")
