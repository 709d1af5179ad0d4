"""Checking cards at the door; saying who is absent, who left, who is removed.

Each deed holds the session's first draw: of two clerks with one card one hears yes, the other that
its bearer signed in already.
"""

from typing import Any

from bidding.answer.commands import propose
from bidding.answer.queries import proposal_view, waiting
from bidding.draw import queries as draws
from bidding.draw.rules import Step, advance
from bidding.roster.queries import id_number_index
from bidding.sign_in import queries
from bidding.sign_in.facts import Arrived, Departed, TurnedAway
from bidding.sign_in.queries import Session
from bidding.sign_in.rules import (
    ABSENT,
    CHECK_CARD,
    SAY_ABSENT,
    SAY_DEPARTED,
    SOMEBODY_ABSENT,
    TOLD_FOR,
    Cause,
    Guest,
    Told,
    absent_from,
    check_calm,
    check_departure,
    check_hours,
    check_method,
    obstacle,
    proposed_for,
    read_card,
)
from bidding.sign_in.schema import Card, CardAnswer, CardOut, DepartureOrder, ProposedView
from bidding.sign_in.tables import TurnedAwayCard, Visit
from bidding.suspension.queries import check_running, session_of
from bidding.venue.rules import SITE_OF_CLERK
from oversight.act import Act, begin
from oversight.authority.rules import Actor
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.values.instants import to_micro_text

_WORDS = {
    Told.YES: ("核验通过", "Expected"),
    Told.NO: ("核验未通过", "Not expected"),
    Told.AGAIN: ("已签到", "Signed in already"),
    Told.OTHER_SITE: ("应在其他场地签到", "Expected at another site"),
    Told.WAIT: ("请等候监督人员处理", "Wait for the supervisor"),
}


async def check_card(actor: Actor, draw: str, card: Card, occasion: Occasion) -> CardAnswer:
    """Tell a clerk whether the bearer of a card is expected, and in which room; nothing else.

    Raises:
        RuleBroken: CARD_READABLE; METHOD_ALLOWED; SIGN_IN_OPEN; DOOR_CALM; SITE_OF_CLERK;
            NOT_SUSPENDED; STEP_LAWFUL; PLAN_KNOWN; CONTACT_OPEN; DRAW_EXISTS.
    """
    index = id_number_index(read_card(card.id_number))
    async with begin(actor, CHECK_CARD, occasion) as act:
        found = await _open_door(act, draw)
        check_method(card.method, card.reference or "", found.figures)
        rooms = await queries.plans(found)
        if actor.party not in {site.party for plan in rooms.values() for site in plan.sites}:
            raise RuleBroken(SITE_OF_CLERK, needed="a clerk of the center, or of a guest site")
        guest = await queries.whose(found, index, rooms)
        cause = obstacle(guest, card.own, actor.party, act.at, await _excused(found, guest))
        if cause is not None:
            return act.answered(await _turn_away(act, found, guest, cause, card))
        assert guest is not None, "nothing stands in his way"
        await _let_in(act, found, guest, card)
        return act.answered(_told(Told.YES, guest.room))


async def _open_door(act: Act, draw: str) -> Session:
    """Return a session whose door is open to this clerk now."""
    found = await queries.session(draw, lock=True)
    advance(found.found.state, Step.ANSWER)
    await check_running(found.found)
    check_hours(act.at, found.starts, found.ends, found.figures)
    await _check_calm(act, found)
    return found


async def _check_calm(act: Act, found: Session) -> None:
    clerk = act.actor.person
    check_calm(await queries.wrong_of(found.found.id, clerk, act.at, found.figures), found.figures)


async def _excused(found: Session, guest: Guest | None) -> bool:
    if guest is None or guest.line is None:
        return False
    before = await queries.arrived(found.found.id, guest.draw, guest.line, "")
    return before or await queries.excused(guest.draw, guest.line)


async def _let_in(act: Act, found: Session, guest: Guest, card: Card) -> None:
    session = found.found.id
    number = len(await queries.visits(session)) + 1
    told: dict[str, Any] = {
        "draw": guest.draw,
        "line": guest.line,
        "representative": guest.representative,
        "site": guest.site,
        "room": guest.room,
        "method": card.method,
        "reference": card.reference or "",
        "person": act.actor.person,
    }
    fact = Arrived(draw=session, visit=number, details=act.conceal("details", told))
    await act.record(fact, subject=found.found.subject)
    await Visit.insert(
        Visit(
            **told,
            id=f"{session}/{number}",
            session=session,
            number=number,
            arrived_at=act.at,
            departed_at=None,
            clerk_out="",
            departure="",
            act=act.id,
        )
    )


