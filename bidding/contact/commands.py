"""The house's side of contact: opening invitations, ringing, giving up. Nobody chooses a line.

Which line is invited, when it is tried and when it counts as unreachable follows from the walk,
the edition and the clock; a person only begins. Each deed holds the draw's row, so of two
processes that would do the same one does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bidding.answer.commands import propose
from bidding.classification import queries as lists
from bidding.closing.rules import State as DrawState
from bidding.committee import queries as committees
from bidding.committee.rules import GROUPS
from bidding.contact import queries
from bidding.contact.facts import Invited, Opened, Tried, TryEnded, Unreached
from bidding.contact.queries import Invited as Invitee
from bidding.contact.queries import Standing
from bidding.contact.rules import (
    CONTACT_ONCE,
    DEED_DUE,
    DRAW_STANDS,
    LINE_INVITED,
    OPEN_CONTACT,
    REGION_KNOWN,
    RING,
    State,
    check_within_seats,
)
from bidding.contact.schema import ContactOrder, ContactReceipt, UnreachedReceipt
from bidding.contact.tables import AnswerSecret, Contact, Invitation, InvitationTry
from bidding.draw import queries as draws
from bidding.draw.rules import Case, check_experts
from bidding.gateway.commands import queue
from bidding.gateway.rules import Channel
from bidding.invitation.rules import (
    CODE_BYTES,
    LINK_BYTES,
    OPTIONS,
    Purpose,
    code_text,
    invitation_words,
    link_text,
    secret_digest,
    told,
)
from bidding.pacing.rules import (
    Deed,
    Outcome,
    Try,
    check_early,
    check_not_over,
    check_used_up,
    due_now,
    missed_windows,
    pace_at,
)
from bidding.suspension.queries import check_running
from oversight.act import Act, begin
from oversight.ambient import fresh_bytes
from oversight.authority.rules import Actor, Post, Role
from oversight.configuration import settings
from oversight.database import bulk_insert, retried
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.rulebook.figures import Edition
from oversight.rulebook.queries import calendar_in_force, editions_in_force
from oversight.rulebook.rules import edition
from oversight.values.calendar import WorkingDays
from oversight.values.instants import SHANGHAI, to_micro_text

NOBODY = ""  # the clock is no person


def the_clock(center: str) -> Actor:
    """Return the actor in whose name the service rings: the center, by nobody's hand."""
    return Actor(center, Role.TRADING_CENTER, NOBODY, frozenset({Post.DRAW_OPERATOR}))


async def open_contact(
    actor: Actor, draw: str, order: ContactOrder, occasion: Occasion
) -> ContactReceipt:
    """Begin to invite everybody who holds a seat; replacements follow by themselves.

    Raises:
        RuleBroken: DRAW_EXISTS; EXPERTS_DRAWN; DRAW_STANDS; NOT_SUSPENDED; CONTACT_ONCE;
            REGION_KNOWN; EVALUATION_NOT_OVER; NOT_TOO_EARLY; PRIOR_ENTRY_EFFECTIVE.
    """
    newest = await draws.newest_step(draw)
    await draws.in_effect(newest.act, newest.ordinal)

    async def attempt() -> ContactReceipt:
        async with begin(actor, OPEN_CONTACT, occasion) as act:
            found = await draws.case(draw, lock=True)
            check_experts(found.purpose)
            _check_stands(found)
            await check_running(found)
            if await queries.is_open(draw):
                raise RuleBroken(CONTACT_ONCE, needed="nothing: invitations are open", draw=draw)
            missed = await _check_order(found, order, act.at)
            await _write_contact(act, found, order, missed)
            now = await queries.standing(draw)
            check_not_over(act.at, now.terms.ends)
            invited = await _invite(act, now)
            return act.answered(ContactReceipt(draw, act.id, len(invited), missed))

    return await retried(attempt)


def _check_stands(found: Case) -> None:
    if found.state is not DrawState.DRAWN:
        raise RuleBroken(DRAW_STANDS, needed="a draw that is drawn", state=found.state.value)


async def _check_order(found: Case, order: ContactOrder, at: datetime) -> list[str]:
    """Return the soft figures that are not kept; refuse an unknown region, or too early a time."""
    today = at.astimezone(SHANGHAI).date()
    if not (await lists.regions()).known(order.region, today):
        raise RuleBroken(REGION_KNOWN, needed="a GB/T 2260 code in force")
    held = editions_in_force().get(found.rulebook) or edition(found.rulebook)
    starts = await queries.evaluation_start(found.id, order.hour)
    exempt = order.remote or (await committees.committee(found.subject)).body in GROUPS
    reached = exempt or _workdays_reach(held, at, starts)
    missed = missed_windows(held.contact, at, starts, reached)
    check_early([name for name in missed if held.hard(name)], starts)
    return missed


