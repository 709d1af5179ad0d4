"""Whether many draws over one pool look like chance: counts, sums of squares, probabilities.

Each test rests on a symmetry, so that it is exact in mean and variance whatever the sizes:

- of one order, the first k of n positions are any k of them with equal odds, whatever caps or
  duplicates make of them afterwards. Singles, pairs and employers are judged there;
- of those who stand in the same strata with the same capped values, each is as likely to be
  seated as any other, and given how many of them a draw seats, any so many. Seats are judged
  there, so that the walk is on trial as well.

A sum of squares is held against its exact mean and variance by a chi-square distribution of the
same variance. Both tails count: an engine that shares seats out too evenly is no lottery either.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bidding.lottery.rules import orders
from bidding.odds.rules import Tails, chi_square_tails, holm, runs_tails
from bidding.simulation.rules import Plan, Rank, SeedOf, drawing, stated_seed

Counts = NDArray[np.int64]
CELL_MIN = 5.0  # expected in a cell; smaller employers are counted together
COINCIDENCES_MIN = 100.0  # expected; with fewer a sum of squares is no chi-square yet
NOBODY = -1


class Record(msgspec.Struct, frozen=True):
    """What was counted: one row a draw, one column a seat, strata side by side."""

    front: Counts  # positions, in the order of tickets
    seated: Counts  # people; NOBODY where a seat stayed empty

    @property
    def draws(self) -> int:
        """How many draws there were."""
        return len(self.front)


class Question(msgspec.Struct, frozen=True):
    """One question to the whole run, and how likely chance answers as far out as this."""

    name: str  # "seats", "first-places", "pairs", "pairs-across", "employers" or "runs"
    where: str  # stratum or strata; empty: all
    found: float  # sum of squares, or number of runs
    expected: float  # its mean under chance
    freedom: float  # degrees of freedom; 0 for runs
    chance: float  # two-sided
    adjusted: float  # among all tests of the run


class Employer(msgspec.Struct, frozen=True):
    """How often the people of one employer were seated."""

    name: str
    people: int  # of the rosters, each once
    seats: int  # over all draws, after caps and duplicates
    expected: float  # if every position of a roster had the same odds, without caps


class Verdict(msgspec.Struct, frozen=True):
    """A run, judged."""

    draws: int
    level: float
    tests: list[Question]
    unasked: list[str]  # questions for which there were too few draws, or nothing to compare
    employers: list[Employer]
    deviations: list[float]  # of each place of each roster: (found - expected) / its deviation

    @property
    def suspicious(self) -> list[Question]:
        """The tests that chance explains less often than the level, all of them considered."""
        return [test for test in self.tests if test.adjusted < self.level]


def record(
    plan: Plan,
    stated: bytes,
    numbers: range,
    *,
    rank: Rank = orders,
    seed_of: SeedOf = stated_seed,
) -> Record:
    """Hold the draws with these numbers and return what came of them.

    Args:
        plan: what is drawn.
        stated: the seed of the whole run.
        numbers: of the draws; a run may be shared out between processes.
        rank: gives the orders of a draw; another than the protocol's is an engine on trial.
        seed_of: gives a draw's seed; the same.
    """
    hold = drawing(plan, rank)
    seats = [stratum.seats for stratum in plan.strata]
    width = sum(seats)
    front = np.empty((len(numbers), width), np.int64)
    seated = np.full((len(numbers), width), NOBODY, np.int64)
    for row, number in enumerate(numbers):
        held = hold(seed_of(stated, number))
        front[row] = [position for each in held.front for position in each]
        start = 0
        for count, people in zip(seats, held.seated, strict=True):
            seated[row, start : start + len(people)] = people
            start += count
    return Record(front, seated)


def joined(records: Sequence[Record]) -> Record:
    """Return the records of a shared run as one, in order."""
    return Record(
        np.concatenate([one.front for one in records]),
        np.concatenate([one.seated for one in records]),
    )


def judge(plan: Plan, found: Record, level: float) -> Verdict:
    """Return what the run says of the engine that drew it.

    Args:
        plan: what was drawn.
        found: what came of it.
        level: how often, over all tests together, chance may be called suspicious.
    """
    asked = _questions(plan, found)
    answers = [answer for answer in asked.values() if answer is not None]
    adjusted = holm([answer.chance for answer in answers])
    return Verdict(
        draws=found.draws,
        level=level,
        tests=[
            msgspec.structs.replace(answer, adjusted=value)
            for answer, value in zip(answers, adjusted, strict=True)
        ],
        unasked=[name for name, answer in asked.items() if answer is None],
        employers=_exposure(plan, found),
        deviations=_deviations(plan, found),
    )


def _questions(plan: Plan, found: Record) -> dict[str, Question | None]:
    """Return every question's answer under its name; None where it could not be asked."""
    slices = _columns(plan)
    asked = {"seats": _seats(plan, found)}
    for place, columns in enumerate(slices):
        front, size, name = found.front[:, columns], len(plan.rosters[place]), plan.strata[place].id
        counts = np.bincount(front.ravel(), minlength=size)
        employers = _employers_of(plan, place)
        asked |= {
            f"first-places {name}": _singles(name, counts, found.draws, front.shape[1]),
            f"pairs {name}": _pairs(name, front, counts),
            f"employers {name}": _employers(name, employers, counts, front.shape[1]),
            f"runs {name}": _runs(name, front[:, 0], size),
        }
    for one, other in combinations(range(len(slices)), 2):
        where = f"{plan.strata[one].id} × {plan.strata[other].id}"
        asked[f"pairs-across {where}"] = _across(plan, (one, other), found.front, slices)
    return asked


