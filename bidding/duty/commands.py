"""Planning duty, handing it over, cancelling it."""

from datetime import datetime

from bidding.duty import queries
from bidding.duty.facts import Cancelled, HandedOver, Planned
from bidding.duty.rules import (
    PLAN_DUTY,
    SHIFT_SOUND,
    ShiftState,
    check_open,
    check_shift,
    check_supervises,
)
from bidding.duty.schema import ShiftForm, ShiftView
from bidding.duty.tables import DutyShift
from oversight.act import Act, begin
from oversight.authority.rules import Actor
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.identity import queries as identity
from oversight.values.instants import from_text

_CHANGES = {ShiftState.HANDED_OVER: HandedOver, ShiftState.CANCELLED: Cancelled}


async def plan_shift(actor: Actor, form: ShiftForm, occasion: Occasion) -> ShiftView:
    """Say who of one's own office is on duty, and who stands in.

    Raises:
        RuleBroken: SHIFT_SOUND; PERSON_KNOWN; SUPERVISES.
    """
    async with begin(actor, PLAN_DUTY, occasion) as act:
        starts, ends = _instant(form.starts), _instant(form.ends)
        check_shift(form.person, form.deputy, starts, ends, act.at)
        for person in (form.person, form.deputy):
            own = await identity.party_of_person(person) == actor.party
            check_supervises(own, await identity.person_posts(person))
        ident = act.new_id()
        fact = Planned(
            shift=ident,
            starts=form.starts,
            ends=form.ends,
            person=act.conceal("person", form.person),
            deputy=act.conceal("deputy", form.deputy),
            planner=act.conceal("planner", actor.person),
        )
        await act.record(fact, subject=actor.party)
        await _write_shift(act, ident, form, starts, ends)
        return act.answered(await queries.view(ident))


async def _write_shift(
    act: Act, ident: str, form: ShiftForm, starts: datetime, ends: datetime
) -> None:
    await DutyShift.insert(
        DutyShift(
            id=ident,
            party=act.actor.party,
            person=form.person,
            deputy=form.deputy,
            starts=starts,
            ends=ends,
            state=ShiftState.PLANNED.value,
            planner=act.actor.person,
            act=act.id,
        )
    )


async def hand_over(actor: Actor, ident: str, occasion: Occasion) -> ShiftView:
    """Let the deputy take over for the rest of a shift of one's own office.

    Raises:
        RuleBroken: SHIFT_KNOWN; SHIFT_OPEN.
    """
    return await _change(actor, ident, occasion, ShiftState.HANDED_OVER, ShiftState.PLANNED)


async def cancel_shift(actor: Actor, ident: str, occasion: Occasion) -> ShiftView:
    """Let a shift of one's own office fall away; raises as `hand_over`."""
    both = (ShiftState.PLANNED, ShiftState.HANDED_OVER)
    return await _change(actor, ident, occasion, ShiftState.CANCELLED, *both)


async def _change(
    actor: Actor, ident: str, occasion: Occasion, becomes: ShiftState, *lawful: ShiftState
) -> ShiftView:
    async with begin(actor, PLAN_DUTY, occasion) as act:
        found = await queries.shift(ident, actor.party)
        check_open(found, act.at, *lawful)
        fact = _CHANGES[becomes](shift=ident, by=act.conceal("by", actor.person))
        await act.record(fact, subject=found.party)
        await DutyShift.update({DutyShift.state: becomes.value}).where(DutyShift.id == ident)
        return act.answered(await queries.view(ident))


def _instant(text: str) -> datetime:
    try:
        return from_text(text)
    except ValueError:
        raise RuleBroken(SHIFT_SOUND, needed="times that exist") from None
