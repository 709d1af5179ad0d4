"""Asking to appoint experts, and the authority's decision."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bidding.appointment import queries
from bidding.appointment.facts import Appointed, Asked, Refused
from bidding.appointment.rules import (
    APPOINTED_BY_FORMER,
    APPOINTMENT_WAITS,
    APPROVED_BY_ANOTHER,
    ASK_APPOINTMENT,
    DECIDE_APPOINTMENT,
    AppointmentState,
    check_appointees,
    check_fits,
    check_regime,
    check_shortage,
    read_appointment_ground,
)
from bidding.appointment.schema import AppointmentForm, AppointmentView
from bidding.appointment.tables import Appointment
from bidding.committee import queries as committees
from bidding.committee.schema import CommitteeView
from oversight.act import Act, begin
from oversight.authority.rules import Actor, different_person
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.identity import queries as identity
from oversight.keys.directory import ring
from oversight.rulebook.queries import edition_of_case
from oversight.values.names import normalise_name

PURPOSE = "evaluation-committee"


async def ask_appointment(
    actor: Actor, form: AppointmentForm, occasion: Occasion
) -> AppointmentView:
    """Ask, as the purchaser, to appoint experts; nobody sits before it is approved.

    Raises:
        RuleBroken: COMMITTEE_KNOWN, APPOINTED_BY_FORMER, DRAW_EXISTS, EXPERT_KNOWN, and what
            `_check` refuses.
    """
    async with begin(actor, ASK_APPOINTMENT, occasion) as act:
        committee = await committees.committee(form.committee)
        await committees.hold(committee.id)
        if committee.party != actor.party:
            raise RuleBroken(APPOINTED_BY_FORMER, needed="the party that formed the committee")
        await _check(committee, form.ground, form.draw, form.experts)
        ident = act.new_id()
        terms = {"experts": form.experts, "reason": form.reason}
        fact = Asked(
            appointment=ident,
            ground=form.ground,
            draw=form.draw or "",
            terms=act.conceal("terms", terms),
            person=act.conceal("person", actor.person),
        )
        await act.record(fact, subject=committee.id)
        await _write(act, ident, form)
        return act.answered(await queries.appointment(ident))


async def _check(
    committee: CommitteeView, ground: str, draw: str | None, experts: list[str]
) -> None:
    """Refuse an appointment that the law, the committee or the pool does not allow now.

    Raises:
        RuleBroken: APPOINTMENT_LAWFUL, APPOINTMENT_GROUNDED, APPOINTMENT_FITS, EXPERT_KNOWN,
            APPOINTEE_ELIGIBLE.
    """
    check_regime(edition_of_case(committee.rulebook).regime)
    coded = read_appointment_ground(ground)
    check_fits(experts, await queries.free_seats(committee, PURPOSE))
    lacking = None if draw is None else await queries.shortage(committee, draw)
    check_shortage(coded, lacking, len(experts))
    buyer = await identity.party(committee.party)
    buyers = {buyer.uscc, normalise_name(buyer.name)} - {""}
    check_appointees(await queries.appointees(experts, committee), buyers)


async def _write(act: Act, ident: str, form: AppointmentForm) -> None:
    terms = msgspec.json.encode({"experts": form.experts, "reason": form.reason})
    await Appointment.insert(
        Appointment(
            id=ident,
            committee=form.committee,
            ground=form.ground,
            draw=form.draw or "",
            seats=len(form.experts),
            terms=ring().fields.seal(terms, queries.terms_context(ident)),
            party=act.actor.party,
            person=act.actor.person,
            state=AppointmentState.ASKED.value,
            approver="",
            approver_party="",
            decided="",
            act=act.id,
        )
    )


async def approve_appointment(actor: Actor, ident: str, occasion: Occasion) -> AppointmentView:
    """Approve as the authority: the experts take their seats, appointed and not drawn.

    Raises:
        RuleBroken: APPOINTMENT_KNOWN, APPOINTMENT_WAITS, APPROVED_BY_ANOTHER, and what `_check`
            refuses as things stand now.
    """
    async with begin(actor, DECIDE_APPOINTMENT, occasion) as act:
        found = await queries.row(ident)
        committee = await committees.committee(found["committee"])
        await committees.hold(committee.id)
        found = await _undecided(act, ident)
        experts = queries.opened_terms(found)["experts"]
        await _check(committee, found["ground"], found["draw"] or None, experts)
        fact = Appointed(
            appointment=ident,
            ground=found["ground"],
            asked=found["act"],
            person=act.conceal("person", actor.person),
        )
        await act.record(fact, subject=committee.id)
        return act.answered(await _decide(act, ident, AppointmentState.APPOINTED))


async def refuse_appointment(actor: Actor, ident: str, occasion: Occasion) -> AppointmentView:
    """Refuse as the authority: the experts are drawn, or nobody is.

    Raises:
        RuleBroken: APPOINTMENT_KNOWN, APPOINTMENT_WAITS, APPROVED_BY_ANOTHER.
    """
    async with begin(actor, DECIDE_APPOINTMENT, occasion) as act:
        await committees.hold((await queries.row(ident))["committee"])
        found = await _undecided(act, ident)
        person = act.conceal("person", actor.person)
        fact = Refused(appointment=ident, asked=found["act"], person=person)
        await act.record(fact, subject=found["committee"])
        return act.answered(await _decide(act, ident, AppointmentState.REFUSED))


async def _undecided(act: Act, ident: str) -> Mapping[str, Any]:
    """Return the row of an appointment that this actor may decide."""
    found = await queries.row(ident)
    if found["state"] != AppointmentState.ASKED.value:
        raise RuleBroken(APPOINTMENT_WAITS, needed="one that waits", state=found["state"])
    different_person(found["person"], act.actor.person, APPROVED_BY_ANOTHER)
    return found


async def _decide(act: Act, ident: str, state: AppointmentState) -> AppointmentView:
    await Appointment.update(
        {
            Appointment.state: state.value,
            Appointment.approver: act.actor.person,
            Appointment.approver_party: act.actor.party,
            Appointment.decided: act.id,
        }
    ).where(Appointment.id == ident)
    return await queries.appointment(ident)