def _enough(draws: int, each: float, cells: float) -> bool:
    """Tell whether draws that each fill `each` of so many cells meet often enough in one."""
    return (draws * each) ** 2 / (2 * cells) >= COINCIDENCES_MIN


def _columns(plan: Plan) -> list[slice]:
    ends = np.cumsum([stratum.seats for stratum in plan.strata])
    return [
        slice(int(end) - one.seats, int(end)) for end, one in zip(ends, plan.strata, strict=True)
    ]


def _squares(
    name: str, where: str, found: float, freedom: float, effective: float | None = None
) -> Question:
    """Return the test of a sum of squares whose mean is `freedom`, its variance twice `effective`.

    Shifted to a mean of `effective`, it has mean and variance of that chi-square distribution.
    """
    effective = freedom if effective is None else effective
    tails = chi_square_tails(max(0.0, found - freedom + effective), effective)
    return Question(name, where, found, freedom, effective, tails.both, 1.0)


def _singles(where: str, counts: Counts, draws: int, taken: int) -> Question | None:
    """Judge how often each position stood among the first `taken`.

    One draw contributes k(n - k)/n to the sum of squared deviations, always: so the quotient has
    mean n - 1, and variance 2(n - 1)(1 - 1/draws).
    """
    size = len(counts)
    if taken == size or not _enough(draws, taken, size):
        return None  # everybody is first in every draw, or hardly anybody twice
    spread = draws * taken * (size - taken) / size
    found = (size - 1) * float(((counts - counts.mean()) ** 2).sum()) / spread
    return _squares("first-places", where, found, size - 1, (size - 1) * (1 - 1 / draws))


