"""The pool that a service would draw from on a day, by row numbers instead of people."""

from collections.abc import Sequence
from datetime import date

from bidding.eligibility.queries import judge, load
from bidding.eligibility.rules import Conditions, Matching
from bidding.simulation.rules import Entrant, Stratum


async def pool(strata: Sequence[Stratum], on: date) -> list[Entrant]:
    """Return all who may be drawn for one of the strata on a day, whatever the case.

    Nobody is recused, since there is no case, and no name is opened: an expert is called by his
    row in the order of ids.

    Raises:
        RuleBroken: STRATUM_FORMED.
    """
    conditions = Conditions(on=on, lookback_years=0)
    places = [(stratum.specialty, stratum.region) for stratum in strata]
    pools = judge(await load(places, conditions), conditions)
    experts = {one.expert: one for each in pools for one in each.eligible}
    return [_entrant(row, experts[key]) for row, key in enumerate(sorted(experts), start=1)]


def _entrant(row: int, one: Matching) -> Entrant:
    return Entrant(f"row-{row:07d}", one.employer, one.region, one.specialties.split(","))
