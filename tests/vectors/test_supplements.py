"""Supplements and their parents: both verifiers judge the whole line of draws, and alike."""

import importlib.util
import json
import sys

import pytest
from draw_story import Story
from own_vectors import ROOT

from bidding.verdict.rules import judge


def load_program():
    spec = importlib.util.spec_from_file_location("lineage", ROOT / "scripts" / "verify_proof.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


PROGRAM = load_program()
NARROW, WIDE, WIDEST = (("A08@220822", 1, size) for size in (3, 6, 9))
OTHER = ("B03@220822", 1, 6)


def told(tale, **changes):
    """Return verdict, step and what the step says, once both verifiers agree."""
    bundle = json.dumps(tale.bundle() | changes).encode()
    trust = json.dumps(tale.trust()).encode()
    ours, theirs = judge(bundle, trust), PROGRAM.judge(bundle, trust)
    mine = str(ours.verdict), [(step.step, step.outcome) for step in ours.steps]
    assert mine == (theirs.verdict, [(step.step, step.outcome) for step in theirs.steps])
    return theirs.verdict, theirs.decisive


def first(*strata, **choices):
    return Story(PROGRAM, strata=list(strata) or [NARROW], **choices)


def seats_of(tale, stratum):
    lines = enumerate(tale.walk)
    return [n for n, one in lines if (one["stratum"], one["outcomes"]) == (stratum, ["seated"])]


def exhaust(tale):
    """Let every expert of the first stratum decline, to the last."""
    while seats := seats_of(tale, 0):
        tale.answer(seats[0], "declined")
    return tale


def exhausted(**choices):
    return exhaust(first(**choices).told())


def supplement(parent, stratum=WIDE, **choices):
    return Story(PROGRAM, parent=parent, strata=[stratum], **choices)


def test_a_supplement_of_an_exhausted_draw_is_valid_and_meets_nobody_twice():
    tale = supplement(exhausted()).told()
    assert told(tale) == ("valid", None)
    met = [line["outcomes"][0] for line in exhaust(tale).walk]
    assert met.count("duplicate") == NARROW[2]
    assert told(tale.identify()) == ("valid", None)


def test_a_second_supplement_follows_the_first():
    second = exhaust(supplement(exhausted()).told())
    third = supplement(second, WIDEST).told()
    assert third.request["of"] == second.draw_id
    assert told(third) == ("valid", None)
    grandparent = {**third.bundle()["parent"], "parent": None}
    assert told(third, parent=grandparent)[0] == "failed"


def test_a_supplement_may_take_several_attempts():
    tale = supplement(exhausted()).told().close("voided", "supervisor").next_attempt()
    assert told(tale.told()) == ("valid", None)


def test_a_supplement_before_its_parent_is_exhausted_is_refused():
    assert told(supplement(first().told()).told()) == ("failed", "parent")
    one_left = first().told().answer(0, "declined").answer(1, "declined")
    assert told(supplement(one_left).told()) == ("failed", "parent")


def test_a_parent_that_is_exhausted_only_after_the_order_is_refused():
    parent = first().told().answer(0, "late").answer(1, "late")
    tale = supplement(parent).order()
    parent.answer(2, "late")
    assert told(tale.commit().seal().reveal().draw()) == ("failed", "parent")


def test_a_full_roster_with_every_seat_taken_is_not_exhausted():
    parent = first(("A08@220822", 3, 3), edition={"roster_multiple": 1}).told()
    tale = supplement(parent, edition={"roster_multiple": 1})
    assert told(tale.told()) == ("failed", "parent")


def test_a_seat_that_somebody_left_is_empty():
    parent = first(("A08@220822", 3, 3), edition={"roster_multiple": 1}).told().answer(2, "left")
    assert told(supplement(parent, edition={"roster_multiple": 1}).told()) == ("valid", None)


def test_a_seat_that_somebody_left_while_positions_remain_is_no_exhaustion():
    parent = first().told().answer(0, "left")
    assert told(supplement(parent).told()) == ("failed", "parent")


def test_a_parent_never_drawn_has_no_supplement():
    assert told(supplement(first().order().commit().seal().reveal()).told()) == ("failed", "parent")


def test_a_supplement_follows_its_parents_newest_entry():
    parent = exhausted()
    for previous in (parent.own[0], parent.own[-2], parent.key_index):
        tale = supplement(parent).order(previous=previous).commit().seal().reveal().draw()
        assert told(tale) == ("failed", "parent")


def test_a_closed_draw_gets_no_supplement():
    parent = exhausted().close("voided", "supervisor", "leak")
    assert told(supplement(parent).told()) == ("failed", "parent")


@pytest.mark.parametrize(
    ("when", "code", "due"),
    [
        ("before the seal", "declined", ("valid", None)),
        ("after the seal", "declined", ("failed", "parent")),
        ("after the seal", "left", ("valid", None)),
    ],
)
def test_after_the_seal_the_parents_walk_stands(when, code, due):
    parent = exhaust(first(NARROW, OTHER).told())
    seat = seats_of(parent, 1)[0]
    tale = supplement(parent).order().commit()
    if when == "before the seal":
        parent.answer(seat, code)
        tale.seal()
    else:
        tale.seal()
        parent.answer(seat, code)
    assert told(tale.reveal().draw()) == due


def test_a_lie_in_the_parents_record_refuses_the_supplement():
    parent = first().order().commit(signer="center").seal().reveal().draw()
    tale = supplement(exhaust(parent)).told()
    assert told(tale) == ("failed", "parent")
    broken = tale.bundle()["parent"]
    broken["vrf"]["beta"] = "00" * 64
    assert told(tale, parent=broken) == ("failed", "parent")


def test_what_of_the_parent_is_not_decided_leaves_the_supplement_incomplete():
    parent = exhaust(first(NARROW, OTHER).told())
    tale = supplement(parent).told()
    parent.identify()
    assert told(tale) == ("valid", None)
    closed = {**tale.bundle()["parent"], "openings": []}
    assert told(tale, parent=closed) == ("incomplete", "parent")


def test_a_parent_is_the_draw_that_is_meant_under_the_same_secret_and_checkpoint():
    tale = supplement(exhausted()).told()
    parent = tale.bundle()["parent"]
    assert told(tale, parent=None)[0] == "failed"
    other = {**parent, "request": {**parent["request"], "draw": "draw-9"}}
    assert told(tale, parent=other) == ("failed", "parent")
    elsewhere = {**parent, "log": {**parent["log"], "checkpoint": tale.log.checkpoint(1)}}
    assert told(tale, parent=elsewhere) == ("failed", "parent")
    own_secret = supplement(exhausted(), request={"secret": "12" * 32})
    assert told(own_secret.told()) == ("failed", "parent")


def test_a_draw_that_is_no_supplement_brings_no_parent():
    tale = first().told()
    assert told(tale, parent=first().told().bundle())[0] == "failed"
