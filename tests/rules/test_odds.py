"""Tails of distributions against published tables and against counting everything."""

from fractions import Fraction
from itertools import combinations, product
from math import comb

import pytest

from bidding.odds.rules import (
    chi_square_tails,
    holm,
    hypergeometric_upper,
    normal_tails,
    occurrences_tails,
    runs_tails,
)

# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4, "Critical Values of the Chi-Square
# Distribution": degrees of freedom, probability of exceeding, critical value.
UPPER = [
    (1, 0.10, 2.706), (1, 0.05, 3.841), (1, 0.01, 6.635), (1, 0.001, 10.828),
    (2, 0.05, 5.991), (5, 0.05, 11.070), (5, 0.001, 20.515), (10, 0.10, 15.987),
    (10, 0.05, 18.307), (10, 0.01, 23.209), (10, 0.001, 29.588), (30, 0.05, 43.773),
    (50, 0.01, 76.154), (100, 0.10, 118.498), (100, 0.05, 124.342), (100, 0.001, 149.449),
]  # fmt: skip
LOWER = [(1, 0.05, 0.004), (5, 0.05, 1.145), (10, 0.05, 3.940), (10, 0.01, 2.558),
         (100, 0.05, 77.929), (100, 0.001, 61.918)]  # fmt: skip


@pytest.mark.parametrize(("freedom", "chance", "value"), UPPER)
def test_the_upper_tail_of_chi_square_is_the_published_table(freedom, chance, value):
    slack = chance * 0.005  # the table gives three decimals
    assert chi_square_tails(value, freedom).upper == pytest.approx(chance, abs=slack)


@pytest.mark.parametrize(("freedom", "chance", "value"), LOWER)
def test_the_lower_tail_of_chi_square_is_the_published_table(freedom, chance, value):
    edge = [chi_square_tails(value + shift, freedom).lower for shift in (-0.0005, 0.0005)]
    assert edge[0] <= chance <= edge[1]


def test_two_degrees_of_freedom_are_an_exponential_exactly():
    from math import exp

    for found in (0.1, 1.0, 3.9, 4.1, 20.0, 300.0):
        assert chi_square_tails(found, 2).upper == pytest.approx(exp(-found / 2), rel=1e-12)


def test_very_many_degrees_of_freedom_are_nearly_normal():
    freedom = 5_000_000
    for sigmas in (-3, 0, 3):
        found = chi_square_tails(freedom + sigmas * (2 * freedom) ** 0.5, freedom)
        assert found.upper == pytest.approx(normal_tails(sigmas).upper, rel=0.02)
        assert found.lower + found.upper == pytest.approx(1)


def test_nothing_found_leaves_the_whole_upper_tail():
    assert chi_square_tails(0, 7) == chi_square_tails(0.0, 3)
    assert chi_square_tails(0, 7).upper == 1


def test_the_normal_tails_are_the_published_table():
    # The same handbook, 1.3.6.7.1: the area from 0 to 1.96 is 0.47500, to 3.00 it is 0.49865.
    assert normal_tails(1.96).upper == pytest.approx(0.5 - 0.47500, abs=5e-6)
    assert normal_tails(-3).lower == pytest.approx(0.5 - 0.49865, abs=5e-6)


@pytest.mark.parametrize(
    ("population", "marked", "taken"), [(6, 2, 3), (7, 0, 3), (7, 7, 2), (8, 5, 6), (5, 3, 0)]
)
def test_the_hypergeometric_tail_is_what_counting_every_choice_gives(population, marked, taken):
    choices = list(combinations(range(population), taken))
    for found in range(-1, population + 2):
        hits = sum(sum(one < marked for one in choice) >= found for choice in choices)
        assert hypergeometric_upper(found, population, marked, taken) == Fraction(
            hits, len(choices)
        )


def test_the_hypergeometric_tail_is_exact_where_floats_would_not_be():
    # Fisher's lady tasting tea (The Design of Experiments, 1935): all four of four, in 1 of 70.
    assert hypergeometric_upper(4, 8, 4, 4) == Fraction(1, 70)
    assert hypergeometric_upper(500, 1000, 500, 500) == Fraction(1, comb(1000, 500))


def test_the_tails_of_unequal_odds_are_what_counting_every_outcome_gives():
    odds = [0.5, 0.25, 0.125, 1.0, 0.0]
    weights = [0.0] * (len(odds) + 1)
    for outcome in product((0, 1), repeat=len(odds)):
        weight = 1.0
        for happens, chance in zip(outcome, odds, strict=True):
            weight *= chance if happens else 1 - chance
        weights[sum(outcome)] += weight
    for found in range(len(odds) + 1):
        tails = occurrences_tails(odds, found)
        assert tails.lower == pytest.approx(sum(weights[: found + 1]), abs=1e-15)
        assert tails.upper == pytest.approx(sum(weights[found:]), abs=1e-15)


def test_equal_odds_are_the_binomial_distribution():
    assert occurrences_tails([0.5] * 10, 10).upper == pytest.approx(2**-10)
    assert occurrences_tails([0.5] * 10, 0).lower == pytest.approx(2**-10)
    assert occurrences_tails([], 0).both == 1


def test_runs_are_judged_by_mean_and_variance_of_wald_and_wolfowitz():
    # Five and five: mean 6, variance 2·25·40/(100·9) = 20/9.
    assert runs_tails(6, 5, 5).upper == 0.5
    assert runs_tails(9, 5, 5).upper == pytest.approx(normal_tails(3 / (20 / 9) ** 0.5).upper)
    assert runs_tails(2, 500, 500).lower < 1e-100
    assert runs_tails(2, 1, 1).both == 1


def test_holm_multiplies_the_least_by_all_and_never_changes_the_order():
    # Holm (1979): the smallest of four counts four times, the next three times, and so on.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