def _pairs(where: str, front: Counts, counts: Counts) -> Question | None:
    """Judge how often each pair stood among the first together, beyond what singles explain.

    Pairs of n positions fall into three parts that no renaming of positions mixes (the Johnson
    scheme): their number, what follows from singles, and the rest, of n(n - 3)/2 dimensions. The
    rest is judged; again every draw contributes the same to it.
    """
    draws, taken = front.shape
    size = len(counts)
    if taken < 2 or size - taken < 2 or size < 4:  # noqa: PLR2004 - then there is no rest
        return None
    each_fills, cells = taken * (taken - 1) / 2, size * (size - 1) / 2
    if not _enough(draws, each_fills, cells):
        return None
    codes = [
        np.minimum(front[:, one], front[:, other]) * size
        + np.maximum(front[:, one], front[:, other])
        for one, other in combinations(range(taken), 2)
    ]
    _, together = np.unique(np.concatenate(codes), return_counts=True)
    rest = pair_rest(float((together**2).sum()), counts * (taken - 1))
    single = np.zeros(size, np.int64)
    single[:taken] = taken - 1
    each = pair_rest(each_fills, single)
    freedom = size * (size - 3) / 2
    found = freedom * rest / (draws * each)
    return _squares("pairs", where, found, freedom, freedom * (1 - 1 / draws))


def pair_rest(squares: float, degrees: Counts) -> float:
    """Return the sum of squares of what singles do not explain of counts of pairs.

    `squares` is the sum of the squared counts; `degrees` how often each position was in a pair.
    """
    size, total = len(degrees), float(degrees.sum()) / 2
    mean = total / (size * (size - 1) / 2)
    slopes = (degrees - (size - 1) * mean) / (size - 2)
    return squares - total * mean - (size - 2) * float((slopes**2).sum())


def _across(
    plan: Plan, strata: tuple[int, int], front: Counts, slices: Sequence[slice]
) -> Question | None:
    """Judge whether the first of one stratum go with the first of another.

    Tickets of strata follow from one seed under different labels: they are to have nothing to do
    with each other.
    """
    sizes = [len(plan.rosters[place]) for place in strata]
    firsts = [front[:, slices[place]] for place in strata]
    taken = [each.shape[1] for each in firsts]
    if any(count == size for count, size in zip(taken, sizes, strict=True)):
        return None
    draws = len(front)
    if not _enough(draws, taken[0] * taken[1], sizes[0] * sizes[1]):
        return None
    codes = (firsts[0][:, :, None] * sizes[1] + firsts[1][:, None, :]).ravel()
    _, together = np.unique(codes, return_counts=True)
    rest = float((together**2).sum()) + (draws * taken[0] * taken[1]) ** 2 / (sizes[0] * sizes[1])
    for one, other in ((0, 1), (1, 0)):
        counts = np.bincount(firsts[one].ravel(), minlength=sizes[one])
        rest -= float((counts**2).sum()) * taken[other] ** 2 / sizes[other]
    each = [count * (size - count) / size for count, size in zip(taken, sizes, strict=True)]
    freedom = float((sizes[0] - 1) * (sizes[1] - 1))
    found = freedom * rest / (draws * each[0] * each[1])
    where = " × ".join(plan.strata[place].id for place in strata)
    return _squares("pairs-across", where, found, freedom, freedom * (1 - 1 / draws))


def _employers_of(plan: Plan, place: int) -> list[str]:
    return [plan.people[person].employer for person in plan.rosters[place]]


def _employers(where: str, names: list[str], counts: Counts, taken: int) -> Question | None:
    """Judge how often each employer's people stood among the first, small employers together."""
    size, total = len(names), int(counts.sum())
    _, which = np.unique(np.array(names), return_inverse=True)
    people = np.bincount(which)
    found = np.bincount(which, weights=counts.astype(np.float64))
    expected = total * people / size
    large = expected >= CELL_MIN
    if not large.all():
        found = np.append(found[large], found[~large].sum())
        expected = np.append(expected[large], expected[~large].sum())
    if len(found) < 2 or taken == size:  # noqa: PLR2004 - nothing to compare
        return None
    squares = float(((found - expected) ** 2 / expected).sum()) * (size - 1) / (size - taken)
    return _squares("employers", where, squares, len(found) - 1)


