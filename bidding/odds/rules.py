"""Tails of distributions, exact where that can be had, and what many tests at once are worth. Pure.

Only Python's own mathematics: whoever audits a center needs no statistical package to follow.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

import msgspec

_PRECISION = 1e-15  # relative; a term below it no longer changes the sum
_TINY = 1e-300  # keeps a continued fraction from dividing by nothing


class Tails(msgspec.Struct, frozen=True):
    """How likely chance gives as little as was found or less, and as much or more."""

    lower: float
    upper: float

    @property
    def both(self) -> float:
        """The probability of something as far out as this on either side."""
        return min(1.0, 2 * min(self.lower, self.upper))


def chi_square_tails(found: float, freedom: float) -> Tails:
    """Return the tails of the chi-square distribution at `found` ≥ 0; `freedom` > 0 may be broken.

    These are the regularised incomplete gamma functions P(a, x) and Q(a, x) with a half the
    degrees of freedom and x half of what was found: the series for x < a + 1, else Lentz's
    continued fraction (DLMF 8.11.4 and 8.9.2). Some 10·√a terms are needed.
    """
    assert freedom > 0, "a distribution without freedom has no tail"
    assert found >= 0, "a sum of squares is not negative"
    half, x = freedom / 2, found / 2
    if x == 0:
        return Tails(0.0, 1.0)
    weight = math.exp(half * math.log(x) - x - math.lgamma(half))
    if x < half + 1:
        lower = min(1.0, weight * _gamma_series(half, x))
        return Tails(lower, 1 - lower)
    upper = min(1.0, weight * _gamma_fraction(half, x))
    return Tails(1 - upper, upper)


def _gamma_series(a: float, x: float) -> float:
    term = total = 1 / a
    step = a
    while term > total * _PRECISION:
        step += 1
        term *= x / step
        total += term
    return total


def _gamma_fraction(a: float, x: float) -> float:
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    value, factor, step = d, 0.0, 0
    while abs(factor - 1) > _PRECISION:
        step += 1
        numerator = -step * (step - a)
        b += 2
        d = 1 / _nonzero(numerator * d + b)
        c = _nonzero(b + numerator / c)
        factor = d * c
        value *= factor
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def normal_tails(found: float) -> Tails:
    """Return the tails of the standard normal distribution."""
    return Tails(math.erfc(-found / math.sqrt(2)) / 2, math.erfc(found / math.sqrt(2)) / 2)


def runs_tails(runs: int, above: int, below: int) -> Tails:
    """Return the tails of the runs in a row of `above` marks of one kind and `below` of another.

    Wald and Wolfowitz (1940): the mean is 2ab/n + 1, the variance 2ab(2ab − n)/(n²(n − 1)); in the
    normal approximation, good for rows of a hundred and more.
    """
    assert above > 0, "a row has marks of both kinds"
    assert below > 0, "a row has marks of both kinds"
    count, twice = above + below, 2 * above * below
    mean = twice / count + 1
    variance = twice * (twice - count) / (count * count * (count - 1))
    return normal_tails((runs - mean) / math.sqrt(variance)) if variance else Tails(1.0, 1.0)


def hypergeometric_upper(found: int, population: int, marked: int, taken: int) -> Fraction:
    """Return, exactly, how likely `taken` of `population` hold `found` or more of the `marked`."""
    assert 0 <= marked <= population, "what is marked is of the population"
    assert 0 <= taken <= population, "what is taken is of the population"
    most = min(marked, taken)
    ways = sum(
        math.comb(marked, some) * math.comb(population - marked, taken - some)
        for some in range(max(found, 0), most + 1)
        if taken - some <= population - marked
    )
    return Fraction(ways, math.comb(population, taken))


def occurrences_tails(odds: Iterable[float], found: int) -> Tails:
    """Return the tails of how many of independent events, each with odds of its own, happen.

    The Poisson-binomial distribution, summed event by event up to `found`: exact but for the
    rounding of the machine, whose error stays below 1e-15 for each event.
    """
    assert found >= 0, "a number of events is not negative"
    exactly = [1.0] + [0.0] * found  # that so many happened; beyond `found` nobody asks
    beyond = 0.0  # that more than `found` happened
    for each in odds:
        assert 0 <= each <= 1, "odds lie between never and always"
        beyond += exactly[found] * each
        for count in range(found, 0, -1):
            exactly[count] += (exactly[count - 1] - exactly[count]) * each
        exactly[0] *= 1 - each
    return Tails(min(1.0, math.fsum(exactly)), min(1.0, beyond + exactly[found]))


def holm(chances: Sequence[float]) -> list[float]:
    """Return each probability as it stands among all that were asked at once (Holm, 1979).

    Below a level, none of them falls by chance more often than that level says, whatever the
    dependence between the tests.
    """
    order = sorted(range(len(chances)), key=chances.__getitem__)
    adjusted, least = [0.0] * len(chances), 0.0
    for rank, which in enumerate(order):
        least = max(least, min(1.0, (len(chances) - rank) * chances[which]))
        adjusted[which] = least
    return adjusted
