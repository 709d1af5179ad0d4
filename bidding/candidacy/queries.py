"""The pool as one case meets it. Nothing is written."""

import asyncio
from collections.abc import Mapping
from datetime import date

from bidding.committee.queries import committee
from bidding.draw import queries as draws
from bidding.draw.rules import Case
from bidding.eligibility.queries import EligibleExpert, Loaded, barred, judge, load, with_names
from bidding.eligibility.rules import Conditions
from bidding.frequency.queries import services
from bidding.roster.rules import Organisation
from bidding.sealing.rules import Candidate
from bidding.supplement import queries as supplements
from bidding.supplement.rules import inherit
from oversight.rulebook.queries import edition_of_case

Pool = tuple[list[Candidate], list[tuple[str, str]]]  # eligible; excluded with their grounds


async def pool_of(case: Case, known: Mapping[str, Candidate]) -> list[Pool]:
    """Return, for each stratum, who may be drawn, and who matches but may not, with the ground.

    Inside an act this reads the act's own state. Names are opened here, for the seal alone. Whom
    a parent's roster holds is taken as it is `known` there, by expert.
    """
    conditions = await _conditions(case)
    loaded = await load(_strata(case), conditions)
    return await asyncio.to_thread(_judged, loaded, conditions, known)


async def eligible_counts(case: Case) -> list[int]:
    """Return, for each stratum of an order, how many may be drawn now. No name is opened."""
    conditions = await _conditions(case)
    loaded = await load(_strata(case), conditions)
    return [len(pool.eligible) for pool in await asyncio.to_thread(judge, loaded, conditions)]


def _strata(case: Case) -> list[tuple[str, str]]:
    parts = [stratum.partition("@") for stratum, _ in case.strata]
    return [(specialty, region) for specialty, _, region in parts]


def _judged(loaded: Loaded, conditions: Conditions, known: Mapping[str, Candidate]) -> list[Pool]:
    return [
        (inherit(map(_candidate, with_names(pool.eligible)), known, stratum), pool.excluded)
        for stratum, pool in zip(loaded.strata, judge(loaded, conditions), strict=True)
    ]


def _candidate(one: EligibleExpert) -> Candidate:
    return Candidate(one.expert, one.name, one.employer, one.region, list(one.specialties))


async def _conditions(case: Case) -> Conditions:
    """Return what the case asks of its experts, as it was ordered.

    A draw ends under the edition that it began under, though that may be in force no more.
    """
    said = await draws.conditions(case.id)
    rulebook = edition_of_case(case.rulebook)
    pool = rulebook.pool
    limited = rulebook.hard("expert_draws_max") and pool.draws_period_days is not None
    return Conditions(
        on=said.on,
        organisations=frozenset(Organisation(one.name, one.uscc) for one in said.organisations),
        subjects=frozenset({case.subject, (await committee(case.subject)).tender}),
        lookback_years=pool.lookback_years,
        age_max=pool.age_below if rulebook.hard("expert_age_below") else None,
        frequency_max=pool.draws_max if limited else None,
        services=await _services(case, said.on, pool.draws_period_days) if limited else {},
        barred=await barred(),
    )


async def _services(case: Case, on: date, days: int | None) -> Mapping[str, int]:
    """Return the services that count against an expert; the case's own draws do not."""
    assert days is not None, "a limit has its period"
    line = await supplements.lineage(case)
    return await services(on, days, [case.id, *(one.id for one in line)])