async def _turn_away(
    act: Act, found: Session, guest: Guest | None, cause: Cause, card: Card | None
) -> CardAnswer:
    """Record that a card was turned away; a wrong bearer and a late one are proposed as such."""
    session = found.found.id
    number = await queries.turned_away(session) + 1
    details: dict[str, Any] = {
        "cause": cause.value,
        "party": act.actor.party,
        "person": act.actor.person,
    }
    fact = TurnedAway(draw=session, number=number, details=act.conceal("details", details))
    await act.record(fact, subject=found.found.subject)
    await TurnedAwayCard.insert(
        TurnedAwayCard(
            **details, id=f"{session}/{number}", session=session, number=number, at=act.at,
            act=act.id,
        )
    )  # fmt: skip
    outcome = proposed_for(cause, guest)
    if outcome and guest is not None and guest.line is not None and card is not None:
        record = {
            "at": to_micro_text(act.at),
            "late_from": to_micro_text(guest.late_at) if guest.late_at else "",
            "method": card.method,
            "reference": card.reference or "",
            "site": guest.site,
        }
        await propose(act, guest.draw, guest.line, outcome, record)
    return _told(TOLD_FOR[cause])


def _told(told: Told, room: str = "") -> CardAnswer:
    zh, en = _WORDS[told]
    return CardAnswer(told.value, room, zh, en)


async def check_out(actor: Actor, draw: str, card: CardOut, occasion: Occasion) -> CardAnswer:
    """Sign out whoever goes, also while everything else is suspended.

    Raises:
        RuleBroken: CARD_READABLE; DOOR_CALM; CONTACT_OPEN; DRAW_EXISTS.
    """
    index = id_number_index(read_card(card.id_number))
    async with begin(actor, CHECK_CARD, occasion) as act:
        found = await queries.session(draw, lock=True)
        await _check_calm(act, found)
        visit = await queries.visit_of(found, index)
        if visit is None:
            return act.answered(await _turn_away(act, found, None, Cause.UNKNOWN, None))
        person = act.conceal("person", actor.person)
        fact = Departed(draw=found.found.id, visit=visit["number"], person=person)
        await act.record(fact, subject=found.found.subject)
        await Visit.update(
            {Visit.departed_at: act.at, Visit.clerk_out: actor.person, Visit.departure: act.id}
        ).where(Visit.id == visit["id"])
        return act.answered(_told(Told.YES))


async def say_absent(actor: Actor, draw: str, occasion: Occasion) -> ProposedView:
    """Propose `absent` for every expected line whose expert did not come in time.

    Raises:
        RuleBroken: DRAW_EXISTS; STEP_LAWFUL; NOT_SUSPENDED; CONTACT_OPEN; SOMEBODY_ABSENT.
    """
    async with begin(actor, SAY_ABSENT, occasion) as act:
        found = await queries.session(draw, lock=True)
        advance(found.found.state, Step.ANSWER)
        await check_running(found.found)
        made = [
            await propose(act, one.draw, one.line, ABSENT, {"at": to_micro_text(act.at)})
            for one in found.expected
            if await _is_absent(act, found, one)
        ]
        if not made:
            raise RuleBroken(SOMEBODY_ABSENT, needed="an expert whose time to come is over")
        items = [await proposal_view(one.id) for one in made]
        return act.answered(ProposedView(found.found.id, items, act.id))


async def _is_absent(act: Act, found: Session, one: queries.Expected) -> bool:
    due = absent_from(found.late_at(one), found.figures)
    if act.at < due or one.line in await waiting(one.draw):
        return False
    return not await queries.arrived(found.found.id, one.draw, one.line, "")


async def say_departed(
    actor: Actor, draw: str, order: DepartureOrder, occasion: Occasion
) -> ProposedView:
    """Propose that the expert on a line left for good, or is removed.

    Raises:
        RuleBroken: DRAW_EXISTS; DEPARTURE_CODED; HAS_ARRIVED; what `propose` refuses.
    """
    async with begin(actor, SAY_DEPARTED, occasion) as act:
        found = await draws.case(draw, lock=True)
        session = session_of(found)
        arrived = await queries.arrived(session, draw, order.line, "")
        check_departure(order.outcome, order.reason, arrived)
        record = {"at": to_micro_text(act.at), "reason": order.reason}
        made = await propose(act, draw, order.line, order.outcome, record)
        return act.answered(ProposedView(draw, [await proposal_view(made.id)], act.id))
