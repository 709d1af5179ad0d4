"""How an expert's fee follows from the door's times: pure, in whole fen.

The rate is the payer's, under the local price list that it names: no national text sets one. Tax is
what the payer withholds from a single payment for services (劳务报酬所得预扣预缴).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from bidding.walk.rules import LEFT
from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken
from oversight.rulebook.figures import FeeFigures

_SOURCE = "财库〔2016〕198号 23, 24, 25; design: bidding/fee"

FEES_DUE = Rule(
    "fee.due",
    "Fees are stated once the evaluation is concluded.",
    _SOURCE,
)
FEE_PAYER = Rule(
    "fee.payer",
    "Fees are stated by the party that ordered the draw, which pays them or answers for the payer.",
    _SOURCE,
    Ground.FORBIDDEN,
)
TRAVEL_OWED = Rule(
    "fee.travel_owed",
    "Travel is repaid, once each, to experts who are owed a fee.",
    _SOURCE,
    Ground.UNLAWFUL,
)
FEES_KNOWN = Rule("fee.known", "The fee statement exists.", _SOURCE, Ground.ABSENT)

STATE_FEES = Permission(
    "bidding.fee.state",
    frozenset({Post.DRAW_APPLICANT}),
    frozenset({Role.TENDERER, Role.PURCHASER, Role.AGENT}),
    "开具评审劳务费清单",
    "State what experts are owed",
)
READ_FEES = Permission(
    "bidding.fee.read",
    frozenset({Post.DRAW_APPLICANT, Post.AUDITOR}),
    None,
    "查看评审劳务费清单",
    "Read a fee statement",
)
# Who left or was removed is owed neither fee nor travel (财库〔2016〕198号 25).
FORFEIT = frozenset({LEFT, "removed"})

Place = tuple[str, int]  # draw, line


class Worked(msgspec.Struct, frozen=True):
    """An expert of the evaluation, by the line that he sat on."""

    draw: str
    line: int
    outcome: str  # last code of the line
    visits: tuple[tuple[datetime, datetime], ...]  # in and out


class Fee(msgspec.Struct, frozen=True):
    """What one expert is owed. Sums are whole fen."""

    draw: str
    line: int
    minutes: int  # between the door's times
    paid_minutes: int  # rounded up to the edition's step; 0 where nothing is owed
    gross: int
    tax: int  # withheld
    travel: int  # repaid, not taxed
    net: int  # what the expert gets
    forfeit: str  # "left" or "removed"; empty: owed


class Statement(msgspec.Struct, frozen=True):
    """The fees of an evaluation."""

    draw: str
    payer: str  # party
    rate: int  # fen an hour
    basis: str  # price list under which the rate stands
    edition: str
    fees: tuple[Fee, ...]


def check_payer(party: str, applicant: str) -> None:
    """Return only if the party ordered the draw.

    Raises:
        RuleBroken: FEE_PAYER.
    """
    if party != applicant:
        raise RuleBroken(FEE_PAYER, needed="the party that ordered the draw")


def fees(
    worked: Sequence[Worked], rate: int, travel: Mapping[Place, int], figures: FeeFigures
) -> tuple[Fee, ...]:
    """Return what each expert is owed, in the order given.

    Args:
        rate: fen an hour, before tax.
        travel: fen to repay, by draw and line.

    Raises:
        RuleBroken: TRAVEL_OWED.
    """
    owed = {(one.draw, one.line) for one in worked if one.outcome not in FORFEIT}
    if stray := sorted(travel.keys() - owed):
        raise RuleBroken(
            TRAVEL_OWED,
            needed="lines that are owed a fee",
            lines=[line for _, line in stray],
        )
    return tuple(_fee(one, rate, travel.get((one.draw, one.line), 0), figures) for one in worked)


def _fee(one: Worked, rate: int, travel: int, figures: FeeFigures) -> Fee:
    seconds = sum(int((out - came).total_seconds()) for came, out in one.visits)
    minutes = -(-seconds // 60)
    if one.outcome in FORFEIT:
        return Fee(one.draw, one.line, minutes, 0, 0, 0, 0, 0, one.outcome)
    paid = -(-minutes // figures.step_minutes) * figures.step_minutes
    gross = _rounded(rate * paid, 60)
    tax = withheld(gross, figures)
    return Fee(one.draw, one.line, minutes, paid, gross, tax, travel, gross - tax + travel, "")


def withheld(gross: int, figures: FeeFigures) -> int:
    """Return the tax on one payment for services, in fen.

    Up to `tax_flat_up_to_fen` a fixed sum is free; above it a share is. The rest is taxed by
    brackets, each with its rate in percent and what is deducted at once.
    """
    if gross <= figures.tax_flat_up_to_fen:
        taxed = max(0, gross - figures.tax_free_fen)
    else:
        taxed = _rounded(gross * (100 - figures.tax_free_percent), 100)
    for up_to, percent, deducted in figures.tax_brackets:
        if up_to is None or taxed <= up_to:
            return max(0, _rounded(taxed * percent, 100) - deducted)
    raise AssertionError("the last bracket has no end")


def _rounded(dividend: int, divisor: int) -> int:
    """Return the quotient, half a fen rounded up; neither is negative."""
    return (2 * dividend + divisor) // (2 * divisor)
