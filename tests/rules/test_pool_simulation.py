"""A pool to be drawn from again and again: files, rosters, seeds, and the draw's own engine."""

from itertools import combinations

import msgspec
import numpy as np
import pytest

from bidding.lottery.rules import Order
from bidding.simulation.detectors import joined, judge, pair_rest, record
from bidding.simulation.rules import (
    Entrant,
    Stratum,
    drawing,
    plan_of,
    read_pool_csv,
    read_pool_json,
    stated_seed,
)
from oversight.errors import RuleBroken

ROADS, BRIDGES = "A080104", "A080105"
STRATA = [Stratum(ROADS, "410900", 3), Stratum(BRIDGES, "410000", 2)]


def people(count, employers=7):
    codes = [[ROADS], [BRIDGES], [ROADS, BRIDGES]]
    return [
        Entrant(f"p{n}", f"Employer {n % employers}", "410922", codes[n % 3]) for n in range(count)
    ]


def test_a_stratum_takes_who_has_the_specialty_and_lives_within_the_region():
    far = Entrant("far", "E", "510100", [ROADS])
    near = Entrant("near", "E", "410105", [BRIDGES])
    plan = plan_of([*people(30), far, near], STRATA, {})
    roads, bridges = ({plan.people[one].expert for one in roster} for roster in plan.rosters)
    assert "far" not in roads
    assert "near" in bridges
    assert roads == {f"p{n}" for n in range(30) if n % 3 != 1}


def test_one_draw_is_the_lotterys_order_and_the_walk_over_it():
    plan = plan_of(people(30), STRATA, {})
    seed = stated_seed(b"s", 5)
    held = drawing(plan)(seed)
    for place, (stratum, size) in enumerate(plan.sizes.items()):
        order = Order(seed, stratum, size)
        assert held.front[place] == [order[rank] for rank in range(STRATA[place].seats)]
    assert held.seated[0] == [plan.rosters[0][position] for position in held.front[0]]
    seated = [one for each in held.seated for one in each]
    assert len(set(seated)) == len(seated) == 5


def test_a_cap_holds_over_all_strata():
    plan = plan_of(people(60), STRATA, {"employer": 1})
    for number in range(50):
        held = drawing(plan)(stated_seed(b"s", number))
        names = [plan.people[one].employer for each in held.seated for one in each]
        assert len(set(names)) == len(names)


def test_a_seat_that_nobody_may_take_stays_empty():
    plan = plan_of(people(30, employers=4), STRATA, {"employer": 1})
    found = record(plan, b"s", range(20))
    assert (found.seated != -1).sum(axis=1).tolist() == [4] * 20


def test_seeds_differ_by_number_and_by_what_was_stated():
    seeds = {stated_seed(stated, n) for stated in (b"a", b"b") for n in range(50)}
    assert len(seeds) == 100


def test_a_run_shared_out_is_the_same_run():
    plan = plan_of(people(30), STRATA, {"employer": 1})
    whole = record(plan, b"s", range(60))
    parts = joined([record(plan, b"s", range(17)), record(plan, b"s", range(17, 60))])
    assert (whole.front == parts.front).all()
    assert (whole.seated == parts.seated).all()
    assert judge(plan, whole, 0.01) == judge(plan, parts, 0.01)


CSV = "expert,employer,region,specialties\np1,设计院,410922,A080104；A080105\n"


def test_a_pool_is_read_from_csv_and_from_json():
    read = read_pool_csv("\ufeff" + CSV)
    assert read == [Entrant("p1", "设计院", "410922", [ROADS, BRIDGES])]
    assert read_pool_json(msgspec.json.encode(read)) == read


@pytest.mark.parametrize(
    "text",
    ["", "expert,employer\na,b\n", CSV + "p1,E,410922,A080104\n", CSV + "p2,,410922,A080104\n"],
)
def test_a_pool_file_that_is_not_whole_is_refused(text):
    with pytest.raises(RuleBroken, match=r"simulation\.pool_readable"):
        read_pool_csv(text)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'[{"expert": "p"}]', b"\xff"])
def test_a_pool_that_is_no_list_of_experts_is_refused(data):
    with pytest.raises(RuleBroken, match=r"simulation\.pool_readable"):
        read_pool_json(data)


@pytest.mark.parametrize(
    ("strata", "code"),
    [
        ([Stratum(ROADS, "410900", 0)], "simulation.stratum_filled"),
        ([Stratum(ROADS, "410900", 21)], "simulation.stratum_filled"),
        ([STRATA[0], STRATA[0]], "simulation.stratum_filled"),
        ([Stratum("?", "410900", 1)], "eligibility.stratum_formed"),
        ([Stratum(ROADS, "41", 1)], "eligibility.stratum_formed"),
    ],
)
def test_a_stratum_that_cannot_be_drawn_is_refused(strata, code):
    with pytest.raises(RuleBroken, match=code.replace(".", r"\.")):
        plan_of(people(30), strata, {})


def test_what_singles_do_not_explain_of_pairs_is_the_residual_of_least_squares():
    size, pairs = 7, list(combinations(range(7), 2))
    counts = np.array([(7 * one + other * other) % 11 for one, other in pairs], float)
    design = np.array([[place in pair for place in range(size)] for pair in pairs], float)
    residual = counts - design @ np.linalg.lstsq(design, counts, rcond=None)[0]
    degrees = (counts @ design).astype(np.int64)
    rest = pair_rest(float((counts**2).sum()), degrees)
    assert rest == pytest.approx(float((residual**2).sum()))