def _runs(where: str, first: Counts, size: int) -> Question | None:
    """Judge the row of draws by whether the very first position lay in the lower half."""
    low = first < size // 2
    below = int(low.sum())
    if size < 2 or below in {0, len(low)}:  # noqa: PLR2004 - a row of one kind
        return None
    runs = 1 + int((low[1:] != low[:-1]).sum())
    above = len(low) - below
    tails: Tails = runs_tails(runs, above, below)
    return Question("runs", where, runs, 2 * above * below / len(low) + 1, 0.0, tails.both, 1.0)


def _seats(plan: Plan, found: Record) -> Question | None:
    """Judge who was seated in the end, among those whom no rule of the draw tells apart.

    A draw that seats t of m such people contributes t(m - t)/m to the sum of their squared
    deviations. One kind's quotient has mean m - 1 and, with the contributions q, variance
    2(m - 1)(1 - sum(q²)/sum(q)²).
    """
    kinds = _kinds(plan)
    sizes = np.bincount(kinds)
    rows, columns = np.nonzero(found.seated != NOBODY)
    if not _enough(found.draws, len(rows) / found.draws, len(plan.people)):
        return None
    people = found.seated[rows, columns]
    counts = np.bincount(people, minlength=len(plan.people)).astype(np.float64)
    codes, times = np.unique(rows * len(sizes) + kinds[people], return_counts=True)
    kind = codes % len(sizes)
    each = times * (sizes[kind] - times) / sizes[kind]
    spread = np.bincount(kind, weights=each, minlength=len(sizes))
    spread_squared = np.bincount(kind, weights=each**2, minlength=len(sizes))
    means = np.bincount(kinds, weights=counts) / sizes
    squares = np.bincount(kinds, weights=(counts - means[kinds]) ** 2)
    told = spread > 0
    freedom = (sizes - 1)[told]
    effective = freedom * (1 - spread_squared[told] / spread[told] ** 2)
    if not effective.sum() > 0:
        return None
    sums = float((freedom * squares[told] / spread[told]).sum())
    return _squares("seats", "", sums, float(freedom.sum()), float(effective.sum()))


def _kinds(plan: Plan) -> Counts:
    """Return, for each person, which kind he is of: same strata, same capped values."""
    strata: list[list[int]] = [[] for _ in plan.people]
    for place, roster in enumerate(plan.rosters):
        for person in roster:
            strata[person].append(place)
    known: dict[tuple[object, ...], int] = {}
    return np.array(
        [
            known.setdefault((*within, "", *(getattr(one, name) for name in plan.caps)), len(known))
            for one, within in zip(plan.people, strata, strict=True)
        ],
        np.int64,
    )


def _exposure(plan: Plan, found: Record) -> list[Employer]:
    """Return how often each employer's people were seated, the most exposed first."""
    seats = np.bincount(found.seated[found.seated != NOBODY], minlength=len(plan.people))
    odds = np.zeros(len(plan.people))
    for stratum, roster in zip(plan.strata, plan.rosters, strict=True):
        odds[list(roster)] += stratum.seats / len(roster)
    sums: dict[str, list[Any]] = {}
    for person, one in enumerate(plan.people):
        if odds[person] > 0:
            held = sums.setdefault(one.employer, [0, 0, 0.0])
            held[0] += 1
            held[1] += int(seats[person])
            held[2] += float(odds[person]) * found.draws
    rows = [Employer(name, *values) for name, values in sums.items()]
    return sorted(rows, key=lambda one: (-one.seats / one.expected, one.name))


def _deviations(plan: Plan, found: Record) -> list[float]:
    """Return for each place of each roster how far it is from its mean, in deviations."""
    values: list[float] = []
    for roster, columns in zip(plan.rosters, _columns(plan), strict=True):
        front, size = found.front[:, columns], len(roster)
        odds = front.shape[1] / size
        if odds < 1:
            counts = np.bincount(front.ravel(), minlength=size)
            spread = np.sqrt(found.draws * odds * (1 - odds))
            values.extend(((counts - found.draws * odds) / spread).tolist())
    return values
