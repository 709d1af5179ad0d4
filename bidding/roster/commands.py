"""Deeds on the pool: registering, admitting, and changing an expert's standing."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

from bidding.classification import queries as lists
from bidding.roster import queries
from bidding.roster.facts import (
    AccountLinked,
    AdmissionReviewed,
    Admitted,
    Declined,
    EmployerChanged,
    Proposed,
    Registered,
    Removed,
    Resumed,
    Retired,
    StandingFact,
    Suspended,
)
from bidding.roster.rules import (
    ADMIT,
    BATCH_BOUNDED,
    BATCH_MAX,
    CHANGE_STANDING,
    EXPERT_NEW,
    FIELD_VALID,
    REGISTER,
    TWO_PEOPLE,
    Organisation,
    Particulars,
    PastEmployer,
    Status,
    Step,
    advance,
    check_reason,
    faults,
    read_organisation,
    read_particulars,
)
from bidding.roster.schema import (
    AccountLink,
    Admission,
    AdmissionReceipt,
    EmployerChange,
    ExpertReceipt,
    Registration,
    StandingOrder,
)
from bidding.roster.tables import Expert, ExpertSpecialty, FormerEmployer, StandingChange
from oversight.act import Act, begin
from oversight.authority.rules import Actor, different_person
from oversight.database import WRITES_DO_NOT_COLLIDE, bulk_insert, run
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.keys.directory import ring
from oversight.values.names import normalise_name

NOW = Occasion()
_STANDING: dict[Step, type[StandingFact]] = {
    Step.DECLINE: Declined,
    Step.PROPOSE: Proposed,
    Step.SUSPEND: Suspended,
    Step.RESUME: Resumed,
    Step.REMOVE: Removed,
    Step.RETIRE: Retired,
}
EXPERT_COLUMNS = (
    "id", "status", "sealed_name", "sealed_id_number", "sealed_phone", "name_index",
    "id_number_index", "phone_index", "employer_name", "employer_plain", "employer_uscc", "region",
    "specialties", "title", "years", "birth_year", "term_until", "trained_on", "registrar",
    "registered_at", "act",
)  # fmt: skip


async def register_expert(
    actor: Actor, given: Registration, occasion: Occasion = NOW
) -> ExpertReceipt:
    """Register one person: he stands in the pool as proposed until a second person admits him.

    Raises:
        RuleBroken: FIELD_VALID, naming every field; EXPERT_NEW.
    """
    particulars = read_particulars(_particulars(given))
    async with begin(actor, REGISTER, occasion) as act:
        await _check_faults(particulars, act.at.date())
        await queries.hold_registrations()
        if await queries.known_id_numbers([queries.id_number_index(particulars.id_number)]):
            raise RuleBroken(EXPERT_NEW, needed="find him by his id number instead")
        (ident,) = await enrol(act, [particulars], name_registrar=True)
        return act.answered(ExpertReceipt(act.id, ident, Status.PROPOSED.value))


def _particulars(given: Registration) -> Particulars:
    number = given.id_number.strip()
    year = number[6:10]
    return Particulars(
        name=given.name,
        id_number=number,
        phone=given.phone,
        employer=Organisation(given.employer.name, given.employer.uscc),
        specialties=tuple(given.specialties),
        region=given.region,
        title=given.title,
        years=given.years,
        birth_year=int(year) if year.isascii() and year.isdigit() else 0,
        term_until=given.term_until,
        trained_on=given.trained_on,
        past_employers=tuple(
            PastEmployer(one.name, one.uscc, one.until) for one in given.past_employers
        ),
    )


async def _check_faults(particulars: Particulars, on: date) -> None:
    wrong = faults(particulars, await lists.trees(), await lists.regions(), on)
    if wrong:
        raise RuleBroken(FIELD_VALID, needed="these fields corrected", fields=dict(wrong))


async def enrol(
    act: Act, experts: Sequence[Particulars], *, name_registrar: bool = False
) -> list[str]:
    """Register checked experts inside somebody's act; return their ids in order.

    The caller has checked every field and that no id number is in the pool.
    """
    idents = [act.new_id() for _ in experts]
    for ident, one in zip(idents, experts, strict=True):
        await act.record(_registered(act, one, name_registrar), subject=ident)
    await bulk_insert(Expert, EXPERT_COLUMNS, _rows(act, idents, experts))
    await bulk_insert(
        FormerEmployer,
        ("expert", "name", "plain", "uscc", "until", "act"),
        (
            (ident, past.name, normalise_name(past.name), past.uscc, past.until, act.id)
            for ident, one in zip(idents, experts, strict=True)
            for past in one.past_employers
        ),
    )
    return idents


def _registered(act: Act, one: Particulars, name_registrar: bool) -> Registered:
    return Registered(
        name=act.conceal("name", one.name),
        id_number=act.conceal("id_number", one.id_number),
        phone=act.conceal("phone", one.phone),
        employer=act.conceal("employer", {"name": one.employer.name, "uscc": one.employer.uscc}),
        specialties=act.conceal("specialties", list(one.specialties)),
        region=act.conceal("region", one.region),
        career=act.conceal("career", _career(one)),
        person=act.conceal("person", act.actor.person) if name_registrar else None,
    )


def _career(one: Particulars) -> dict[str, object]:
    return {
        "title": one.title,
        "years": one.years,
        "birth_year": one.birth_year,
        "term_until": _iso(one.term_until),
        "trained_on": _iso(one.trained_on),
        "past_employers": [
            {"name": past.name, "uscc": past.uscc, "until": _iso(past.until)}
            for past in one.past_employers
        ],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _rows(
    act: Act, idents: Sequence[str], experts: Sequence[Particulars]
) -> list[tuple[object, ...]]:
    sealed = [
        _sealed(field, idents, [getattr(one, field) for one in experts])
        for field in ("name", "id_number", "phone")
    ]
    return [
        (
            ident,
            Status.PROPOSED.value,
            *fields,
            queries.name_index(one.name),
            queries.id_number_index(one.id_number),
            queries.phone_index(one.phone),
            one.employer.name,
            normalise_name(one.employer.name),
            one.employer.uscc,
            one.region,
            ",".join(one.specialties),
            one.title,
            one.years,
            one.birth_year,
            one.term_until,
            one.trained_on,
            act.actor.person,
            act.at,
            act.id,
        )
        for ident, one, *fields in zip(idents, experts, *sealed, strict=True)
    ]


def _sealed(field: str, idents: Sequence[str], values: Sequence[str]) -> list[bytes]:
    contexts = [f"expert/{field}/{ident}" for ident in idents]
    return ring().fields.seal_many([value.encode() for value in values], contexts)


async def admit_experts(
    actor: Actor, order: Admission, occasion: Occasion = NOW
) -> AdmissionReceipt:
    """Admit proposed experts, all or none: the second of two people does it.

    Raises:
        RuleBroken: EXPERT_KNOWN; STEP_LAWFUL where one does not wait for admission; TWO_PEOPLE
            where the reviewer registered one of them; BATCH_BOUNDED where there is nobody.
    """
    async with begin(actor, ADMIT, occasion) as act:
        waiting = await _count(order)
        if not 0 < waiting <= BATCH_MAX:
            raise RuleBroken(BATCH_BOUNDED, needed="proposals that wait", waiting=waiting)
        person = act.conceal("person", actor.person)
        await act.record(AdmissionReviewed(experts=waiting, person=person))
        admitted = 0
        async for rows in _chosen(order):
            await _admit(act, rows)
            admitted += len(rows)
        if admitted != waiting:
            raise RuleBroken(WRITES_DO_NOT_COLLIDE, needed="trying again")
        return act.answered(AdmissionReceipt(act.id, admitted))


def _chosen(order: Admission) -> AsyncIterator[list[Any]]:
    if order.registered_by:
        return queries.proposals(order.registered_by)
    return queries.named(order.experts)


async def _count(order: Admission) -> int:
    if not order.registered_by:
        return len(set(order.experts))
    rows = await run(
        "SELECT count(*) AS waiting FROM expert WHERE act = {} AND status = {}",
        order.registered_by,
        Status.PROPOSED.value,
    )
    return int(rows[0]["waiting"])


async def _admit(act: Act, rows: Sequence[Any]) -> None:
    for row in rows:
        advance(Status(row["status"]), Step.ADMIT)
        different_person(row["registrar"], act.actor.person, TWO_PEOPLE)
        await act.record(Admitted(claim=row["act"]), subject=row["id"])
    await bulk_insert(
        ExpertSpecialty,
        ("code", "expert", "act"),
        ((code, row["id"], act.id) for row in rows for code in row["specialties"].split(",")),
    )
    marks = ", ".join(["{}"] * len(rows))
    await run(
        f"UPDATE expert SET status = {{}} WHERE id IN ({marks})",  # noqa: S608
        Status.ADMITTED.value,
        *(row["id"] for row in rows),
    )
    await _log_steps(act, Step.ADMIT, Status.ADMITTED, "", [row["id"] for row in rows])


async def _log_steps(
    act: Act, step: Step, status: Status, reason: str, idents: Sequence[str]
) -> None:
    await bulk_insert(
        StandingChange,
        ("expert", "step", "status", "reason", "person", "at", "act"),
        (
            (ident, step.value, status.value, reason, act.actor.person, act.at, act.id)
            for ident in idents
        ),
    )


async def change_standing(
    actor: Actor, expert: str, step: Step, order: StandingOrder, occasion: Occasion = NOW
) -> ExpertReceipt:
    """Decline, propose again, suspend, resume, remove or retire an expert, for a coded reason.

    Raises:
        RuleBroken: EXPERT_KNOWN; STEP_LAWFUL; REASON_CODED.
    """
    assert step is not Step.ADMIT, "admission is a deed of its own"
    permission = REGISTER if step is Step.PROPOSE else CHANGE_STANDING
    async with begin(actor, permission, occasion) as act:
        row = await queries.held_expert(expert)
        status = advance(Status(row["status"]), step)
        check_reason(step, order.reason)
        statement = act.conceal("statement", order.statement) if order.statement else None
        person = act.conceal("person", actor.person)
        fact = _STANDING[step](reason=order.reason, statement=statement, person=person)
        await act.record(fact, subject=expert)
        registrar = actor.person if step is Step.PROPOSE else row["registrar"]
        await Expert.update({Expert.status: status.value, Expert.registrar: registrar}).where(
            Expert.id == expert
        )
        if status in {Status.REMOVED, Status.RETIRED}:
            await ExpertSpecialty.delete().where(ExpertSpecialty.expert == expert)
        await _log_steps(act, step, status, order.reason, [expert])
        return act.answered(ExpertReceipt(act.id, expert, status.value))


async def change_employer(
    actor: Actor, expert: str, order: EmployerChange, occasion: Occasion = NOW
) -> ExpertReceipt:
    """Enter an expert's new employer; the one before becomes a former employer.

    Raises:
        RuleBroken: EXPERT_KNOWN; FIELD_VALID.
    """
    try:
        employer = read_organisation(Organisation(order.employer.name, order.employer.uscc))
    except ValueError as cause:
        raise RuleBroken(
            FIELD_VALID, needed="this field corrected", fields={"employer": str(cause)}
        ) from None
    async with begin(actor, REGISTER, occasion) as act:
        row = await queries.held_expert(expert)
        if order.left_on > act.at.date():
            raise RuleBroken(
                FIELD_VALID, needed="today or a day before", fields={"left_on": "lies ahead"}
            )
        left = {"name": row["employer_name"], "uscc": row["employer_uscc"]}
        new = {"name": employer.name, "uscc": employer.uscc}
        await act.record(
            EmployerChanged(
                employer=act.conceal("employer", new),
                left=act.conceal("left", {**left, "until": order.left_on.isoformat()}),
                person=act.conceal("person", actor.person),
            ),
            subject=expert,
        )
        await bulk_insert(
            FormerEmployer,
            ("expert", "name", "plain", "uscc", "until", "act"),
            [(expert, left["name"], row["employer_plain"], left["uscc"], order.left_on, act.id)],
        )
        await Expert.update(
            {
                Expert.employer_name: employer.name,
                Expert.employer_plain: normalise_name(employer.name),
                Expert.employer_uscc: employer.uscc,
            }
        ).where(Expert.id == expert)
        return act.answered(ExpertReceipt(act.id, expert, row["status"]))


async def link_account(
    actor: Actor, expert: str, order: AccountLink, occasion: Occasion = NOW
) -> ExpertReceipt:
    """Say which account is an expert's own, so that he can declare for himself.

    Raises:
        RuleBroken: EXPERT_KNOWN.
    """
    async with begin(actor, REGISTER, occasion) as act:
        row = await queries.held_expert(expert)
        await act.record(
            AccountLinked(
                account=act.conceal("account", order.person),
                person=act.conceal("person", actor.person),
            ),
            subject=expert,
        )
        await Expert.update({Expert.person: order.person}).where(Expert.id == expert)
        return act.answered(ExpertReceipt(act.id, expert, row["status"]))
