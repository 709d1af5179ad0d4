"""Legal days and working days, over the holidays that the State Council announced."""

from datetime import date

import pytest

from oversight.errors import RuleBroken
from oversight.values.calendar import (
    ANNOUNCED,
    LastDay,
    LegalDays,
    WorkingDays,
    with_announcements,
)

NEXT_YEAR = """
[2027]
holidays = [2026-12-31, 2027-01-01, 2027-01-02, 2027-01-03]
workdays = [2026-12-27]
"""


def test_the_starting_day_does_not_count():
    assert ANNOUNCED.add(date(2026, 3, 2), LegalDays(1)) == date(2026, 3, 3)
    assert ANNOUNCED.add(date(2026, 3, 2), WorkingDays(1)) == date(2026, 3, 3)


def test_a_last_day_in_a_holiday_moves_to_the_day_after_it():
    # National Day 2026 is off from 1 to 7 October.
    assert ANNOUNCED.add(date(2026, 9, 25), LegalDays(7)) == date(2026, 10, 8)


def test_a_holiday_in_the_middle_of_legal_days_moves_nothing():
    assert ANNOUNCED.add(date(2026, 9, 28), LegalDays(20)) == date(2026, 10, 18)


def test_a_plain_weekend_moves_the_last_day_under_the_wider_reading_only():
    saturday = date(2026, 3, 14)
    assert ANNOUNCED.add(date(2026, 3, 9), LegalDays(5)) == saturday
    assert ANNOUNCED.add(date(2026, 3, 9), LegalDays(5), LastDay.REST) == date(2026, 3, 16)


def test_working_days_count_a_made_up_sunday_and_skip_the_holiday():
    # Sunday, 20 September 2026 is worked; 25 to 27 September are off.
    assert ANNOUNCED.is_working_day(date(2026, 9, 20))
    assert ANNOUNCED.add(date(2026, 9, 18), WorkingDays(6)) == date(2026, 9, 28)


def test_a_weekday_given_off_is_no_working_day():
    assert date(2026, 10, 7).weekday() == 2
    assert not ANNOUNCED.is_working_day(date(2026, 10, 7))


def test_a_year_that_is_not_announced_is_refused_not_guessed():
    for period in (LegalDays(60), WorkingDays(40)):
        with pytest.raises(RuleBroken, match=r"calendar\.announced") as refusal:
            ANNOUNCED.add(date(2026, 11, 21), period)
        assert refusal.value.found["year"] == 2027
    with pytest.raises(RuleBroken, match=r"calendar\.announced"):
        ANNOUNCED.is_holiday(date(2003, 5, 1))


def test_the_last_week_of_a_year_hangs_on_the_next_announcement():
    assert ANNOUNCED.is_working_day(date(2026, 12, 24))
    with pytest.raises(RuleBroken, match=r"calendar\.announced"):
        ANNOUNCED.is_working_day(date(2026, 12, 25))


def test_a_calendar_file_adds_the_year_and_what_it_moves_before_it():
    calendar = with_announcements(ANNOUNCED, NEXT_YEAR)
    assert calendar.add(date(2026, 12, 25), WorkingDays(1)) == date(2026, 12, 27)
    assert calendar.add(date(2026, 12, 30), WorkingDays(1)) == date(2027, 1, 4)
    assert calendar.add(date(2026, 12, 24), LegalDays(7)) == date(2027, 1, 4)


def test_a_version_stands_for_the_tables():
    calendar = with_announcements(ANNOUNCED, NEXT_YEAR)
    assert calendar.version.startswith("cn-2027-")
    assert calendar.version != ANNOUNCED.version
    assert calendar.version == with_announcements(ANNOUNCED, NEXT_YEAR + "# again").version


@pytest.mark.parametrize(
    "text",
    ["not toml", "[2027]\nholidays = [2027-01-01]", "[soon]\nholidays = []\nworkdays = []",
     "[2027]\nholidays = [2027-01-01]\nworkdays = []\nother = 1",
     "[2027]\nholidays = [2028-01-01, 2027-01-01]\nworkdays = []",
     "[2027]\nholidays = [2027-01-01, 2027-01-02]\nworkdays = [2027-01-02]",
     "[2027]\nholidays = [2027-01-01]\nworkdays = [2027-01-04]",
     "[2027]\nholidays = []\nworkdays = []", "2027 = 5"],
)  # fmt: skip
def test_a_calendar_file_that_cannot_be_meant_is_refused(text):
    with pytest.raises(RuleBroken, match=r"calendar\.readable"):
        with_announcements(ANNOUNCED, text)


def test_the_two_kinds_of_days_are_not_the_same_value():
    assert LegalDays(5) != WorkingDays(5)
