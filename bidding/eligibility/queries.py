"""Who may be drawn: the pool read at the driver's speed, then sifted by the pure rule.

Loading, opening names and sifting are three calls, so that each can be measured apart:

    loaded = await load([("A080104", "410900")], conditions)      database
    (pool,) = judge(loaded, conditions)                           pure
    names = open_names(pool.eligible)                             decryption
"""

from collections.abc import Sequence

import msgspec

from bidding.classification.rules import is_region, is_specialty
from bidding.eligibility.rules import (
    STRATUM_FORMED,
    Conditions,
    Hindrances,
    Matching,
    sift,
    years_before,
)
from bidding.recusal.rules import organisation_keys
from bidding.roster.queries import region_bounds
from bidding.roster.rules import DECIDED_SUSPENSIONS, Status
from oversight.database import chunks, reading, run
from oversight.errors import RuleBroken
from oversight.keys.directory import ring

CHUNK = 20_000  # rows fetched at once
_LOOKUP = 500  # values in one list of a statement

_MATCHING = (
    "SELECT e.id, e.status, e.sealed_name, e.employer_plain, e.employer_uscc, e.region,"
    " e.specialties, e.birth_year, e.term_until"
    " FROM expert_specialty s JOIN expert e ON e.id = s.expert"
    " WHERE s.code = {} AND s.expert > {} AND e.region >= {} AND e.region <= {}"
    " AND e.status IN ('admitted', 'suspended')"
    " ORDER BY s.expert LIMIT {}"
)


_BARRED = (
    "SELECT e.id AS expert FROM expert e WHERE e.status = 'suspended' AND (SELECT c.reason"
    " FROM standing_change c WHERE c.expert = e.id ORDER BY c.id DESC LIMIT 1) IN ({marks})"
)


class Loaded(msgspec.Struct, frozen=True):
    """What the pool says about a case: who matches each stratum, and who is hindered."""

    strata: tuple[tuple[str, str], ...]  # (specialty, region) in the order asked
    matching: tuple[list[Matching], ...]  # by stratum, in order of id
    hindrances: Hindrances


class StratumPool(msgspec.Struct, frozen=True):
    """One stratum's experts."""

    specialty: str
    region: str
    eligible: list[Matching]  # in order of id
    excluded: list[tuple[str, str]]  # (expert id, ground), sorted


class EligibleExpert(msgspec.Struct, frozen=True, gc=False):
    """An expert as draw.md commits to him: `identity` {"expert","name"}, `attributes` the rest."""

    expert: str
    name: str
    employer: str  # code, else plain name
    region: str
    specialties: tuple[str, ...]  # all admitted, in code point order


async def eligible(
    strata: Sequence[tuple[str, str]], conditions: Conditions
) -> list[tuple[list[EligibleExpert], list[tuple[str, str]]]]:
    """Return for each stratum (specialty, region) its eligible experts, and the excluded with
    their coded grounds.

    Inside an act this reads the act's own state; a draw's seal begins its act with `snapshot`.

    Raises:
        RuleBroken: STRATUM_FORMED.
    """
    pools = judge(await load(strata, conditions), conditions)
    return [(with_names(pool.eligible), pool.excluded) for pool in pools]


async def load(strata: Sequence[tuple[str, str]], conditions: Conditions) -> Loaded:
    """Return what the pool says about a case, read as one state.

    Raises:
        RuleBroken: STRATUM_FORMED, when a specialty or a region has not the form of a code.
    """
    for specialty, region in strata:
        if not is_specialty(specialty) or not is_region(region):
            raise RuleBroken(
                STRATUM_FORMED,
                needed="codes of the form of their lists",
                specialty=specialty,
                region=region,
            )
    async with reading():
        matching = [await _matching(specialty, region) for specialty, region in strata]
        return Loaded(tuple(strata), tuple(matching), await _hindrances(conditions))


async def barred() -> frozenset[str]:
    """Return the ids of experts under a bar in force: a decision against them, not their wish.

    Every seal asks here, and nowhere else. The decisions that the pool itself keeps are its
    suspensions for a cause; they last until the expert is resumed.
    """
    return frozenset(await _experts(_BARRED, sorted(DECIDED_SUSPENSIONS)))


def judge(loaded: Loaded, conditions: Conditions) -> list[StratumPool]:
    """Return each stratum's eligible and excluded experts: pure work on what was loaded."""
    return [
        StratumPool(specialty, region, *sift(matching, conditions, loaded.hindrances))
        for (specialty, region), matching in zip(loaded.strata, loaded.matching, strict=True)
    ]


def open_names(experts: Sequence[Matching]) -> list[str]:
    """Return the experts' names in order: decryption only."""
    contexts = [f"expert/name/{one.expert}" for one in experts]
    plain = ring().fields.open_many([one.sealed_name for one in experts], contexts)
    return [name.decode() for name in plain]


def with_names(experts: Sequence[Matching]) -> list[EligibleExpert]:
    """Return the experts as the draw commits to them."""
    return [
        EligibleExpert(
            one.expert, name, one.employer, one.region, tuple(one.specialties.split(","))
        )
        for one, name in zip(experts, open_names(experts), strict=True)
    ]


async def _matching(specialty: str, region: str) -> list[Matching]:
    low, high = region_bounds(region)
    found: list[Matching] = []
    last = ""
    while True:
        rows = await run(_MATCHING, specialty, last, low, high, CHUNK)
        found.extend(
            Matching(
                row["id"],
                row["status"] == Status.SUSPENDED,
                row["sealed_name"],
                row["employer_plain"],
                row["employer_uscc"],
                row["region"],
                row["specialties"],
                row["birth_year"],
                row["term_until"].isoformat() if row["term_until"] is not None else "",
            )
            for row in rows
        )
        if len(rows) < CHUNK:
            return found
        last = rows[-1]["id"]


async def _hindrances(conditions: Conditions) -> Hindrances:
    parties = organisation_keys(conditions.organisations)
    since = years_before(conditions.on, conditions.lookback_years)
    recused = await _experts(
        "SELECT expert FROM recusal WHERE lifted_at IS NULL AND subject IN ({marks})",
        sorted(conditions.subjects),
    )
    for column in ("uscc", "plain"):
        recused |= await _experts(
            f"SELECT expert FROM recusal WHERE lifted_at IS NULL AND {column} IN ({{marks}})",  # noqa: S608
            sorted(parties),
        )
    former: set[str] = set()
    for column in ("uscc", "plain"):
        former |= await _experts(
            f"SELECT expert FROM former_employer WHERE {column} IN ({{marks}})"  # noqa: S608
            " AND (until IS NULL OR until >= {})",
            sorted(parties),
            since,
        )
    away = await run(
        "SELECT expert FROM absence WHERE lifted_at IS NULL AND begins <= {} AND ends >= {}",
        conditions.on,
        conditions.on,
    )
    return Hindrances(
        frozenset(row["expert"] for row in away), frozenset(recused), frozenset(former), parties
    )


async def _experts(sql: str, values: Sequence[str], *further: object) -> set[str]:
    """Return the experts found for any of the values, some hundreds of them at a time."""
    found: set[str] = set()
    for some in chunks(values, _LOOKUP):
        marked = sql.replace("{marks}", ", ".join(["{}"] * len(some)))
        found.update(row["expert"] for row in await run(marked, *some, *further))
    return found
