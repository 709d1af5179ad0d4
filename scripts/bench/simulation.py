"""Measure 100,000 simulated draws beside their raw SHAKE256 streams, in one run.

    python -m scripts.bench.simulation [--draws 100000] [--roster 400] [--processes 2]

The raw cost is what no implementation is spared: the ticket stream of every stratum of every
draw, in the same number of processes. The bound is that of docs/benchmarks/draw.md; the exit
status is 1 when it is missed.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from hashlib import shake_256
from itertools import pairwise

from bidding.lottery.rules import TICKET_BYTES, stratum_key
from bidding.simulation.console import hold_draws
from bidding.simulation.detectors import judge
from bidding.simulation.rules import Entrant, Plan, Stratum, plan_of, stated_seed

SECONDS_BOUND = 60.0
STRATA = [Stratum("A080104", "410900", 3), Stratum("A080105", "410900", 2)]
STATED = b"a seed for measuring"


def pool(roster: int) -> list[Entrant]:
    """Return a pool in which each stratum has a roster of this size, half of it in both."""
    third = roster // 2
    codes = [["A080104"], ["A080105"], ["A080104", "A080105"]]
    return [
        Entrant(f"p{n}", f"Employer {n % 90}", "410922", codes[n % 3]) for n in range(3 * third)
    ]


def streams(sizes: dict[str, int], numbers: range) -> None:
    """Make the bare ticket streams of these draws."""
    for number in numbers:
        seed = stated_seed(STATED, number)
        for stratum, size in sizes.items():
            shake_256(stratum_key(seed, stratum)).digest(TICKET_BYTES * size)


def raw(plan: Plan, draws: int, processes: int) -> None:
    """Make all bare streams, shared out as the simulation shares out its draws."""
    ends = [draws * part // processes for part in range(processes + 1)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as shared:
        tasks = [
            shared.submit(streams, plan.sizes, range(start, stop)) for start, stop in pairwise(ends)
        ]
        for task in tasks:
            task.result()


def seconds(deed: Callable[[], object]) -> tuple[float, float]:
    """Return how long one call of `deed` takes: by the clock, and of all processors together."""
    start, before = time.perf_counter(), worked()
    deed()
    return time.perf_counter() - start, worked() - before


def worked() -> float:
    """Return the processor seconds of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> int:
    """Measure, print, and say whether the bound was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--roster", type=int, default=400)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    plan = plan_of(pool(asked.roster), STRATA, {"employer": 1})
    found = None

    def ours() -> None:
        nonlocal found
        found = hold_draws(plan, STATED, asked.draws, asked.processes)

    mine, mine_worked = seconds(ours)
    assert found is not None
    judged, _ = seconds(lambda: judge(plan, found, 0.001))
    bare, bare_worked = seconds(lambda: raw(plan, asked.draws, asked.processes))
    print(
        f"{asked.draws:,} draws, rosters {list(plan.sizes.values())}, {asked.processes} processes"
    )
    print(f"  drawn in {mine:.1f} s, judged in {judged:.1f} s (bound {SECONDS_BOUND:.0f} s)")
    print(f"  bare SHAKE256 {bare:.1f} s: ratio {mine / bare:.2f}")
    print(f"  processor: {mine_worked:.1f} s beside {bare_worked:.1f} s")
    return 0 if mine + judged <= SECONDS_BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
