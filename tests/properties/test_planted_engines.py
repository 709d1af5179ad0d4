"""A lottery that is none is found, whichever way it is bent; a fair one is left in peace.

Engines on trial enter where the protocol's own would: as the function that gives orders or seeds.
Chance is taken from hashes, so that every run of these tests is the same.
"""

from hashlib import sha256
from math import comb

import pytest

from bidding.lottery.rules import orders
from bidding.simulation.detectors import judge, record
from bidding.simulation.rules import Entrant, Stratum, plan_of, stated_seed

ROADS, BRIDGES = "A080104", "A080105"
DRAWS = 3_000
POOL = [
    Entrant(f"p{n}", f"Employer {n % 6}", "410922", [ROADS] if n < 40 else [BRIDGES])
    for n in range(80)
]
SEATS = 4
PLAN = plan_of(POOL, [Stratum(ROADS, "410900", SEATS), Stratum(BRIDGES, "410900", SEATS)], {})


def coin(seed, odds, name=""):
    """Tell, once for each seed and name, whether chance with these odds came up."""
    return int.from_bytes(sha256(seed + name.encode()).digest()[:8], "big") < odds * 2**64


def figures(**engine):
    verdict = judge(PLAN, record(PLAN, b"planted", range(DRAWS), **engine), 0.001)
    return {test.name for test in verdict.suspicious}


def bent(change):
    """Return an engine whose orders are the protocol's, each changed by `change(seed, list)`."""

    def rank(seed, sizes):
        lists = [list(order) for order in orders(seed, sizes)]
        return [change(seed, order) for order in lists]

    return rank


def favourite(seed, order):
    """Put one position first in one draw of twenty."""
    if coin(seed, 0.05):
        order.remove(7)
        order.insert(0, 7)
    return order


def pair(seed, order):
    """Let two positions come together more often, each as often as ever."""
    inside = [one for one in (3, 11) if order.index(one) < SEATS]
    if len(inside) == 1:
        absent = 14 - inside[0]
        if coin(seed, 0.5):  # both: the absent one for another
            other = next(one for one in order[:SEATS] if one != inside[0])
            gone = order.index(absent)
            order[order.index(other)], order[gone] = absent, other
        else:  # neither
            at, later = order.index(inside[0]), order[SEATS:]
            other = next(one for one in later if one != absent)
            order[order.index(other)], order[at] = inside[0], other
    return order


def colleague(seed, order):
    """Let people of one employer, mostly, pass whoever stands just before them."""
    names = [PLAN.people[one].employer for one in PLAN.rosters[0]]
    if coin(seed, 0.8) and names[order[SEATS]] == "Employer 2":
        order[SEATS - 1], order[SEATS] = order[SEATS], order[SEATS - 1]
    return order


def in_turn():
    """Return an engine that deals seats out in turn: nobody is luckier than another."""
    dealt = iter(range(10**9))

    def rank(_, sizes):
        start = next(dealt) * SEATS
        return [[(start + at) % size for at in range(size)] for size in sizes.values()]

    return rank


def one_label(seed, sizes):
    """Draw all strata under the label of the first."""
    return [orders(seed, {"first": size})[0] for size in sizes.values()]


class TwoFaced(list):
    """An order that shows the walk one position too often, and others the truth afterwards."""

    def __init__(self, order, seed):
        super().__init__(order)
        self.shown = not coin(seed, 0.1) or 7 in order[:SEATS]

    def __getitem__(self, rank):
        if rank == 0 and not self.shown:
            self.shown = True
            return 7
        return super().__getitem__(rank)


def two_faced(seed, sizes):
    return [TwoFaced(list(order), seed) for order in orders(seed, sizes)]


def every_seed_twice(stated, number):
    return stated_seed(stated, number // 2)


def few_seeds(stated, number):
    return stated_seed(stated, sha256(number.to_bytes(8, "big")).digest()[0])


def test_the_protocols_own_engine_is_left_in_peace():
    assert figures() == set()


@pytest.mark.parametrize(
    ("engine", "found"),
    [
        ({"rank": bent(favourite)}, "first-places"),
        ({"rank": bent(pair)}, "pairs"),
        ({"rank": bent(colleague)}, "employers"),
        ({"rank": in_turn()}, "first-places"),
        ({"rank": one_label}, "pairs-across"),
        ({"rank": two_faced}, "seats"),
        ({"seed_of": every_seed_twice}, "runs"),
        ({"seed_of": few_seeds}, "first-places"),
    ],
    ids=["favourite", "pair", "colleague", "in-turn", "one-label", "two-faced", "twice", "few"],
)
def test_a_bent_engine_is_found_by_the_figure_that_is_made_for_it(engine, found):
    assert found in figures(**engine)


def test_a_pair_that_keeps_each_ones_share_is_seen_by_pairs_alone():
    assert figures(rank=bent(pair)) == {"pairs"}


def test_a_walk_that_is_bent_shows_although_the_orders_are_fair():
    assert "first-places" not in figures(rank=two_faced)


@pytest.mark.parametrize("caps", [{}, {"employer": 1}])
def test_chance_is_called_as_likely_as_it_is(caps):
    """Of many fair runs, a tenth of the answers lies in the outermost tenth, whatever the caps."""
    shared = [
        Entrant(f"p{n}", f"Employer {n % 9}", "410922",
                [[ROADS], [BRIDGES], [ROADS, BRIDGES]][n % 3])
        for n in range(36)
    ]  # fmt: skip
    strata = [Stratum(ROADS, "410900", 3), Stratum(BRIDGES, "410900", 2)]
    plan = plan_of(shared, strata, caps)
    chances = {}
    for run in range(50):
        verdict = judge(plan, record(plan, f"run {run}".encode(), range(250)), 0.001)
        for test in verdict.tests:
            chances.setdefault((test.name, test.where), []).append(test.chance)
    assert len(chances) == 10
    for name, found in chances.items():
        outer = sum(chance < 0.1 for chance in found)
        upper = sum(
            comb(len(found), n) * 0.1**n * 0.9 ** (len(found) - n)
            for n in range(outer, len(found) + 1)
        )
        assert upper > 1e-4, (name, outer)
        assert sum(chance < 0.5 for chance in found) > 10, name
