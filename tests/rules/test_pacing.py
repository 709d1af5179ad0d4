"""When an invitation is tried again, and what is enough to call a line unreachable."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from bidding.contact.rules import State, check_calm, check_within_seats, to_invite
from bidding.pacing.rules import (
    COUNTED,
    Deed,
    Outcome,
    Pace,
    Plan,
    Try,
    check_early,
    check_used_up,
    due_now,
    in_hours,
    missed_windows,
    next_deed,
    pace_at,
    plan_of,
)
from oversight.errors import RuleBroken
from oversight.rulebook.rules import EDITIONS, edition
from oversight.values.instants import SHANGHAI

MINUTE = timedelta(minutes=1)
PLAN = Plan(("message", "voice", "voice"), 10 * MINUTE, 30 * MINUTE, 8, 21)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)


def tried(number, outcome, made=None, ended=None):
    made = made or NINE + (number - 1) * PLAN.pause
    ended = None if outcome is None else ended or made + MINUTE
    return Try(number, "voice", made, outcome, ended)


def history(*outcomes):
    return [tried(number, outcome) for number, outcome in enumerate(outcomes, 1)]


def test_the_first_try_is_due_at_once_within_the_hours_of_the_day():
    following = next_deed(PLAN, NINE, [])
    assert (following.deed, following.at, following.channel) == (Deed.RING, NINE, "message")


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(7, (2, 8)), (8, (2, 8)), (20, (2, 20)), (21, (3, 8)), (23, (3, 8)), (0, (2, 8))],
)
def test_nobody_is_rung_outside_the_hours_of_the_day_in_shanghai(hour, expected):
    found = in_hours(PLAN, datetime(2026, 3, 2, hour, 0, tzinfo=SHANGHAI).astimezone(UTC))
    assert (found.astimezone(SHANGHAI).day, found.astimezone(SHANGHAI).hour) == expected


def test_tries_keep_the_editions_pause_and_follow_its_channels():
    following = next_deed(PLAN, NINE, history(Outcome.NO_ANSWER))
    assert (following.deed, following.channel) == (Deed.RING, "voice")
    assert following.at == NINE + PLAN.pause


def test_a_try_of_which_nothing_is_heard_is_lost_after_the_window():
    following = next_deed(PLAN, NINE, history(None))
    assert (following.deed, following.at) == (Deed.LOSE, NINE + PLAN.window)


def test_a_silent_gateway_makes_nobody_unreachable():
    for count in range(1, 30):
        assert next_deed(PLAN, NINE, history(*[Outcome.LOST] * count)).deed is Deed.RING


def test_three_calls_in_vain_are_enough_at_once():
    following = next_deed(PLAN, NINE, history(*[Outcome.NO_ANSWER] * 3))
    assert following.deed is Deed.GIVE_UP
    assert following.at == NINE + 2 * PLAN.pause + MINUTE


def test_after_a_delivered_try_the_whole_window_is_waited_for():
    tries = history(Outcome.NO_ANSWER, Outcome.DELIVERED, Outcome.NO_ANSWER)
    following = next_deed(PLAN, NINE, tries)
    assert following.at == tries[1].ended_at + PLAN.window
    assert due_now(following, following.at - timedelta(seconds=1)) is Deed.WAIT
    assert due_now(following, following.at) is Deed.GIVE_UP


def test_giving_up_is_lawful_exactly_when_the_clock_would_do_it():
    outcomes = [*Outcome, None]
    for count in range(5):
        for told in itertools.product(outcomes, repeat=count):
            tries, later = history(*told), NINE + timedelta(hours=3)
            lawful = due_now(next_deed(PLAN, NINE, tries), later) is Deed.GIVE_UP
            enough = sum(one in COUNTED for one in told) >= len(PLAN.channels)
            assert lawful == (enough and told[-1] is not None)
            if lawful:
                check_used_up(PLAN, NINE, tries, later)
            else:
                with pytest.raises(RuleBroken, match=r"contact\.tries_used_up"):
                    check_used_up(PLAN, NINE, tries, later)


@pytest.mark.parametrize(
    ("told", "minutes", "missing"),
    [
        ((), 0, "3 more tries"),
        ((Outcome.NO_ANSWER,), 1, "2 more tries"),
        ((Outcome.NO_ANSWER, None), 12, "report of the try that is under way"),
        ((Outcome.DELIVERED,) * 3, 25, "without an answer"),
    ],
)
def test_the_refusal_says_what_is_still_missing(told, minutes, missing):
    with pytest.raises(RuleBroken) as refusal:
        check_used_up(PLAN, NINE, history(*told), NINE + minutes * MINUTE)
    assert missing in refusal.value.needed


def test_on_the_day_itself_an_invitation_is_expedited():
    starts = datetime(2026, 3, 4, 9, 0, tzinfo=SHANGHAI)
    assert pace_at(datetime(2026, 3, 3, 15, 59, tzinfo=UTC), starts) is Pace.USUAL
    assert pace_at(datetime(2026, 3, 3, 16, 0, tzinfo=UTC), starts) is Pace.EXPEDITED
    usual, fast = (plan_of(edition("T-2025").contact, pace) for pace in Pace)
    assert fast.pause < usual.pause
    assert fast.window < usual.window
    assert in_hours(fast, starts.replace(hour=5)).hour == 5


@pytest.mark.parametrize("held", EDITIONS.values(), ids=lambda held: held.name)
def test_every_edition_can_reach_an_end_and_tells_no_project(held):
    for pace in Pace:
        plan = plan_of(held.contact, pace)
        assert plan.channels
        assert set(plan.channels) <= {"voice", "message"}
        assert plan.pause > timedelta()
        assert plan.window > timedelta()
    assert set(held.contact.tells) <= {"day", "hour", "hours", "region"}


def test_it_is_too_early_beyond_the_editions_hours_or_working_days():
    tendering, procurement = edition("T-2025").contact, edition("P-2025").contact
    starts = NINE + timedelta(hours=24)
    assert missed_windows(tendering, NINE, starts, True) == []
    assert missed_windows(tendering, NINE, starts + MINUTE, True) == ["draw_window_hours"]
    assert missed_windows(procurement, NINE, starts, False) == ["draw_window_workdays"]
    assert missed_windows(procurement, NINE, starts, True) == []
    check_early([], starts)
    with pytest.raises(RuleBroken, match=r"contact\.not_too_early"):
        check_early(["draw_window_hours"], starts)


def test_invitations_never_exceed_the_seats_nor_leave_them():
    seated = {0: 0, 1: 0, 4: 1}
    check_within_seats([2, 1], seated, [0, 1, 4])
    for wrong in ([0, 0], [0, 1, 2], [3]):
        with pytest.raises(RuleBroken, match=r"contact\.within_seats"):
            check_within_seats([2, 1], seated, wrong)
    with pytest.raises(RuleBroken, match=r"contact\.within_seats"):
        check_within_seats([1, 1], seated, [0, 1])


def test_a_line_is_invited_when_it_holds_a_seat_in_effect_and_nothing_is_said_of_it():
    states = {0: State.OPEN, 1: State.ACCEPTED, 2: State.DECLINED, 3: State.UNREACHED}
    assert to_invite([0, 1, 2, 3, 4, 5], 5, states, {3}) == [2, 4]


def test_ten_wrong_secrets_in_a_quarter_of_an_hour_are_enough():
    check_calm(9, NINE, NINE)
    check_calm(10, NINE, NINE + timedelta(minutes=15))
    with pytest.raises(RuleBroken, match=r"contact\.answers_calm"):
        check_calm(10, NINE, NINE + timedelta(minutes=14))
