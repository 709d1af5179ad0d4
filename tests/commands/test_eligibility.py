"""Who may be drawn for a stratum: what the pool says, sifted for one case."""

from __future__ import annotations

from datetime import date

import pytest
from pool import KEEPER, REVIEWER, csv_file, filled, people

from bidding.eligibility.queries import eligible, judge, load
from bidding.eligibility.rules import Conditions
from bidding.intake.commands import import_experts
from bidding.roster.commands import change_standing
from bidding.roster.queries import search
from bidding.roster.rules import Organisation, Step
from bidding.roster.schema import Search, StandingOrder
from oversight.errors import RuleBroken

DAY = date(2026, 3, 10)
CASE = Conditions(on=DAY, lookback_years=3)
WHERE = "410000"


def commonest(persons):
    """Return the specialty that most people claim, and these people."""
    codes = [code for one in persons for code in one.specialties]
    code = max(sorted(set(codes)), key=codes.count)
    return code, [one for one in persons if code in one.specialties]


async def the_expert(person):
    (found,) = (await search(Search(id_number=person.id_number))).items
    return found.id


async def test_the_admitted_of_a_specialty_are_eligible_with_their_names(house):
    await filled(house, 60)
    code, persons = commonest(people(60))
    ((experts, excluded),) = await eligible([(code, WHERE)], CASE)
    assert sorted((one.name, one.employer, one.region, one.specialties) for one in experts) == (
        sorted((one.name, one.employer.uscc, one.region, one.specialties) for one in persons)
    )
    assert excluded == []


async def test_the_proposed_match_nothing(house):
    await filled(house, 20)
    await filled_but_not_admitted(house)
    ((experts, excluded),) = await eligible([(commonest(people(20, "more"))[0], WHERE)], CASE)
    names = {one.name for one in people(20, "more")} - {one.name for one in people(20)}
    assert not names & {one.name for one in experts}
    assert excluded == []


async def filled_but_not_admitted(house):
    await import_experts(KEEPER, csv_file(20, "more"), house.occasion())


async def test_a_region_holds_all_regions_within_it(house):
    await filled(house, 60)
    code, persons = commonest(people(60))
    home = [one for one in persons if one.region.startswith("4109")]
    ((experts, _), (nobody, _)) = await eligible([(code, "410900"), (code, "110000")], CASE)
    assert len(experts) == len(home)
    assert nobody == []


async def test_the_suspended_are_excluded_with_their_ground(house):
    await filled(house, 40)
    code, persons = commonest(people(40))
    ident = await the_expert(persons[0])
    await change_standing(
        REVIEWER, ident, Step.SUSPEND, StandingOrder("investigation"), house.occasion()
    )
    ((experts, excluded),) = await eligible([(code, WHERE)], CASE)
    assert excluded == [(ident, "suspended")]
    assert len(experts) == len(persons) - 1


async def test_the_removed_are_not_even_listed(house):
    await filled(house, 40)
    code, persons = commonest(people(40))
    ident = await the_expert(persons[0])
    await change_standing(REVIEWER, ident, Step.REMOVE, StandingOrder("bribery"), house.occasion())
    ((experts, excluded),) = await eligible([(code, WHERE)], CASE)
    assert (len(experts), excluded) == (len(persons) - 1, [])


@pytest.mark.parametrize("known_by", ["code", "name"])
async def test_staff_of_a_party_to_the_case_are_excluded(house, known_by):
    await filled(house, 60)
    code, persons = commonest(people(60))
    employer = persons[0].employer
    party = Organisation(uscc=employer.uscc) if known_by == "code" else Organisation(employer.name)
    staff = [one for one in persons if one.employer == employer]
    case = Conditions(on=DAY, lookback_years=3, organisations=frozenset({party}))
    ((experts, excluded),) = await eligible([(code, WHERE)], case)
    assert {ground for _, ground in excluded} == {"employer-recused"}
    assert len(excluded) == len(staff)
    assert len(experts) == len(persons) - len(staff)


async def test_the_barred_are_excluded(house):
    await filled(house, 40)
    code, persons = commonest(people(40))
    ident = await the_expert(persons[0])
    ((_, excluded),) = await eligible(
        [(code, WHERE)], Conditions(on=DAY, lookback_years=3, barred=frozenset({ident}))
    )
    assert excluded == [(ident, "barred")]


async def test_loading_and_judging_can_be_taken_apart(house):
    await filled(house, 40)
    code, persons = commonest(people(40))
    loaded = await load([(code, WHERE)], CASE)
    (pool,) = judge(loaded, CASE)
    assert [one.expert for one in pool.eligible] == sorted(one.expert for one in pool.eligible)
    assert len(pool.eligible) == len(persons)


async def test_a_malformed_stratum_is_refused(house):
    with pytest.raises(RuleBroken, match="eligibility.stratum_formed"):
        await load([("a080104", "410900")], CASE)
