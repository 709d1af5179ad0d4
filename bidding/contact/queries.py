"""Questions about invitations: what is due, who accepted, and what operators may see of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from bidding.answer import queries as answers
from bidding.answer.rules import Seat, SeatState
from bidding.classification import queries as lists
from bidding.closing.rules import State as DrawState
from bidding.contact.rules import CONTACT_OPEN, State, to_invite
from bidding.contact.schema import ContactView, InvitationView, SeatContact
from bidding.contact.tables import Contact, Invitation
from bidding.draw import queries as draws
from bidding.draw.rules import Case
from bidding.draw_record.queries import readable
from bidding.invitation.rules import Evaluation
from bidding.pacing.rules import (
    COUNTED,
    Next,
    Outcome,
    Pace,
    Plan,
    Try,
    next_deed,
    plan_of,
)
from bidding.roster import queries as roster
from bidding.sealing import queries as sealed
from bidding.walk.rules import Line
from oversight.authority.rules import Actor
from oversight.database import reading, run
from oversight.errors import RuleBroken
from oversight.identity import queries as identity
from oversight.keys.directory import ring
from oversight.rulebook.figures import ContactFigures
from oversight.rulebook.rules import edition
from oversight.values.instants import SHANGHAI, to_text


class Invited(msgspec.Struct, frozen=True):
    """An invitation with the tries of its present round."""

    id: str
    line: int
    round: int
    pace: Pace
    state: State
    invited_at: datetime
    tries: Sequence[Try]
    made: int  # tries of all rounds

    def next(self, figures: ContactFigures) -> Next:
        """Return what comes next while it is open."""
        return next_deed(self.plan(figures), self.invited_at, self.tries)

    def plan(self, figures: ContactFigures) -> Plan:
        """Return the figures that it follows."""
        return plan_of(figures, self.pace)


class Terms(msgspec.Struct, frozen=True):
    """What the invitations of a draw tell, and when its evaluation is."""

    opened_at: datetime
    evaluation: Evaluation
    starts: datetime
    ends: datetime


class Standing(msgspec.Struct, frozen=True):
    """A draw as whoever invites meets it."""

    found: Case
    center: str  # party of the trading center
    terms: Terms
    figures: ContactFigures
    lines: Sequence[Line]
    waiting: frozenset[int]  # lines for which a proposal waits
    invited: Mapping[int, Invited]  # by line
    effective: int  # so many lines were appended by entries in effect

    @property
    def seated(self) -> dict[int, int]:
        """Return the stratum of every line that holds a seat now."""
        return {n: line.stratum for n, line in enumerate(self.lines) if line.holds_seat()}

    def awaited(self) -> list[Invited]:
        """Return the open invitations of lines that hold a seat, and of which nothing is said."""
        seated = self.seated
        return [
            one
            for one in self.invited.values()
            if one.state is State.OPEN and one.line in seated and one.line not in self.waiting
        ]

    def to_invite(self) -> list[int]:
        """Return the lines to be invited now."""
        states = {line: one.state for line, one in self.invited.items()}
        return to_invite(self.seated, self.effective, states, self.waiting)


async def standing(draw: str, *, lock: bool = False) -> Standing:
    """Return a draw whose invitations were opened; `lock` holds it until the act ends.

    Raises:
        RuleBroken: DRAW_EXISTS; CONTACT_OPEN.
    """
    found = await draws.case(draw, lock=lock)
    async with reading():
        row = await Contact.select().where(Contact.draw == draw).first()
        if row is None:
            raise RuleBroken(CONTACT_OPEN, needed="opening the invitations of this draw")
        lines = await draws.lines(draw)
        return Standing(
            found=found,
            center=await identity.center(),
            terms=await _terms(row),
            figures=edition(found.rulebook).contact,
            lines=lines,
            waiting=frozenset(await answers.waiting(draw)),
            invited=await _invited(draw),
            effective=await answers.effective_lines(found, len(lines)),
        )


async def is_open(draw: str) -> bool:
    """Tell whether the draw's invitations were opened."""
    return bool(await Contact.exists().where(Contact.draw == draw))


async def under_way() -> list[str]:
    """Return the draws that stand and whose invitations were opened."""
    rows = await run(
        "SELECT c.draw FROM contact c JOIN draw d ON d.id = c.draw WHERE d.state = {}"
        " ORDER BY c.draw",
        DrawState.DRAWN.value,
    )
    return [row["draw"] for row in rows]


async def evaluation_start(draw: str, hour: int) -> datetime:
    """Return when the evaluation begins, from the day that the order named."""
    on = (await draws.conditions(draw)).on
    return datetime.combine(on, time(hour), SHANGHAI)


