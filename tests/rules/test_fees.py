"""What an expert is owed: time in steps, tax as it is withheld, nothing for who left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bidding.fee.rules import Worked, fees, withheld
from oversight.errors import RuleBroken
from oversight.rulebook.rules import edition

FIGURES = edition("P-2025").fee
NINE = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)


def stay(minutes, outcome="seated", line=0):
    return Worked("d", line, outcome, ((NINE, NINE + timedelta(minutes=minutes)),))


# Examples of the withholding table (国家税务总局公告2018年第61号, annex 2), in fen.
@pytest.mark.parametrize(
    ("gross", "tax"),
    [
        (0, 0),
        (80_000, 0),
        (80_001, 0),  # a fifth of a fen
        (200_000, 24_000),
        (400_000, 64_000),
        (400_001, 64_000),
        (1_000_000, 160_000),
        (2_500_000, 400_000),
        (3_000_000, 520_000),
        (6_250_000, 1_300_000),
        (10_000_000, 2_500_000),
    ],
)
def test_tax_is_withheld_as_the_table_says(gross, tax):
    assert withheld(gross, FIGURES) == tax


@pytest.mark.parametrize(
    ("minutes", "paid"), [(0, 0), (1, 30), (30, 30), (31, 60), (119, 120), (240, 240), (241, 270)]
)
def test_time_is_paid_in_steps_and_the_last_one_whole(minutes, paid):
    (one,) = fees([stay(minutes)], 20_000, {}, FIGURES)
    assert (one.minutes, one.paid_minutes, one.gross) == (minutes, paid, 20_000 * paid // 60)


def test_times_of_several_visits_are_added_before_they_are_rounded():
    hour = timedelta(hours=1)
    visits = ((NINE, NINE + timedelta(minutes=40)), (NINE + hour, NINE + timedelta(minutes=80)))
    (one,) = fees([Worked("d", 0, "seated", visits)], 20_000, {}, FIGURES)
    assert (one.minutes, one.paid_minutes) == (60, 60)


def test_travel_is_repaid_and_not_taxed():
    (one,) = fees([stay(600)], 20_000, {("d", 0): 35_050}, FIGURES)
    assert (one.gross, one.tax, one.travel) == (200_000, 24_000, 35_050)
    assert one.net == 200_000 - 24_000 + 35_050


@pytest.mark.parametrize("outcome", ["left", "removed"])
def test_who_left_or_was_removed_is_owed_nothing(outcome):
    (one,) = fees([stay(300, outcome)], 20_000, {}, FIGURES)
    assert (one.minutes, one.gross, one.tax, one.net, one.forfeit) == (300, 0, 0, 0, outcome)
    with pytest.raises(RuleBroken, match="travel_owed"):
        fees([stay(300, outcome)], 20_000, {("d", 0): 1}, FIGURES)


def test_travel_of_a_line_that_never_came_is_refused():
    with pytest.raises(RuleBroken, match="travel_owed") as caught:
        fees([stay(60)], 20_000, {("d", 7): 1}, FIGURES)
    assert caught.value.found == {"lines": [7]}
