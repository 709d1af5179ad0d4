"""Questions about sealed lists. Names are opened for sealing, and for who may read them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bidding.answer import queries as answers
from bidding.answer.rules import SeatState
from bidding.draw_record.queries import readable
from bidding.representative.queries import sent
from bidding.sealed_list.rules import LIST_KNOWN, Member, Readiness
from bidding.sealed_list.schema import SealedListView
from bidding.sealed_list.tables import SealedList
from bidding.sealing.queries import candidate
from bidding.sign_in import queries as doors
from bidding.sign_in.queries import Session
from bidding.suspension.queries import session_of
from bidding.venue.queries import seats_of
from bidding.venue.rules import Plan
from oversight.authority.rules import Actor
from oversight.errors import RuleBroken
from oversight.keys.directory import ring
from oversight.values.instants import to_text


async def readiness(found: Session) -> Readiness:
    """Return what is missing before a list can be sealed."""
    accepted = {(one.draw, one.line) for one in found.expected}
    unaccepted = proposed = empty = 0
    for case in found.draws:
        for seat in await answers.seats(case.id):
            proposed += seat.state is SeatState.PROPOSED
            empty += seat.state is SeatState.EXHAUSTED and case is found.draws[-1]
            unaccepted += seat.line is not None and (case.id, seat.line) not in accepted
    _, needed = await seats_of(found.found)
    return Readiness(unaccepted, proposed, empty, needed - len(await sent(found.found.id)))


async def places(found: Session, rooms: Mapping[str, Plan]) -> set[tuple[object, ...]]:
    """Return what a list sealed now would say, without anybody's name."""
    return {one.place for one in _placed(found, rooms, [r.id for r in await sent(found.found.id)])}


def _placed(found: Session, rooms: Mapping[str, Plan], named: Sequence[str]) -> list[Member]:
    """Return the lines of a list without experts and names."""
    members = []
    for one in found.expected:
        if one.draw in rooms:
            site, room = rooms[one.draw].place(one.seat)
            members.append(Member(one.draw, one.line, one.seat, "", "", "", site.name, room.name))
    for ident in named:
        site, room = rooms[found.found.id].place(None)
        members.append(Member(found.found.id, None, None, ident, "", "", site.name, room.name))
    return members


async def members_now(found: Session, rooms: Mapping[str, Plan]) -> list[Member]:
    """Return the members with their names: for the seal alone."""
    representatives = {one.id: one.name() for one in await sent(found.found.id)}
    lines = {(one.draw, one.line): one.at for one in found.expected}
    made = []
    for one in _placed(found, rooms, list(representatives)):
        if one.line is None:
            made.append(msgspec.structs.replace(one, name=representatives[one.representative]))
            continue
        at = lines[one.draw, one.line]
        who = await candidate(one.draw, at.stratum, at.position, ring().fields)
        made.append(msgspec.structs.replace(one, expert=who.expert, name=who.name))
    return made


async def newest(session: str) -> Mapping[str, Any] | None:
    """Return the row of the newest list, or None."""
    row = (
        await SealedList.select()
        .where(SealedList.session == session)
        .order_by(SealedList.number, ascending=False)
        .first()
    )
    return None if row is None else dict(row)


async def sealed_list(session: str, number: int) -> Mapping[str, Any]:
    """Return the row of one list.

    Raises:
        RuleBroken: LIST_KNOWN.
    """
    row = await SealedList.select().where(SealedList.id == f"{session}/{number}").first()
    if row is None:
        raise RuleBroken(LIST_KNOWN, needed="a number of this draw's lists")
    return dict(row)


async def missing(session: str, members: Sequence[Member]) -> int:
    """Return how many of the members never signed in."""
    came = {
        (row["draw"], row["line"], row["representative"]) for row in await doors.visits(session)
    }
    return sum((one.draw, one.line, one.representative) not in came for one in members)


async def lists_for(actor: Actor, draw: str) -> list[SealedListView]:
    """Return all lists of a draw's session from outside; raises DRAW_EXISTS, READER_ENTITLED."""
    session = await entitled(actor, draw)
    rows = (
        await SealedList.select().where(SealedList.session == session).order_by(SealedList.number)
    )
    return [view(row) for row in rows]


async def entitled(actor: Actor, draw: str) -> str:
    """Return the session of a draw that the actor may read; raises READER_ENTITLED."""
    return session_of(await readable(actor, draw))


def list_context(ident: str) -> str:
    """Return the context under which a list is encrypted."""
    return f"sealed_list/{ident}"


def opened(row: Mapping[str, Any]) -> tuple[str, list[Member]]:
    """Return salt (hex) and members of a list's row.

    Raises:
        ProofRejected: the column does not open in its place.
    """
    plain = ring().fields.open(bytes(row["members"]), list_context(row["id"]))
    held = msgspec.json.decode(plain, type=dict[str, Any])
    return held["salt"], msgspec.convert(held["members"], list[Member])


def view(row: Mapping[str, Any]) -> SealedListView:
    """Return a list from outside."""
    at = row["opened_at"]
    return SealedListView(
        draw=row["session"],
        number=row["number"],
        digest=row["digest"],
        sealed_at=to_text(row["sealed_at"]),
        opened_at=to_text(at) if at else "",
        early=bool(row["reason"]),
        reason=row["reason"],
        act=row["act"],
    )
