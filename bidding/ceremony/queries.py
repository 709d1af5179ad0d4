"""Questions about the day: each post's screen, and what was recorded."""

from collections.abc import Mapping
from typing import Any

from bidding.ceremony.rules import SUPERVISOR, Day, outlook
from bidding.ceremony.schema import (
    CardView,
    DayView,
    RecordingView,
    Screen,
    WaitingView,
)
from bidding.ceremony.tables import CeremonyConclusion, CeremonyRecording, CommitteeHead
from bidding.contact.queries import is_open
from bidding.draw import queries as draws
from bidding.draw.rules import Case
from bidding.draw_record.queries import readable
from bidding.representative.queries import sent
from bidding.sealed_list import queries as lists
from bidding.sign_in import queries as doors
from bidding.suspension import queries as suspensions
from bidding.venue import queries as venues
from oversight.authority.rules import Actor
from oversight.database import reading
from oversight.values.instants import to_text


async def screen(actor: Actor, draw: str, post: str) -> Screen:
    """Return a post's view of the day, to those who may read the draw.

    Raises:
        RuleBroken: DRAW_EXISTS; READER_ENTITLED.
    """
    session = await lists.entitled(actor, draw)
    async with reading():
        found = await draws.case(session)
        day = await _day(found)
        seen = outlook(day, post)
        standing = await suspensions.standing(session)
        return Screen(
            draw=session,
            post=post,
            state=found.state.value,
            done=list(seen.done),
            waits=[WaitingView(one.task, list(one.by)) for one in seen.waits],
            may=list(seen.may),
            expected=day.expected,
            arrived=day.arrived,
            suspension=await suspensions.suspension_view(session, standing.number)
            if standing
            else None,
            turned_away=await _cards(session) if post == SUPERVISOR else [],
        )


async def _cards(session: str) -> list[CardView]:
    rows = await doors.causes(session)
    return [CardView(one["number"], one["cause"], one["party"], to_text(one["at"])) for one in rows]


async def _day(found: Case) -> Day:
    """Return how far a draw and its evaluation are."""
    standing = await suspensions.standing(found.id)
    _, needed = await venues.seats_of(found)
    contact = await is_open(found.id)
    return Day(
        state=found.state,
        uncommitted=sum(not one.commitment for one in found.senders),
        silent=len(found.silent()),
        planned=bool(await venues.plans(found.id)),
        contact=contact,
        unnamed=needed - len(await sent(found.id)),
        headed=bool(await heads(found.id)),
        concluded=await concluded(found.id),
        suspended=standing is not None,
        agreed=standing.side if standing else "",
        **(await _seats(found.id) if contact else {}),
    )


async def _seats(session: str) -> dict[str, Any]:
    """Return the parts of a day that seats and lists tell, once invitations are open."""
    found = await doors.session(session)
    ready = await lists.readiness(found)
    row = await lists.newest(session)
    told: dict[str, Any] = {
        "unaccepted": ready.unaccepted,
        "proposed": ready.proposed,
        "empty": ready.empty,
    }
    if not await venues.plans(session):
        return told
    now = await lists.places(found, await doors.plans(found))
    came = {
        (one["draw"], one["line"], one["representative"]) for one in await doors.visits(session)
    }
    arrived = sum(place[:3] in came for place in now)
    right = row is not None and now == {one.place for one in lists.opened(row)[1]}
    opened = right and row is not None and row["opened_at"] is not None
    return told | {"expected": len(now), "arrived": arrived, "sealed": right, "opened": opened}


async def heads(draw: str) -> int:
    """Return how often a head was elected."""
    return int(await CommitteeHead.count().where(CommitteeHead.draw == draw))


async def concluded(draw: str) -> bool:
    """Tell whether the evaluation is concluded."""
    return bool(await CeremonyConclusion.exists().where(CeremonyConclusion.draw == draw))


async def recordings(draw: str) -> int:
    """Return how many recordings were vouched for."""
    return int(await CeremonyRecording.count().where(CeremonyRecording.draw == draw))


async def day_for(actor: Actor, draw: str) -> DayView:
    """Return what was recorded of the day, to those who may read the draw.

    Raises:
        RuleBroken: DRAW_EXISTS; READER_ENTITLED.
    """
    found = await readable(actor, draw)
    return await recorded(suspensions.session_of(found))


async def recorded(session: str) -> DayView:
    """Return what was recorded of the day of a session."""
    ended = await CeremonyConclusion.select().where(CeremonyConclusion.draw == session).first()
    rows = (
        await CeremonyRecording.select()
        .where(CeremonyRecording.draw == session)
        .order_by(CeremonyRecording.number)
    )
    return DayView(
        draw=session,
        suspensions=await suspensions.suspensions(session),
        recordings=[_recording(row) for row in rows],
        heads=await heads(session),
        concluded_at=to_text(ended["ended_at"]) if ended else "",
    )


def statement_context(ident: str) -> str:
    """Return the context under which a supervisor's statement is encrypted."""
    return f"ceremony/recording/{ident}"


def remarks_context(draw: str) -> str:
    """Return the context under which the remarks of a conclusion are encrypted."""
    return f"ceremony/remarks/{draw}"


def _recording(row: Mapping[str, Any]) -> RecordingView:
    return RecordingView(
        row["number"],
        row["recording"],
        row["place"],
        to_text(row["started_at"]),
        to_text(row["ended_at"]),
        row["act"],
    )
