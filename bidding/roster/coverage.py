"""How the pool's rows follow from entries: everything private through its opened commitment."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bidding.roster import facts, queries
from bidding.roster.rules import TRANSITIONS, Status, Step
from bidding.roster.tables import Expert, ExpertSpecialty, FormerEmployer, StandingChange
from oversight.ledger.coverage import (
    NOT_TOLD,
    Coverage,
    Covered,
    CoveredTogether,
    Reader,
    Replay,
    Replays,
    Rows,
    Said,
    if_told,
    parts,
    sealed,
)
from oversight.values.names import normalise_name

# Names its importer once, for all experts that the act registers; the concept stands above.
_IMPORTED = "bidding.intake.imported"
_SERIAL = "a number in order of writing; act and instant are covered"
_CAREER = ("title", "years", "birth_year", "term_until", "trained_on")
_INDEXES: Mapping[str, Callable[[str], bytes]] = {
    "name": queries.name_index,
    "id_number": queries.id_number_index,
    "phone": queries.phone_index,
}


def _field(field: str) -> Reader:
    return sealed(f"sealed_{field}", lambda ident: f"expert/{field}/{ident}", "id", bytes.decode)


def _past(rows: Sequence[Mapping[str, Any]]) -> object:
    return sorted([row["name"], row["plain"], row["uscc"], _day(row["until"])] for row in rows)


def _codes(rows: Sequence[Mapping[str, Any]]) -> object:
    return sorted([row["code"], row["act"]] for row in rows)


def _day(until: object) -> str:
    return "" if until is None else str(until)


COVERAGE: tuple[Coverage, ...] = (
    Covered(
        Expert,
        key=("id",),
        said=(
            "status", "name_index", "id_number_index", "phone_index", "employer_name",
            "employer_plain", "employer_uscc", "region", "specialties", "title", "years",
            "birth_year", "term_until", "trained_on", "person", "registrar", "registered_at",
            "act",
        ),
        opened={f"sealed_{field}": _field(field) for field in _INDEXES},
    ),
    CoveredTogether(
        ExpertSpecialty, key=("expert",), order=("code",), columns=("code", "act"), digest=_codes
    ),
    CoveredTogether(
        FormerEmployer,
        key=("expert", "act"),
        order=("id",),
        columns=("name", "plain", "uscc", "until"),
        digest=_past,
        silent={"id": _SERIAL},
    ),
    Covered(
        StandingChange,
        key=("expert", "act"),
        said=("step", "status", "reason", "person", "at"),
        silent={"id": _SERIAL},
    ),
)  # fmt: skip


async def _registered(said: Said, rows: Rows) -> None:
    ident, act = said.logged.subject, said.logged.act
    specialties = said.opened("specialties")
    career, employer = said.opened("career"), said.opened("employer")
    rows.put(
        Expert,
        (ident,),
        status=Status.PROPOSED.value,
        region=said.opened("region"),
        specialties=if_told(specialties, ",".join),
        person="",
        registrar=await _registrar(said),
        registered_at=said.at,
        act=act,
        **_private(said),
        **_employer(employer),
        **parts(career, _CAREER),
    )
    former = if_told(career, _former)
    if former:
        rows.whole(FormerEmployer, (ident, act), former)


def _private(said: Said) -> dict[str, object]:
    columns: dict[str, object] = {}
    for field, index in _INDEXES.items():
        value = columns[f"sealed_{field}"] = said.opened(field)
        columns[f"{field}_index"] = NOT_TOLD if value is NOT_TOLD else index(value).hex()
    return columns


def _employer(opened: Any) -> dict[str, object]:
    return {
        "employer_name": if_told(opened, lambda told: told["name"]),
        "employer_plain": if_told(opened, lambda told: normalise_name(told["name"])),
        "employer_uscc": if_told(opened, lambda told: told["uscc"]),
    }


def _former(career: Mapping[str, Any]) -> object:
    return sorted(_left(past) for past in career["past_employers"])


def _left(past: Mapping[str, Any]) -> list[str]:
    return [past["name"], normalise_name(past["name"]), past["uscc"], _day(past["until"])]


async def _registrar(said: Said) -> object:
    if said.body["person"] is not None:
        return said.opened("person")
    imported = await said.of_act(said.logged.act, _IMPORTED)
    return NOT_TOLD if imported is None else imported.opened("person")


async def _admitted(said: Said, rows: Rows) -> None:
    ident, act = said.logged.subject, said.logged.act
    reviewed = await said.of_act(act, facts.AdmissionReviewed.kind)
    person = NOT_TOLD if reviewed is None else reviewed.opened("person")
    rows.change(Expert, (ident,), status=Status.ADMITTED.value)
    _step(said, rows, Step.ADMIT, Status.ADMITTED, person)
    claim = await said.before(facts.Registered.kind, ident)
    codes = NOT_TOLD if claim is None else claim.opened("specialties")
    rows.whole(
        ExpertSpecialty, (ident,), if_told(codes, lambda told: sorted([one, act] for one in told))
    )


def _step(said: Said, rows: Rows, step: Step, status: Status, person: object) -> None:
    rows.put(
        StandingChange,
        (said.logged.subject, said.logged.act),
        step=step.value,
        status=status.value,
        reason=said.body.get("reason", ""),
        person=person,
        at=said.at,
    )


def _standing(step: Step) -> Replay:
    """Return the replay of a step; wherever it is lawful, it leads to the same standing."""
    (status,) = {after for (_, taken), after in TRANSITIONS.items() if taken is step}

    async def replay(said: Said, rows: Rows) -> None:
        ident, person = said.logged.subject, said.opened("person")
        rows.change(Expert, (ident,), status=status.value)
        if step is Step.PROPOSE:
            rows.change(Expert, (ident,), registrar=person)
        if status in {Status.REMOVED, Status.RETIRED}:
            rows.whole(ExpertSpecialty, (ident,), [])
        _step(said, rows, step, status, person)

    return replay


async def _employer_changed(said: Said, rows: Rows) -> None:
    ident, left = said.logged.subject, said.opened("left")
    rows.change(Expert, (ident,), **_employer(said.opened("employer")))
    rows.whole(FormerEmployer, (ident, said.logged.act), if_told(left, lambda told: [_left(told)]))


async def _account_linked(said: Said, rows: Rows) -> None:
    rows.change(Expert, (said.logged.subject,), person=said.opened("account"))


REPLAYS: Replays = {
    facts.Registered.kind: _registered,
    facts.Admitted.kind: _admitted,
    facts.Declined.kind: _standing(Step.DECLINE),
    facts.Proposed.kind: _standing(Step.PROPOSE),
    facts.Suspended.kind: _standing(Step.SUSPEND),
    facts.Resumed.kind: _standing(Step.RESUME),
    facts.Removed.kind: _standing(Step.REMOVE),
    facts.Retired.kind: _standing(Step.RETIRE),
    facts.EmployerChanged.kind: _employer_changed,
    facts.AccountLinked.kind: _account_linked,
}
LEAVES_NO_ROW: Mapping[str, str] = {
    facts.AdmissionReviewed.kind: "the act's further entries admit the experts one by one",
}