def _workdays_reach(held: Edition, at: datetime, starts: datetime) -> bool:
    """Tell whether the edition's working days from today on reach the evaluation's day."""
    count = held.contact.window_workdays
    if count is None:
        return True
    today, day = (one.astimezone(SHANGHAI).date() for one in (at, starts))
    return calendar_in_force().add(today, WorkingDays(count)) >= day


async def _write_contact(act: Act, found: Case, order: ContactOrder, missed: list[str]) -> None:
    terms = {
        "hour": order.hour,
        "hours": order.hours,
        "region": order.region,
        "person": act.actor.person,
        "missed": missed,
    }
    await act.record(
        Opened(draw=found.id, terms=act.conceal("terms", terms)), subject=found.subject
    )
    await Contact.insert(
        Contact(
            draw=found.id,
            hour=order.hour,
            hours=order.hours,
            region=order.region,
            opened_at=act.at,
            person=act.actor.person,
            act=act.id,
        )
    )


async def invite(center: str, draw: str, occasion: Occasion) -> list[int]:
    """Invite the lines that took a seat meanwhile, or whose fate was refused; return them.

    Raises:
        RuleBroken: CONTACT_OPEN; NOT_SUSPENDED; DRAW_STANDS;
            EVALUATION_NOT_OVER; DEED_DUE, when there is none.
    """

    async def attempt() -> list[int]:
        async with begin(the_clock(center), RING, occasion) as act:
            now = await queries.standing(draw, lock=True)
            await check_running(now.found)
            _check_stands(now.found)
            check_not_over(act.at, now.terms.ends)
            if not now.to_invite():
                raise RuleBroken(DEED_DUE, needed="a line to be invited", draw=draw)
            return act.answered(await _invite(act, now))

    return await retried(attempt)


async def _invite(act: Act, now: Standing) -> list[int]:
    """Open the invitation of every line that is due one, within the act."""
    lines, standing = now.to_invite(), {State.OPEN, State.ACCEPTED}
    seated = now.seated
    kept = [n for n, one in now.invited.items() if one.state in standing and n in seated]
    check_within_seats([seats for _, seats in now.found.strata], seated, [*kept, *lines])
    for line in lines:
        await _open_invitation(act, now, line)
    return lines


async def _open_invitation(act: Act, now: Standing, line: int) -> None:
    before = now.invited.get(line)
    turn = before.round + 1 if before else 1
    pace = pace_at(act.at, now.terms.starts).value
    fact = Invited(draw=now.found.id, line=line, round=turn, pace=act.conceal("pace", pace))
    await act.record(fact, subject=now.found.subject)
    ident = f"{now.found.id}/{line}"
    values: dict[str, Any] = {
        "round": turn,
        "pace": pace,
        "state": State.OPEN.value,
        "invited_at": act.at,
        "act": act.id,
    }
    if before is None:
        await Invitation.insert(Invitation(id=ident, draw=now.found.id, line=line, **values))
        return
    await Invitation.update(**values).where(Invitation.id == ident)


async def go_on(center: str, draw: str, line: int, occasion: Occasion) -> Deed:
    """Do what is due for an open invitation: ring, end a lost try, or propose `unreachable`.

    Raises:
        RuleBroken: CONTACT_OPEN; NOT_SUSPENDED; DRAW_STANDS;
            LINE_INVITED; EVALUATION_NOT_OVER; DEED_DUE.
    """

    async def attempt() -> Deed:
        async with begin(the_clock(center), RING, occasion) as act:
            now = await queries.standing(draw, lock=True)
            await check_running(now.found)
            one = _awaited(now, line)
            check_not_over(act.at, now.terms.ends)
            following = one.next(now.figures)
            deed = due_now(following, act.at)
            if deed is Deed.RING:
                await _ring(act, now, one, Channel(following.channel))
            elif deed is Deed.LOSE:
                await end_try(act, now, one, one.tries[-1], Outcome.LOST)
            elif deed is Deed.GIVE_UP:
                await _give_up(act, now, one)
            else:
                raise RuleBroken(DEED_DUE, needed="waiting", draw=draw, line=line)
            return act.answered(deed)

    return await retried(attempt)


