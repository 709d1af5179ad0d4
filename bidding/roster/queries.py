"""Questions to the pool. Names, id numbers and phones stay sealed here; `bidding.reading` opens."""

from collections.abc import AsyncIterator, Sequence
from operator import attrgetter
from typing import Any

from bidding.classification.rules import is_region, region_prefix
from bidding.roster.rules import EXPERT_KNOWN, Status
from bidding.roster.schema import (
    ExpertDetail,
    ExpertView,
    FormerEmployerView,
    Search,
    StandingView,
)
from oversight.database import chunks, is_postgres, run
from oversight.errors import RuleBroken
from oversight.keys.directory import ring
from oversight.values.instants import to_text
from oversight.values.names import normalise_name
from oversight.wire import PAGE_LIMIT, Page, page_of, read_cursor

_VIEW = (
    "id, status, employer_name, employer_uscc, region, specialties, title, years, birth_year,"
    " term_until, trained_on, registered_at, act"
)
CHUNK = 2_000  # experts held at once by a deed over many
_LOOKUP = 500  # values in one list of a statement


def name_index(name: str) -> bytes:
    """Return the blind index of a person's name, 32 bytes; equal normalised names meet."""
    return ring().blind.index("expert/name", normalise_name(name))


def id_number_index(number: str) -> bytes:
    """Return the blind index of an id number, 32 bytes."""
    return ring().blind.index("expert/id_number", number)


def phone_index(phone: str) -> bytes:
    """Return the blind index of a phone number, 32 bytes."""
    return ring().blind.index("expert/phone", phone)


async def known_id_numbers(indexes: Sequence[bytes]) -> set[bytes]:
    """Return those blind indexes of id numbers that stand in the pool already."""
    known: set[bytes] = set()
    for some in chunks(indexes, _LOOKUP):
        marks = ", ".join(["{}"] * len(some))
        rows = await run(
            f"SELECT id_number_index FROM expert WHERE id_number_index IN ({marks})",  # noqa: S608
            *some,
        )
        known.update(bytes(row["id_number_index"]) for row in rows)
    return known


def _held() -> str:
    """Return what makes a question hold its rows to the end of the act, where one must say so."""
    return " FOR UPDATE" if is_postgres() else ""  # SQLite has one writer at a time


async def hold_registrations() -> None:
    """Let one act register at a time, so that no person enters the pool twice at once."""
    if is_postgres():
        await run("SELECT pg_advisory_xact_lock(7310092)")


async def held_expert(ident: str) -> Any:
    """Return one expert's row, which nobody else changes until the act ends.

    Raises:
        RuleBroken: EXPERT_KNOWN.
    """
    return await expert(ident, _held())


async def expert(ident: str, held: str = "") -> Any:
    """Return one expert's row, sealed fields included.

    Raises:
        RuleBroken: EXPERT_KNOWN.
    """
    rows = await run(f"SELECT * FROM expert WHERE id = {{}}{held}", ident)  # noqa: S608
    if not rows:
        raise RuleBroken(EXPERT_KNOWN, needed="the id of an expert of this pool")
    return rows[0]


async def proposals(registered_by: str) -> AsyncIterator[list[Any]]:
    """Yield, and hold, the experts that one act registered and that wait, thousands at a time."""
    last = ""
    while True:
        rows = await run(
            "SELECT id, status, specialties, registrar, act FROM expert"  # noqa: S608
            f" WHERE act = {{}} AND status = {{}} AND id > {{}} ORDER BY id LIMIT {{}}{_held()}",
            registered_by,
            Status.PROPOSED.value,
            last,
            CHUNK,
        )
        if not rows:
            return
        last = rows[-1]["id"]
        yield rows


