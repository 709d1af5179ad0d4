"""Each ground that leaves an expert out of a draw, and their order."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from bidding.eligibility.rules import (
    GROUNDS,
    Conditions,
    Hindrances,
    Matching,
    first_ground,
    sift,
    stratum_id,
    years_before,
)
from bidding.recusal.rules import (
    Against,
    check_period,
    organisation_keys,
    read_against,
    read_ground,
)
from bidding.roster.rules import Organisation
from oversight.errors import RuleBroken

DAY = date(2026, 3, 10)
EXPERT = Matching("e1", False, b"", "甲公司", "91X", "410922", "A08", 1970, "2026-12-31")
FREE = Conditions(on=DAY, lookback_years=3), Hindrances()
HINDERED = {
    "suspended": (replace(EXPERT, suspended=True), *FREE),
    "barred": (
        EXPERT,
        Conditions(on=DAY, lookback_years=3, barred=frozenset({"e1"})),
        Hindrances(),
    ),
    "term-expired": (replace(EXPERT, term_until="2026-03-09"), *FREE),
    "over-age": (EXPERT, Conditions(on=DAY, lookback_years=3, age_max=56), Hindrances()),
    "unavailable": (EXPERT, FREE[0], Hindrances(unavailable=frozenset({"e1"}))),
    "recused": (EXPERT, FREE[0], Hindrances(recused=frozenset({"e1"}))),
    "employer-recused": (EXPERT, FREE[0], Hindrances(parties=frozenset({"甲公司"}))),
    "over-frequency": (
        EXPERT,
        Conditions(on=DAY, lookback_years=3, frequency_max=2, services={"e1": 2}),
        Hindrances(),
    ),
}


def test_an_expert_whom_nothing_hinders_is_eligible():
    assert first_ground(EXPERT, *FREE) == ""


@pytest.mark.parametrize("ground", GROUNDS)
def test_each_ground_excludes_under_its_own_code(ground):
    assert first_ground(*HINDERED[ground]) == ground


def test_the_first_ground_that_applies_is_the_one_given():
    everything = Hindrances(frozenset({"e1"}), frozenset({"e1"}), frozenset({"e1"}))
    assert first_ground(EXPERT, FREE[0], everything) == "unavailable"


@pytest.mark.parametrize(
    ("changes", "conditions"),
    [
        ({"term_until": "2026-03-10"}, Conditions(on=DAY, lookback_years=3)),  # the last day counts
        ({"term_until": ""}, Conditions(on=DAY, lookback_years=3)),
        ({}, Conditions(on=DAY, lookback_years=3, age_max=57)),
        ({}, Conditions(on=DAY, lookback_years=3, frequency_max=2, services={"e1": 1})),
        ({}, Conditions(on=DAY, lookback_years=3, services={"e1": 99})),  # no limit in the edition
    ],
)
def test_at_the_edge_an_expert_is_still_eligible(changes, conditions):
    assert first_ground(replace(EXPERT, **changes), conditions, Hindrances()) == ""


@pytest.mark.parametrize("party", [Organisation("甲 公司"), Organisation(uscc="91X")])
def test_an_employer_is_met_by_code_or_by_name_however_it_is_spaced(party):
    keys = organisation_keys(frozenset({party}))
    assert first_ground(EXPERT, FREE[0], Hindrances(parties=keys)) == "employer-recused"


def test_an_organisation_without_code_matches_no_empty_code():
    unknown = replace(EXPERT, employer_uscc="", employer_plain="乙")
    keys = organisation_keys(frozenset({Organisation("甲公司")}))
    assert first_ground(unknown, FREE[0], Hindrances(parties=keys)) == ""


def test_exclusions_are_sorted_and_the_eligible_keep_their_order():
    second = replace(EXPERT, expert="e0", suspended=True)
    third = replace(EXPERT, expert="e2")
    eligible, excluded = sift([third, EXPERT, second], Conditions(DAY, 3, age_max=57), Hindrances())
    assert [one.expert for one in eligible] == ["e2", "e1"]
    assert excluded == [("e0", "suspended")]


def test_the_look_back_of_a_leap_day_is_the_last_of_february():
    assert years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)


def test_a_stratum_is_named_as_the_draw_names_it():
    assert stratum_id("A080104", "410900") == "A080104@410900"


@pytest.mark.parametrize(
    "against",
    [
        Against(),
        Against(uscc="91110000600037341L", subject="x"),
        Against(uscc="91110000600037341X"),
    ],
)
def test_a_recusal_against_nobody_or_both_or_a_wrong_code_is_refused(against):
    with pytest.raises(RuleBroken, match="recusal.against_named"):
        read_against(against)


def test_a_recusal_ground_is_one_that_the_law_names():
    assert read_ground("economic-interest") == "economic-interest"
    with pytest.raises(RuleBroken, match="recusal.ground_typed"):
        read_ground("dislike")


@pytest.mark.parametrize(
    ("begins", "ends"),
    [("2026-03-11", "2026-03-10"), ("2026-01-01", "2026-03-09"), ("2026-03-10", "2029-06-01")],
)
def test_an_absence_that_makes_no_sense_is_refused(begins, ends):
    with pytest.raises(RuleBroken, match="recusal.period_sound"):
        check_period(date.fromisoformat(begins), date.fromisoformat(ends), DAY)
