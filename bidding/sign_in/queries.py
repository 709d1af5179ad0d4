"""Questions about the door: who is expected, who is inside, how many cards were wrong."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bidding.answer import queries as answers
from bidding.answer.rules import ProposalState
from bidding.answer.tables import DrawProposal
from bidding.closing.rules import State
from bidding.contact import queries as contacts
from bidding.draw import queries as draws
from bidding.draw.rules import Case
from bidding.representative.queries import sent
from bidding.sealing import queries as sealed
from bidding.sign_in.rules import LATE, WRONG, Guest, late_from
from bidding.sign_in.tables import TurnedAwayCard, Visit
from bidding.suspension.queries import delay, session_of
from bidding.venue import queries as venues
from bidding.venue.rules import Plan
from bidding.walk.rules import Line
from oversight.database import run
from oversight.keys.directory import ring
from oversight.rulebook.figures import SignInFigures
from oversight.rulebook.queries import editions_in_force
from oversight.rulebook.rules import edition


class Expected(msgspec.Struct, frozen=True):
    """A seated line whose expert accepted: known by number, not by name."""

    draw: str
    line: int
    seat: int
    at: Line
    invited_at: datetime


class Session(msgspec.Struct, frozen=True):
    """A draw with its supplements, as those who run its evaluation meet it."""

    found: Case  # the first draw
    draws: Sequence[Case]  # it, and its supplements that are drawn
    starts: datetime
    ends: datetime
    figures: SignInFigures
    expected: Sequence[Expected]
    delay: timedelta  # that suspensions since the start took: nobody is late by them

    def late_at(self, one: Expected) -> datetime:
        """Return when whoever is on this line is late."""
        return late_from(self.starts, one.invited_at, self.figures) + self.delay


async def session(draw: str, *, lock: bool = False) -> Session:
    """Return the session that a draw belongs to; `lock` holds its first draw until the act ends.

    Raises:
        RuleBroken: DRAW_EXISTS; CONTACT_OPEN.
    """
    first = session_of(await draws.case(draw))
    found = await draws.case(first, lock=lock)
    terms = (await contacts.standing(first)).terms
    held = editions_in_force().get(found.rulebook) or edition(found.rulebook)
    cases = [found, *await supplements(first)]
    expected = [one for case in cases for one in await _expected(case.id)]
    rested = await delay(first, terms.starts)
    return Session(found, cases, terms.starts, terms.ends, held.sign_in, expected, rested)


async def supplements(draw: str) -> list[Case]:
    """Return the supplements of a draw that are drawn, oldest first."""
    rows = await run(
        "SELECT id FROM draw WHERE parent = {} AND state = {} ORDER BY id", draw, State.DRAWN.value
    )
    return [await draws.case(row["id"]) for row in rows]


async def _expected(draw: str) -> list[Expected]:
    if not await contacts.is_open(draw):
        return []
    now = await contacts.standing(draw)
    accepted = await contacts.accepted_lines(draw)
    return [
        Expected(
            draw, seat.line, seat.number, now.lines[seat.line], now.invited[seat.line].invited_at
        )
        for seat in await answers.seats(draw)
        if seat.line in accepted
    ]


async def plans(found: Session) -> dict[str, Plan]:
    """Return the rooms of the draws of a session, of those that are planned.

    Raises:
        RuleBroken: PLAN_KNOWN, where the first draw has none.
    """
    first, *later = [one.id for one in found.draws]
    planned = [one for one in later if await venues.plans(one)]
    return {one: (await venues.plan(one))[1] for one in (first, *planned)}


async def whose(found: Session, index: bytes, rooms: Mapping[str, Plan]) -> Guest | None:
    """Return the guest to whom the blind index of an identity number belongs, or None.

    The experts behind the expected lines are opened here, compared and forgotten.
    """
    expert = await _expert(index)
    for one in found.expected:
        if expert and await _expert_on(one.draw, one.at) == expert:
            plan = rooms.get(one.draw) or (await venues.plan(one.draw))[1]
            return await _guest(found, plan, one)
    for each in await sent(found.found.id):
        if each.index == index:
            site, room = rooms[found.found.id].place(None)
            inside = await is_inside(found.found.id, found.found.id, None, each.id)
            return Guest(
                draw=found.found.id, line=None, representative=each.id, site=site.name,
                party=site.party, room=room.name, late_at=None, inside=inside, waiting=False,
            )  # fmt: skip
    return None


async def _guest(found: Session, plan: Plan, one: Expected) -> Guest:
    site, room = plan.place(one.seat)
    return Guest(
        draw=one.draw,
        line=one.line,
        representative="",
        site=site.name,
        party=site.party,
        room=room.name,
        late_at=found.late_at(one),
        inside=await is_inside(found.found.id, one.draw, one.line, ""),
        waiting=one.line in await answers.waiting(one.draw),
    )


async def _expert(index: bytes) -> str:
    """Return the pool's expert with this blind index, or nothing."""
    rows = await run("SELECT id FROM expert WHERE id_number_index = {}", index)
    return str(rows[0]["id"]) if rows else ""