async def named(idents: Sequence[str]) -> AsyncIterator[list[Any]]:
    """Yield, and hold, the experts with these ids, in order of id, some hundreds at a time.

    Raises:
        RuleBroken: EXPERT_KNOWN, when one of them is not in the pool.
    """
    for some in chunks(sorted(set(idents)), _LOOKUP):
        marks = ", ".join(["{}"] * len(some))
        rows = await run(
            "SELECT id, status, specialties, registrar, act FROM expert"  # noqa: S608
            f" WHERE id IN ({marks}) ORDER BY id" + _held(),
            *some,
        )
        if len(rows) != len(some):
            unknown = sorted(set(some) - {row["id"] for row in rows})
            raise RuleBroken(
                EXPERT_KNOWN, needed="ids of experts of this pool", unknown=unknown[:10]
            )
        yield rows


async def detail(ident: str) -> ExpertDetail:
    """Return an expert with his history, without protected fields.

    Raises:
        RuleBroken: EXPERT_KNOWN.
    """
    row = await expert(ident)
    history = await run(
        "SELECT step, status, reason, at, act FROM standing_change WHERE expert = {} ORDER BY id",
        ident,
    )
    former = await run(
        "SELECT name, uscc, until FROM former_employer WHERE expert = {} ORDER BY id", ident
    )
    return ExpertDetail(
        view(row),
        [
            StandingView(one["step"], one["status"], one["reason"], to_text(one["at"]), one["act"])
            for one in history
        ],
        [FormerEmployerView(one["name"], one["uscc"], _day(one["until"])) for one in former],
    )


async def search(wanted: Search) -> Page[ExpertView]:
    """Return a page of the experts that meet all conditions given, in order of id.

    A specialty finds those admitted for exactly this code; a region, all who live in it.
    """
    conditions, values = _conditions(wanted)
    after = read_cursor(wanted.cursor, str)
    if after is not None:
        conditions.append("id > {}")
        values.append(after[0])
    where = " AND ".join(conditions) or "1 = 1"
    rows = await run(
        f"SELECT {_VIEW} FROM expert WHERE {where} ORDER BY id LIMIT {PAGE_LIMIT + 1}",  # noqa: S608
        *values,
    )
    return page_of([view(row) for row in rows], PAGE_LIMIT, attrgetter("id"))


def _conditions(wanted: Search) -> tuple[list[str], list[object]]:
    conditions: list[str] = []
    values: list[object] = []

    def demand(condition: str, *given: object) -> None:
        conditions.append(condition)
        values.extend(given)

    if wanted.id_number:
        demand("id_number_index = {}", id_number_index(wanted.id_number.strip().upper()))
    if wanted.phone:
        demand("phone_index = {}", phone_index(wanted.phone.strip()))
    if wanted.name:
        demand("name_index = {}", name_index(wanted.name))
    if wanted.specialty:
        demand(
            "EXISTS (SELECT 1 FROM expert_specialty s WHERE s.code = {} AND s.expert = expert.id)",
            wanted.specialty,
        )
    if is_region(wanted.region):
        demand("region >= {} AND region <= {}", *region_bounds(wanted.region))
    elif wanted.region:
        demand("region = {}", wanted.region)
    if wanted.status:
        demand("status = {}", wanted.status)
    if wanted.employer:
        plain = normalise_name(wanted.employer)
        demand("(employer_uscc = {} OR employer_plain = {})", plain, plain)
    if wanted.registered_by:
        demand("act = {}", wanted.registered_by)
    return conditions, values


def region_bounds(region: str) -> tuple[str, str]:
    """Return the lowest and the highest code within a region."""
    prefix = region_prefix(region)
    return prefix.ljust(6, "0"), prefix.ljust(6, "9")


def view(row: Any) -> ExpertView:
    """Return what lists show of an expert's row."""
    return ExpertView(
        id=row["id"],
        status=row["status"],
        employer_name=row["employer_name"],
        employer_uscc=row["employer_uscc"],
        region=row["region"],
        specialties=row["specialties"].split(","),
        title=row["title"],
        years=row["years"],
        birth_year=row["birth_year"],
        term_until=_day(row["term_until"]),
        trained_on=_day(row["trained_on"]),
        registered_at=to_text(row["registered_at"]),
        act=row["act"],
    )


def _day(day: Any) -> str:
    return day.isoformat() if day is not None else ""