async def phone_of(standing: Standing, line: int) -> str:
    """Return the telephone number of the expert on a line: for the gateway, and nobody else."""
    cipher = ring().fields
    place = standing.lines[line]
    candidate = await sealed.candidate(standing.found.id, place.stratum, place.position, cipher)
    row = await roster.expert(candidate.expert)
    context = f"expert/phone/{candidate.expert}"
    return cipher.open(bytes(row["sealed_phone"]), context).decode()


async def accepted_lines(draw: str) -> set[int]:
    """Return the lines whose experts accepted and still hold their seats: whom a sign-in expects.

    A draw whose invitations were never opened has none.
    """
    rows = await Invitation.select(Invitation.line).where(
        (Invitation.draw == draw) & (Invitation.state == State.ACCEPTED.value)
    )
    lines = await draws.lines(draw)
    return {row["line"] for row in rows if lines[row["line"]].holds_seat()}


async def invitation_state(draw: str, line: int) -> InvitationView:
    """Return how far one line's invitation is. Nobody is named.

    Raises:
        RuleBroken: DRAW_EXISTS; CONTACT_OPEN.
    """
    return _line_view(await standing(draw), line)


async def view_for(actor: Actor, draw: str) -> ContactView:
    """Return how far the seats' invitations are, to those who may read the draw.

    Raises:
        RuleBroken: DRAW_EXISTS; CONTACT_OPEN; READER_ENTITLED.
    """
    await readable(actor, draw)
    now = await standing(draw)
    seats = [_seat_view(now, one) for one in await answers.seats(draw)]
    return ContactView(draw, to_text(now.terms.opened_at), seats)


def _seat_view(now: Standing, seat: Seat) -> SeatContact:
    if seat.line is None:
        assert seat.state in (SeatState.LEFT, SeatState.EXHAUSTED)
        return SeatContact(seat.number, None, seat.state.value, 0, 0, "", "")
    one = _line_view(now, seat.line)
    return SeatContact(
        seat.number, one.line, one.state, one.tries, one.tries_of, one.next_at, one.last_outcome
    )


def _line_view(now: Standing, line: int) -> InvitationView:
    one = now.invited.get(line)
    if one is None:
        return InvitationView(line, "not-invited", 0, 0, "", "")
    counted = sum(each.outcome in COUNTED for each in one.tries)
    last = one.tries[-1].outcome if one.tries else None
    goes_on = one in now.awaited() and now.found.state is DrawState.DRAWN
    return InvitationView(
        line=line,
        state=_shown_state(now, one),
        tries=counted,
        tries_of=len(one.plan(now.figures).channels),
        next_at=to_text(one.next(now.figures).at.replace(microsecond=0)) if goes_on else "",
        last_outcome=last.value if last else "",
    )


def _shown_state(now: Standing, one: Invited) -> str:
    if one.line not in now.seated:
        return "freed"
    if one.state is not State.OPEN:
        return one.state.value
    reached = any(each.outcome is Outcome.DELIVERED for each in one.tries)
    return "delivered" if reached else "ringing"


async def _terms(row: Mapping[str, Any]) -> Terms:
    starts = await evaluation_start(row["draw"], row["hour"])
    midnight = datetime.combine(starts.date() + timedelta(days=1), time(), SHANGHAI)
    regions = await lists.regions()
    return Terms(
        opened_at=row["opened_at"],
        evaluation=Evaluation(
            starts.date(), row["hour"], row["hours"], regions.codes[row["region"]].name
        ),
        starts=starts,
        ends=max(midnight, starts + timedelta(hours=row["hours"])),
    )


async def _invited(draw: str) -> dict[int, Invited]:
    rows = await Invitation.select().where(Invitation.draw == draw).order_by(Invitation.line)
    tried = await run(
        "SELECT t.invitation, t.round, t.number, t.channel, t.made_at, t.outcome, t.ended_at"
        " FROM invitation_try t JOIN invitation i ON i.id = t.invitation"
        " WHERE i.draw = {} ORDER BY t.number",
        draw,
    )
    return {
        row["line"]: _one(row, [t for t in tried if t["invitation"] == row["id"]]) for row in rows
    }


def _one(row: Mapping[str, Any], tried: Sequence[Mapping[str, Any]]) -> Invited:
    return Invited(
        id=row["id"],
        line=row["line"],
        round=row["round"],
        pace=Pace(row["pace"]),
        state=State(row["state"]),
        invited_at=row["invited_at"],
        tries=[_try(one) for one in tried if one["round"] == row["round"]],
        made=len(tried),
    )


def _try(row: Mapping[str, Any]) -> Try:
    outcome = Outcome(row["outcome"]) if row["outcome"] else None
    return Try(row["number"], row["channel"], row["made_at"], outcome, row["ended_at"])
