"""Questions about appointments. Experts are ids here; names stay in the pool."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bidding.appointment.rules import (
    APPOINTMENT_KNOWN,
    Appointee,
    AppointmentState,
    Shortage,
)
from bidding.appointment.schema import AppointeesView, AppointmentView
from bidding.appointment.tables import Appointment
from bidding.candidacy.queries import eligible_counts
from bidding.closing.rules import CLOSED, State
from bidding.committee.queries import has_successor, line_of
from bidding.committee.schema import CommitteeView
from bidding.draw import queries as draws
from bidding.draw.rules import Case
from bidding.draw.tables import Draw
from bidding.eligibility.queries import barred
from bidding.frequency.queries import seated_experts
from bidding.roster.rules import EXPERT_KNOWN
from bidding.supplement import queries as supplements
from oversight.database import run
from oversight.errors import RuleBroken
from oversight.keys.directory import ring
from oversight.rulebook.queries import edition_of_case


async def appointed_seats(committee: str) -> int:
    """Return how many seats of a committee appointed experts take."""
    rows = await Appointment.select(Appointment.seats).where(
        (Appointment.committee == committee)
        & (Appointment.state == AppointmentState.APPOINTED.value)
    )
    return sum(row["seats"] for row in rows)


async def appointed_experts(committee: str) -> frozenset[str]:
    """Return the ids of those who are appointed to a committee: nobody is drawn beside himself."""
    rows = await Appointment.select().where(
        (Appointment.committee == committee)
        & (Appointment.state == AppointmentState.APPOINTED.value)
    )
    return frozenset(expert for one in rows for expert in opened_terms(one)["experts"])


async def free_seats(committee: CommitteeView, purpose: str) -> int:
    """Return the seats of a committee that nobody takes: no representative, draw or appointee.

    A committee in whose place another stands has none.
    """
    if await has_successor(committee.id):
        return 0
    line = await line_of(committee.id)
    standing = [one for one in await draws.attempts(line, purpose) if one.state not in CLOSED]
    drawn = sum([await _seats_of(one) for one in standing])
    taken = committee.representatives + drawn + await appointed_seats(committee.id)
    return max(0, committee.size - taken)


async def _seats_of(found: Case) -> int:
    """Return the seats that a draw takes: those ordered; once exhausted, those that are held.

    What a standing supplement takes counts with it.
    """
    known = await supplements.parent(found)
    if not known.exhausted():
        return sum(seats for _, seats in found.strata)
    further = await supplements.attempts(found.id, found.purpose)
    standing = [one for one in further if one.state not in CLOSED]
    return known.held() + sum([await _seats_of(one) for one in standing])


async def shortage(committee: CommitteeView, draw: str) -> Shortage:
    """Return how a draw stands that is held to have found too few experts.

    Raises:
        RuleBroken: DRAW_EXISTS.
    """
    found = await draws.case(draw)
    return Shortage(
        of_committee=found.subject in await line_of(committee.id),
        state=found.state,
        sealed=bool(found.request),
        seats=[seats for _, seats in found.strata],
        eligible=await eligible_counts(found),
        multiple=edition_of_case(found.rulebook).draw.roster_multiple,
    )


async def appointees(experts: Sequence[str], committee: CommitteeView) -> dict[str, Appointee]:
    """Return what the pool says of these experts, by id.

    Raises:
        RuleBroken: EXPERT_KNOWN.
    """
    marks = ", ".join(["{}"] * len(experts))
    rows = await run(
        f"SELECT id, status, employer_plain, employer_uscc FROM expert WHERE id IN ({marks})",  # noqa: S608
        *experts,
    )
    if len(rows) != len(set(experts)):
        raise RuleBroken(EXPERT_KNOWN, needed="ids of experts of this pool")
    recused = await run(
        "SELECT expert FROM recusal WHERE lifted_at IS NULL AND subject IN ({}, {})",
        committee.id,
        committee.tender,
    )
    stay_away, bars = {row["expert"] for row in recused}, await barred()
    seated = await _seated(committee)
    return {
        row["id"]: Appointee(
            row["status"],
            frozenset({row["employer_plain"], row["employer_uscc"]} - {""}),
            row["id"] in stay_away,
            row["id"] in seated,
            row["id"] in bars,
        )
        for row in rows
    }


async def _seated(committee: CommitteeView) -> set[str]:
    """Return who sits on a committee: drawn in a standing draw or its supplements, or appointed."""
    seated = set(await appointed_experts(committee.id))
    rows = await Draw.select(Draw.id, Draw.state).where(Draw.subject == committee.id)
    for one in rows:
        if State(one["state"]) not in CLOSED:
            seated |= await seated_experts(one["id"])
    return seated


async def appointment(ident: str) -> AppointmentView:
    """Return an appointment without the experts.

    Raises:
        RuleBroken: APPOINTMENT_KNOWN.
    """
    return _view(await row(ident))


async def appointees_of(ident: str) -> AppointeesView:
    """Return an appointment with experts and reason; raises as `appointment`."""
    found = await row(ident)
    terms = opened_terms(found)
    return AppointeesView(_view(found), terms["experts"], terms["reason"])


async def row(ident: str) -> Mapping[str, Any]:
    """Return an appointment's row; raises as `appointment`."""
    found = await Appointment.select().where(Appointment.id == ident).first()
    if found is None:
        raise RuleBroken(APPOINTMENT_KNOWN, needed="the id that asking gave")
    return dict(found)


def terms_context(ident: str) -> str:
    """Return the context under which an appointment's experts and reason are encrypted."""
    return f"appointment/terms/{ident}"


def opened_terms(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"experts", "reason"} of an appointment's row."""
    plain = ring().fields.open(bytes(found["terms"]), terms_context(found["id"]))
    terms: dict[str, Any] = msgspec.json.decode(plain)
    return terms


def _view(found: Mapping[str, Any]) -> AppointmentView:
    return AppointmentView(
        id=found["id"],
        committee=found["committee"],
        ground=found["ground"],
        draw=found["draw"] or None,
        seats=found["seats"],
        party=found["party"],
        state=found["state"],
        act=found["act"],
        decided=found["decided"] or None,
    )
