"""Sealing, opening and showing the list of those who evaluate."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bidding.draw.rules import Step, advance
from bidding.reading.commands import note_reading
from bidding.sealed_list import queries
from bidding.sealed_list.facts import ListOpened, ListSealed
from bidding.sealed_list.rules import (
    LIST_KNOWN,
    LIST_OPENED_ONCE,
    OPEN_LIST,
    SEAL_LIST,
    Member,
    check_opening,
    check_reading,
    check_sealing,
    list_digest,
)
from bidding.sealed_list.schema import MemberView, OpeningOrder, OpenList, SealedListView
from bidding.sealed_list.tables import SealedList
from bidding.sealing.rules import SALT_BYTES
from bidding.sign_in import queries as doors
from bidding.sign_in.queries import Session
from bidding.suspension.queries import check_running
from oversight.act import Act, begin
from oversight.ambient import Clock, fresh_bytes, utc_now
from oversight.authority.rules import Actor
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.keys.directory import ring
from oversight.values.instants import to_text


async def seal_list(actor: Actor, draw: str, occasion: Occasion) -> SealedListView:
    """Seal who sits in which room, once every seat is accepted, and again after a replacement.

    Raises:
        RuleBroken: DRAW_EXISTS; STEP_LAWFUL; NOT_SUSPENDED; CONTACT_OPEN; PLAN_KNOWN; LIST_DUE.
    """
    async with begin(actor, SEAL_LIST, occasion) as act:
        found = await _running(draw)
        session, rooms = found.found.id, await doors.plans(found)
        before = await queries.newest(session)
        kept = None if before is None else {one.place for one in queries.opened(before)[1]}
        places = await queries.places(found, rooms)
        check_sealing(await queries.readiness(found), kept, places)
        members = await queries.members_now(found, rooms)
        number = 1 if before is None else before["number"] + 1
        await _write(act, found, number, members)
        return act.answered(queries.view(await queries.sealed_list(session, number)))


async def _running(draw: str) -> Session:
    found = await doors.session(draw, lock=True)
    advance(found.found.state, Step.ANSWER)
    await check_running(found.found)
    return found


async def _write(act: Act, found: Session, number: int, members: Sequence[Member]) -> None:
    session, salt = found.found.id, fresh_bytes(SALT_BYTES)
    ident, digest = f"{session}/{number}", list_digest(salt, members)
    person = act.conceal("person", act.actor.person)
    fact = ListSealed(draw=session, number=number, digest=digest, person=person)
    await act.record(fact, subject=found.found.subject)
    plain = msgspec.json.encode({"salt": salt.hex(), "members": members})
    await SealedList.insert(
        SealedList(
            id=ident,
            session=session,
            number=number,
            digest=digest,
            members=ring().fields.seal(plain, queries.list_context(ident)),
            person=act.actor.person,
            sealed_at=act.at,
            reason="",
            opened_by="",
            opened_at=None,
            opening="",
            act=act.id,
        )
    )


async def open_list(
    actor: Actor, draw: str, order: OpeningOrder, occasion: Occasion
) -> SealedListView:
    """Open the newest list: when all on it signed in, or earlier as the supervisor.

    Raises:
        RuleBroken: DRAW_EXISTS; STEP_LAWFUL; NOT_SUSPENDED; CONTACT_OPEN; PLAN_KNOWN; LIST_KNOWN;
            LIST_OPENED_ONCE; OPENING_DUE; EARLY_BY_ANOTHER.
    """
    async with begin(actor, OPEN_LIST, occasion) as act:
        found = await _running(draw)
        row = await queries.newest(found.found.id)
        if row is None:
            raise RuleBroken(LIST_KNOWN, needed="a sealed list")
        if row["opened_at"] is not None:
            raise RuleBroken(LIST_OPENED_ONCE, needed="a newer list", number=row["number"])
        early = check_opening(actor, row["person"], *await _lacking(found, row), order.reason or "")
        await _record_opening(act, found, row, order.reason or "" if early else "", early)
        return act.answered(queries.view(await queries.sealed_list(found.found.id, row["number"])))


async def _lacking(found: Session, row: Mapping[str, Any]) -> tuple[int, bool]:
    """Return how many members of a list did not come, and whether it is out of date."""
    _, members = queries.opened(row)
    now = await queries.places(found, await doors.plans(found))
    return await queries.missing(found.found.id, members), now != {one.place for one in members}


async def _record_opening(
    act: Act, found: Session, row: Mapping[str, Any], reason: str, early: bool
) -> None:
    details = act.conceal("details", {"reason": reason, "person": act.actor.person})
    fact = ListOpened(draw=found.found.id, number=row["number"], early=early, details=details)
    await act.record(fact, subject=found.found.subject)
    await SealedList.update(
        {
            SealedList.reason: reason,
            SealedList.opened_by: act.actor.person,
            SealedList.opened_at: act.at,
            SealedList.opening: act.id,
        }
    ).where(SealedList.id == row["id"])


async def show_list(actor: Actor, draw: str, number: int, clock: Clock = utc_now) -> OpenList:
    """Return an opened list; that each name was shown is on record before it is.

    Raises:
        RuleBroken: DRAW_EXISTS; READER_ENTITLED; LIST_KNOWN; LIST_OPEN; LIST_READER.
    """
    session = await queries.entitled(actor, draw)
    row = await queries.sealed_list(session, number)
    readers = (await doors.session(session)).figures.list_readers
    check_reading(actor, row["opened_at"] is not None, readers)
    _, members = queries.opened(row)
    purpose = f"sealed list {number} of draw {session}"
    for one in members:
        await note_reading(actor, one.expert or one.representative, ("name",), purpose, clock())
    visits = await doors.visits(session)
    return OpenList(queries.view(row), [_member(one, visits) for one in members])


def _member(one: Member, visits: Sequence[Mapping[str, Any]]) -> MemberView:
    own = (one.draw, one.line, one.representative)
    times = [
        [to_text(row["arrived_at"]), to_text(row["departed_at"]) if row["departed_at"] else ""]
        for row in visits
        if (row["draw"], row["line"], row["representative"]) == own
    ]
    kind = "representative" if one.representative else "expert"
    return MemberView(one.draw, one.line, one.seat, kind, one.name, one.site, one.room, times)
