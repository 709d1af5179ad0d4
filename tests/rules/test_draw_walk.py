"""The walk: who is met, who is seated, who follows when a seat is freed."""

import pytest

from bidding.walk.rules import (
    ANSWERS,
    LEFT,
    CapTally,
    Line,
    Walk,
    attributes_due,
    caps_kept,
    identities_due,
    walk_digest,
)
from oversight.errors import RuleBroken


def name(stratum: int, position: int) -> bytes:
    """Position 9 of every stratum is the same expert."""
    return b"shared".ljust(32) if position == 9 else bytes([stratum, position]).ljust(32)


def begun(seats=(2, 1), orders=((3, 1, 4, 0, 2), (5, 6, 7)), admit=lambda *_: True, before=()):
    walk = Walk(list(seats), [list(order) for order in orders], name, admit, before)
    walk.begin()
    return walk


def said(walk):
    return [(line.stratum, line.position, *line.outcomes) for line in walk.lines]


def test_strata_are_walked_in_request_order_and_stop_at_their_seats():
    assert said(begun()) == [(0, 3, "seated"), (0, 1, "seated"), (1, 5, "seated")]


def test_a_freed_seat_goes_to_the_next_in_line_and_nobody_else_moves():
    walk = begun()
    walk.answer(0, "declined")
    assert said(walk) == [
        (0, 3, "seated", "declined"),
        (0, 1, "seated"),
        (1, 5, "seated"),
        (0, 4, "seated"),
    ]


def test_after_left_the_seat_stays_empty():
    walk = begun()
    walk.answer(0, LEFT)
    assert said(walk) == [(0, 3, "seated", "left"), (0, 1, "seated"), (1, 5, "seated")]


def test_an_expert_met_before_is_a_duplicate_and_the_walk_goes_on():
    walk = begun(orders=((9, 1), (9, 6)))
    assert said(walk)[2:] == [(1, 9, "duplicate"), (1, 6, "seated")]


def test_whatever_became_of_the_earlier_line_the_expert_stays_a_duplicate():
    walk = begun(seats=(1, 1), orders=((9, 1), (6, 9, 7)))
    walk.answer(0, "declined")
    walk.answer(1, "late")
    assert said(walk)[-2:] == [(1, 9, "duplicate"), (1, 7, "seated")]


def test_lines_of_a_parent_draw_meet_as_duplicates():
    walk = begun(seats=(1,), orders=((9, 1),), before=[name(0, 9)])
    assert said(walk) == [(0, 9, "duplicate"), (0, 1, "seated")]


def test_a_roster_of_one_duplicate_leaves_the_seat_empty():
    walk = begun(seats=(1, 1), orders=((9,), (9,)))
    assert said(walk) == [(0, 9, "seated"), (1, 9, "duplicate")]
    assert walk.exhausted(1)


def test_an_exhausted_stratum_appends_nothing_more():
    walk = begun(seats=(2,), orders=((0, 1),))
    walk.answer(1, "absent")
    assert said(walk) == [(0, 0, "seated"), (0, 1, "seated", "absent")]


def test_capped_lines_are_passed_over_until_one_is_seated():
    walk = begun(seats=(1,), orders=((0, 1, 2),), admit=lambda _, position, __: position == 2)
    assert said(walk) == [(0, 0, "cap"), (0, 1, "cap"), (0, 2, "seated")]


def test_a_freed_line_takes_no_further_code():
    walk = begun()
    walk.answer(0, "declined")
    with pytest.raises(RuleBroken, match=r"draw\.line_seated"):
        walk.answer(0, "late")


@pytest.mark.parametrize("line", [-1, 3, 99])
def test_a_line_that_is_not_there_cannot_answer(line):
    with pytest.raises(RuleBroken, match=r"draw\.line_seated"):
        begun().answer(line, "declined")


@pytest.mark.parametrize("code", ["seated", "cap", "duplicate", "ill", ""])
def test_only_the_protocols_codes_are_answers(code):
    with pytest.raises(RuleBroken, match=r"draw\.answer_known"):
        begun().answer(0, code)


@pytest.mark.parametrize("code", ANSWERS)
def test_every_answer_frees_the_seat(code):
    walk = begun()
    walk.answer(0, code)
    assert walk.lines[0].outcomes == ("seated", code)
    assert not walk.lines[0].holds_seat()


def test_the_digest_follows_the_walk_at_every_stage():
    walk = begun()
    stages = [walk.digest()]
    walk.answer(0, "declined")
    stages.append(walk.digest())
    walk.answer(3, LEFT)
    stages.append(walk.digest())
    assert len(set(stages)) == 3
    assert stages[-1] == walk_digest(walk.lines)


def test_a_cap_counts_all_who_were_ever_seated():
    tally = CapTally({"employer": 1})
    values = {"employer": "bureau", "region": "220822"}
    assert tally.admits(values)
    tally.seat(values)
    assert not tally.admits(values)
    assert tally.admits({"employer": "institute"})


def lines(*codes):
    return [Line(0, n, bytes([n]) * 32, tuple(code.split())) for n, code in enumerate(codes)]


@pytest.mark.parametrize(
    ("codes", "kept"),
    [
        (["seated", "cap"], True),
        (["seated declined", "cap"], True),
        (["seated", "seated"], False),
        (["cap", "seated"], False),
        (["duplicate", "seated"], True),
    ],
)
def test_caps_are_recomputed_both_ways(codes, kept):
    met = lines(*codes)
    attributes = {line.commitment: {"employer": "bureau"} for line in met}
    assert caps_kept(met, {"employer": 1}, attributes) is kept


def test_in_the_end_the_seated_are_opened_and_under_caps_the_attributes_of_all_but_duplicates():
    met = lines("seated", "seated late", "cap", "duplicate")
    first, second, third, _ = (line.commitment for line in met)
    assert identities_due(met) == attributes_due(met, {}) == {first}
    assert attributes_due(met, {"employer": 1}) == {first, second, third}