async def propose_unreachable(
    actor: Actor, draw: str, line: int, occasion: Occasion
) -> UnreachedReceipt:
    """Propose `unreachable` by hand, as the clock does by itself once it is lawful.

    Raises:
        RuleBroken: CONTACT_OPEN; NOT_SUSPENDED; DRAW_STANDS;
            LINE_INVITED; TRIES_USED_UP, with what is missing.
    """

    async def attempt() -> UnreachedReceipt:
        async with begin(actor, RING, occasion) as act:
            now = await queries.standing(draw, lock=True)
            await check_running(now.found)
            one = _awaited(now, line)
            proposal = await _give_up(act, now, one)
            return act.answered(UnreachedReceipt(draw, line, proposal, act.id))

    return await retried(attempt)


def _awaited(now: Standing, line: int) -> Invitee:
    """Return an open invitation of a line that holds a seat, and of which nothing is said."""
    _check_stands(now.found)
    for one in now.awaited():
        if one.line == line:
            return one
    state = now.invited[line].state.value if line in now.invited else "not-invited"
    raise RuleBroken(
        LINE_INVITED,
        needed="a line with an open invitation",
        line=line,
        state=state if line in now.seated else "freed",
        proposed=line in now.waiting,
    )


async def _ring(act: Act, now: Standing, one: Invitee, channel: Channel) -> None:
    """Make one try: an entry, a row, and a message that waits for the gateway."""
    code, link = await issue_secrets(act, now, one.line, one.round, Purpose.ANSWER)
    what = told(now.terms.evaluation, now.figures.tells)
    message = await queue(
        act,
        channel=channel,
        to=await queries.phone_of(now, one.line),
        words=invitation_words(what, channel, code, link),
        options=OPTIONS if channel is Channel.VOICE else (),
        expires=act.at + one.plan(now.figures).window,
    )
    number = one.made + 1
    fact = Tried(
        draw=now.found.id,
        line=one.line,
        round=one.round,
        number=number,
        channel=act.conceal("channel", channel.value),
    )
    await act.record(fact, subject=now.found.subject)
    await InvitationTry.insert(
        InvitationTry(
            id=f"{one.id}/{number}",
            invitation=one.id,
            round=one.round,
            number=number,
            channel=channel.value,
            message=message,
            made_at=act.at,
            outcome="",
            ended_at=None,
            act=act.id,
        )
    )


async def issue_secrets(
    act: Act, now: Standing, line: int, turn: int, purpose: Purpose
) -> tuple[str, str]:
    """Make a code and a link that answer for a line once; only their digests are kept.

    Where the instance names no page for experts the link is empty.
    """
    code, page = code_text(fresh_bytes(CODE_BYTES)), settings().answer_url
    link = link_text(fresh_bytes(LINK_BYTES)) if page else ""
    made: Sequence[str] = [code, link] if link else [code]
    await bulk_insert(
        AnswerSecret,
        ("digest", "invitation", "round", "purpose", "expires_at"),
        [
            (secret_digest(one), f"{now.found.id}/{line}", turn, purpose.value, now.terms.ends)
            for one in made
        ],
    )
    return code, f"{page}#{link}" if link else ""


async def end_try(act: Act, now: Standing, one: Invitee, tried: Try, outcome: Outcome) -> None:
    """Say what became of a try, within somebody's act. The entry is the center's."""
    fact = TryEnded(draw=now.found.id, line=one.line, number=tried.number, outcome=outcome.value)
    center = Role.TRADING_CENTER.value
    await act.record(fact, subject=now.found.subject, actor=now.center, role=center)
    await InvitationTry.update(
        {InvitationTry.outcome: outcome.value, InvitationTry.ended_at: act.at}
    ).where(InvitationTry.id == f"{one.id}/{tried.number}")


async def _give_up(act: Act, now: Standing, one: Invitee) -> str:
    """Propose `unreachable`, if everything that the edition asks for was done; return its id."""
    check_used_up(one.plan(now.figures), one.invited_at, one.tries, act.at)
    fact = Unreached(draw=now.found.id, line=one.line, round=one.round)
    await act.record(fact, subject=now.found.subject)
    await set_state(one, State.UNREACHED)
    record = {"pace": one.pace.value, "round": one.round, "tries": tries_told(one)}
    made = await propose(act, now.found.id, one.line, State.UNREACHED.value, record)
    return made.id


async def set_state(one: Invitee, state: State) -> None:
    """Write where an invitation stands now, as part of the act that says so."""
    await Invitation.update({Invitation.state: state.value}).where(Invitation.id == one.id)


def tries_told(one: Invitee) -> list[dict[str, object]]:
    """Return the tries of the present round as evidence tells them: no number, no name."""
    return [
        {
            "number": each.number,
            "channel": each.channel,
            "made_at": to_micro_text(each.made_at),
            "outcome": each.outcome.value if each.outcome else "",
            "ended_at": to_micro_text(each.ended_at) if each.ended_at else "",
        }
        for each in one.tries
    ]
