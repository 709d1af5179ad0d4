"""What each post may do next, when somebody is late, and what a clerk is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bidding.ceremony.rules import GOES_ON, TASKS, Day, check_head, outlook
from bidding.closing.rules import State
from bidding.sign_in.rules import (
    TOLD_FOR,
    WRONG,
    Cause,
    Guest,
    Told,
    absent_from,
    late_from,
    obstacle,
    proposed_for,
)
from oversight.errors import RuleBroken
from oversight.rulebook.rules import EDITIONS

NINE = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
FIGURES = EDITIONS["T-2025"].sign_in
POSTS = ("applicant", "operator", "supervisor")


def guest(**changes):
    told = {
        "draw": "d", "line": 3, "representative": "", "site": "home", "party": "center",
        "room": "3", "late_at": NINE + timedelta(minutes=15), "inside": False, "waiting": False,
    }  # fmt: skip
    return Guest(**(told | changes))


def test_who_was_invited_long_before_is_late_by_the_clock_on_the_wall():
    at = late_from(NINE, NINE - timedelta(days=1), FIGURES)
    assert at == NINE + timedelta(minutes=15)
    assert absent_from(at, FIGURES) == NINE + timedelta(minutes=45)


def test_who_was_invited_on_the_day_has_time_to_come():
    invited = NINE + timedelta(minutes=10)
    assert late_from(NINE, invited, FIGURES) == invited + timedelta(minutes=120)


@pytest.mark.parametrize(
    ("shown", "cause"),
    [
        ((None, True, "center", 0, False), Cause.UNKNOWN),
        ((guest(), False, "center", 0, False), Cause.ANOTHER_PERSON),
        ((guest(inside=True), True, "center", 0, False), Cause.AGAIN),
        ((guest(), True, "guest", 0, False), Cause.OTHER_SITE),
        ((guest(waiting=True), True, "center", 0, False), Cause.WAITING),
        ((guest(), True, "center", 15, False), Cause.LATE),
        ((guest(), True, "center", 15, True), None),
        ((guest(), True, "center", 14, False), None),
        ((guest(line=None, late_at=None), True, "center", 300, False), None),
    ],
)
def test_a_card_opens_the_door_unless_something_stands_in_the_way(shown, cause):
    who, own, party, minutes, excused = shown
    assert obstacle(who, own, party, NINE + timedelta(minutes=minutes), excused) is cause


def test_only_a_free_line_gets_a_proposal_and_only_for_its_own_causes():
    assert proposed_for(Cause.ANOTHER_PERSON, guest()) == "identity-failed"
    assert proposed_for(Cause.LATE, guest()) == "late"
    for held in (None, guest(line=None), guest(waiting=True), guest(inside=True)):
        assert proposed_for(Cause.ANOTHER_PERSON, held) == ""
    for cause in set(Cause) - {Cause.ANOTHER_PERSON, Cause.LATE}:
        assert proposed_for(cause, guest()) == ""


def test_a_wrong_bearer_is_told_what_a_stranger_is_told():
    assert TOLD_FOR[Cause.UNKNOWN] is TOLD_FOR[Cause.ANOTHER_PERSON] is Told.NO
    assert set(TOLD_FOR) == set(Cause)
    assert Told.YES not in TOLD_FOR.values()


def test_every_answer_that_tells_a_prober_something_is_counted():
    told_something = {cause for cause in Cause if TOLD_FOR[cause] in (Told.AGAIN, Told.OTHER_SITE)}
    assert told_something | {Cause.UNKNOWN, Cause.ANOTHER_PERSON} == WRONG


@pytest.mark.parametrize("post", POSTS)
@pytest.mark.parametrize("state", State)
def test_what_is_done_is_not_waited_for_and_nothing_is_ready_when_it_is_over(post, state):
    seen = outlook(Day(state), post)
    assert not {one.task for one in seen.waits} & set(seen.done)
    if state in (State.VOIDED, State.LAPSED, State.IDENTIFIED):
        assert seen.waits == []
        assert set(seen.may) <= {"witnessRecording"}


@pytest.mark.parametrize("post", POSTS)
def test_while_it_is_suspended_only_what_the_protocol_carries_on_is_next(post):
    day = Day(State.DRAWN, planned=True, contact=True, proposed=1, unnamed=1, suspended=True)
    waiting = {one.task for one in outlook(day, post).waits}
    assert waiting <= GOES_ON | {"resume"}
    assert "resume" in waiting


def test_every_operation_that_a_screen_names_exists():
    from api_spec.assembly import ROUTES

    known = {route.operation_id for route in ROUTES}
    days = [
        Day(state, planned=planned, contact=planned, sealed=planned, opened=opened, expected=5,
            arrived=3, suspended=held)
        for state in State for planned in (False, True) for opened in (False, True)
        for held in (False, True)
    ]  # fmt: skip
    named = {task.operation for task in TASKS if task.operation}
    for day in days:
        for post in POSTS:
            named |= set(outlook(day, post).may)
    assert named <= known


def test_under_the_procurement_law_a_representative_is_no_head():
    with pytest.raises(RuleBroken, match=r"ceremony\.head_eligible"):
        check_head(None, True, EDITIONS["P-2025"])
    check_head(None, True, EDITIONS["T-2025"])
    check_head(4, True, EDITIONS["P-2025"])
