"""What is usual of an order, and when a departure from it needs its reason."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bidding.committee.rules import Body
from bidding.draw_order.rules import Window, check_regions, check_window
from oversight.errors import RuleBroken
from oversight.rulebook.rules import edition
from oversight.values.calendar import ANNOUNCED

TENDERING, PROCUREMENT = edition("T-2025"), edition("P-2025")
EVALUATION = date(2026, 3, 4)  # a Wednesday; it begins in Beijing at 16:00 UTC of the day before


def window(day, hour=0, body=Body.EVALUATION_COMMITTEE, evaluation=EVALUATION):
    return Window(datetime(2026, 3, day, hour, tzinfo=UTC), evaluation, body, ANNOUNCED)


@pytest.mark.parametrize("region", ["220000", "410000"])
def test_a_whole_province_needs_no_reason(region):
    assert check_regions([region], TENDERING, None) == []


@pytest.mark.parametrize("region", ["220800", "220822"])
def test_a_narrower_region_needs_a_coded_reason(region):
    with pytest.raises(RuleBroken, match="region_reasoned") as refused:
        check_regions(["220000", region], TENDERING, None)
    assert refused.value.found["narrow"] == [region]
    assert check_regions([region], TENDERING, "site-visit") == []
    with pytest.raises(RuleBroken, match="reason_known"):
        check_regions([region], TENDERING, "we-like-it")


def test_where_no_region_is_usual_none_needs_a_reason():
    assert check_regions(["220822"], edition("L-2025"), None) == []


@pytest.mark.parametrize(
    ("day", "hour", "early"), [(2, 15, True), (2, 16, False), (3, 23, False), (1, 0, True)]
)
def test_an_order_earlier_than_the_hours_before_the_evaluation_is_advised_against(day, hour, early):
    advice = ["draw_window_hours"] if early else []
    assert check_window(window(day, hour), TENDERING, None) == advice
    enforced = TENDERING.enforcing("draw_window_hours")
    assert check_window(window(day, hour), enforced, "preparation") == []
    if early:
        with pytest.raises(RuleBroken, match="window_reasoned"):
            check_window(window(day, hour), enforced, None)


@pytest.mark.parametrize(
    ("evaluation", "day", "early"),
    [
        (date(2026, 3, 4), 2, False),  # Monday for Wednesday
        (date(2026, 3, 5), 2, True),  # Monday for Thursday
        (date(2026, 3, 10), 6, False),  # Friday for Tuesday: a weekend lies between
        (date(2026, 3, 11), 6, True),
    ],
)
def test_working_days_before_the_evaluation_are_counted_as_worked(evaluation, day, early):
    advice = ["draw_window_workdays"] if early else []
    assert check_window(window(day, evaluation=evaluation), PROCUREMENT, None) == advice


def test_groups_that_negotiate_may_be_drawn_at_any_time():
    enforced = PROCUREMENT.enforcing("draw_window_workdays")
    early = window(1, evaluation=date(2026, 3, 20), body=Body.NEGOTIATION_GROUP)
    assert check_window(early, enforced, None) == []
    assert check_window(window(1, evaluation=date(2026, 3, 20)), enforced, "holidays") == []


def test_a_reason_that_is_none_of_the_codes_is_refused():
    with pytest.raises(RuleBroken, match="reason_known"):
        check_window(window(3), TENDERING, "because")
