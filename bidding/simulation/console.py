"""What `daylight draw simulate` does: share out the draws, chart them, report."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

import msgspec

from bidding.chart.rules import Captions, Label, bars, histogram, quantiles
from bidding.simulation.detectors import Question, Record, Verdict, joined, record
from bidding.simulation.rules import Entrant, Plan, read_pool_csv, read_pool_json

SHARED_FROM = 4_000  # draws; with fewer, another process takes longer to start than to draw
COLUMNS_SHOWN = 41
EMPLOYERS_SHOWN = 30
POINTS_SHOWN = 1_000
BELL = NormalDist()

EXPOSURE = Captions(
    Label("名册各位置入选次数的分布", "How often each roster position came first"),
    Label("偏离期望（标准差）", "distance from the mean, in deviations"),
    Label("位置数", "positions"),
    Label(
        "每个名册位置入选次数与期望之差；红线为公平抽签应有的分布。",
        "Each roster position against its mean; the red curve is what a fair lottery gives.",
    ),
)
QUANTILES = Captions(
    Label("分位数对照图", "Quantiles against the normal distribution"),
    Label("应有分位数", "expected quantile"),
    Label("实测分位数", "found quantile"),
    Label(
        "点应落在红线上；两端偏离表示有人过多或过少入选。",
        "Dots belong on the red line; bent ends are people drawn too often or too seldom.",
    ),
)
EMPLOYERS = Captions(
    Label("各单位入选情况", "Seats by employer"),
    Label("实得席位与无上限期望之比", "seats over what odds without caps give"),
    Label("单位", "employer"),
    Label(
        "红线为无单位上限时的期望；有上限时大单位低于红线，正是上限的作用。",
        "Red: expected without caps. Under a cap, large employers lie below: that is its use.",
    ),
)


def read_pool(file: Path) -> list[Entrant]:
    """Return the experts of a pool file, JSON by its name, else CSV.

    Raises:
        RuleBroken: POOL_READABLE.
    """
    data = file.read_bytes()
    if file.suffix.lower() == ".json":
        return read_pool_json(data)
    return read_pool_csv(data.decode("utf-8", errors="replace"))


def hold_draws(plan: Plan, stated: bytes, draws: int, processes: int) -> Record:
    """Hold so many draws, shared out to processes; the result does not depend on how many."""
    if processes == 1 or draws < SHARED_FROM:
        return record(plan, stated, range(draws))
    ends = [draws * part // processes for part in range(processes + 1)]
    shares = [range(start, stop) for start, stop in pairwise(ends)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        tasks = [pool.submit(record, plan, stated, share) for share in shares]
        return joined([task.result() for task in tasks])


def report(plan: Plan, stated: str, verdict: Verdict) -> dict[str, object]:
    """Return the whole report: the same for the same pool, strata and seed, byte for byte."""
    return {
        "draws": verdict.draws,
        "seed": stated,
        "level": verdict.level,
        "people": len(plan.people),
        "strata": [
            {"id": name, "seats": stratum.seats, "size": size}
            for stratum, (name, size) in zip(plan.strata, plan.sizes.items(), strict=True)
        ],
        "caps": dict(plan.caps),
        "tests": msgspec.to_builtins(verdict.tests),
        "unasked": verdict.unasked,
        "suspicious": [_name(test) for test in verdict.suspicious],
        "employers": msgspec.to_builtins(verdict.employers),
    }


def charts(verdict: Verdict) -> dict[str, str]:
    """Return the charts of a run by file name."""
    return {
        "exposure.svg": _exposure(verdict.deviations),
        "quantiles.svg": _quantiles(verdict.deviations),
        "employers.svg": _employers(verdict),
    }


def lines(verdict: Verdict) -> Iterator[str]:
    """Yield the verdict for a person to read."""
    yield f"{verdict.draws:,} draws; level {verdict.level:g} over all tests together"
    for test in verdict.tests:
        mark = "SUSPICIOUS" if test in verdict.suspicious else "ok"
        yield (
            f"  {mark:10}  {_name(test):44}  found {test.found:,.1f}, expected {test.expected:,.1f}"
            f"  p {test.chance:.3g}, among all {test.adjusted:.3g}"
        )
    for name in verdict.unasked:
        yield f"  not asked   {name}: too few draws for it, or nothing to compare"
    yield "Suspicious." if verdict.suspicious else "Nothing suspicious."


def _name(test: Question) -> str:
    return f"{test.name} {test.where}".strip()


def _exposure(deviations: list[float]) -> str:
    reach = max(4.0, *(abs(value) for value in deviations), 4.0)
    width = 2 * reach / COLUMNS_SHOWN
    edges = [-reach + width * place for place in range(COLUMNS_SHOWN + 1)]
    counts = [0] * COLUMNS_SHOWN
    for value in deviations:
        counts[min(COLUMNS_SHOWN - 1, int((value + reach) / width))] += 1
    steps = [-reach + 2 * reach * step / 160 for step in range(161)]
    curve = [(at, len(deviations) * width * BELL.pdf(at)) for at in steps]
    return histogram(EXPOSURE, edges, counts, curve)


def _quantiles(deviations: list[float]) -> str:
    ordered = sorted(deviations)
    count = len(ordered)
    shown = sorted({count * place // POINTS_SHOWN for place in range(POINTS_SHOWN)} | {count - 1})
    points = [(BELL.inv_cdf((at + 0.5) / count), ordered[at]) for at in shown if 0 <= at < count]
    return quantiles(QUANTILES, points)


def _employers(verdict: Verdict) -> str:
    rows = [(one.name, one.seats / one.expected) for one in verdict.employers]
    half = EMPLOYERS_SHOWN // 2
    shown = rows if len(rows) <= EMPLOYERS_SHOWN else rows[:half] + rows[-half:]
    return bars(EMPLOYERS, shown, 1.0)