async def _expert_on(draw: str, line: Line) -> str:
    one = await sealed.candidate(draw, line.stratum, line.position, ring().fields)
    return one.expert


async def visits(session_id: str) -> list[Mapping[str, Any]]:
    """Return the rows of all visits of a session, in order."""
    rows = await Visit.select().where(Visit.session == session_id).order_by(Visit.number)
    return [dict(row) for row in rows]


async def arrived(session_id: str, draw: str, line: int | None, representative: str) -> bool:
    """Tell whether this guest ever signed in."""
    return any(_is_of(row, draw, line, representative) for row in await visits(session_id))


async def is_inside(session_id: str, draw: str, line: int | None, representative: str) -> bool:
    """Tell whether this guest is signed in and not out."""
    return any(
        _is_of(row, draw, line, representative) and row["departed_at"] is None
        for row in await visits(session_id)
    )


def _is_of(row: Mapping[str, Any], draw: str, line: int | None, representative: str) -> bool:
    same = (row["line"], row["representative"]) == (line, representative)
    return row["draw"] == draw and same


async def visit_of(found: Session, index: bytes) -> Mapping[str, Any] | None:
    """Return the open visit of whoever has this blind index: also of a line that was freed."""
    expert = await _expert(index)
    names = {one.id: one.index for one in await sent(found.found.id)}
    for row in await visits(found.found.id):
        if row["departed_at"] is not None:
            continue
        if row["line"] is None:
            same = names.get(row["representative"]) == index
        else:
            line = (await draws.lines(row["draw"]))[row["line"]]
            same = bool(expert) and await _expert_on(row["draw"], line) == expert
        if same:
            return row
    return None


async def excused(draw: str, line: int) -> bool:
    """Tell whether somebody refused to vouch for this expert being late."""
    return bool(
        await DrawProposal.exists().where(
            (DrawProposal.draw == draw)
            & (DrawProposal.line == line)
            & (DrawProposal.outcome == LATE)
            & (DrawProposal.state == ProposalState.WITHDRAWN.value)
        )
    )


async def turned_away(session_id: str) -> int:
    """Return how many cards were turned away so far."""
    return int(await TurnedAwayCard.count().where(TurnedAwayCard.session == session_id))


async def wrong_of(session_id: str, clerk: str, at: datetime, figures: SignInFigures) -> int:
    """Return how many wrong cards a clerk checked in the minutes that count."""
    since = at - timedelta(minutes=figures.wrong_minutes)
    found = await TurnedAwayCard.count().where(
        (TurnedAwayCard.session == session_id)
        & (TurnedAwayCard.person == clerk)
        & (TurnedAwayCard.at > since)
        & TurnedAwayCard.cause.is_in([one.value for one in WRONG])
    )
    return int(found)


async def causes(session_id: str) -> list[Mapping[str, Any]]:
    """Return the rows of all cards that were turned away, in order: for the supervisor."""
    rows = (
        await TurnedAwayCard.select()
        .where(TurnedAwayCard.session == session_id)
        .order_by(TurnedAwayCard.number)
    )
    return [dict(row) for row in rows]
