"""Money: whole fen, never a float; over HTTP a text of yuan with two decimals."""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MINOR_MAX = 2**63 - 1  # a BIGINT column
FEN_PER_YUAN = 100
_YUAN = re.compile(r"-?(0|[1-9]\d{0,16})\.\d{2}", re.ASCII)


class Money(msgspec.Struct, frozen=True, order=True):
    """A sum in the smallest unit of its currency (CNY: fen, 1/100 yuan)."""

    minor: int
    currency: str = "CNY"  # ISO 4217

    def __post_init__(self) -> None:
        """Hold the sum to what the database can keep."""
        assert -MINOR_MAX <= self.minor <= MINOR_MAX

    def __add__(self, other: "Money") -> "Money":
        """Return the sum of two amounts of one currency."""
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Return the difference of two amounts of one currency."""
        return Money(self.minor - self._same(other).minor, self.currency)

    def _same(self, other: "Money") -> "Money":
        assert self.currency == other.currency, "sums across currencies have no meaning"
        return other


class Sum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sum of money, not below zero, as it travels."""

    amount: Annotated[
        str,
        Meta(
            pattern=r"^(0|[1-9][0-9]{0,15})\.[0-9]{2}$(?!\n)",
            description="Yuan with two decimals.",
            examples=["12000000.00"],
        ),
    ]
    currency: Annotated[Literal["CNY"], Meta(description="ISO 4217.")]

    def money(self) -> Money:
        """Return the sum in whole fen."""
        return from_yuan_text(self.amount)


def to_yuan_text(sum_: Money) -> str:
    """Return "1234.50" for 123450 fen."""
    assert sum_.currency == "CNY"
    yuan, fen = divmod(abs(sum_.minor), FEN_PER_YUAN)
    return f"{'-' if sum_.minor < 0 else ''}{yuan}.{fen:02}"


def from_yuan_text(text: str) -> Money:
    """Read "1234.50": two decimals, no plus sign, no separators, no leading zeros, no "-0.00".

    Raises:
        ValueError: any other text, or more than a BIGINT of fen holds.
    """
    if not _YUAN.fullmatch(text):
        raise ValueError("an amount is yuan with two decimals, as 1234.50")
    minor = int(text.replace(".", ""))
    if abs(minor) > MINOR_MAX:
        raise ValueError("the amount is too large")
    if minor == 0 and text.startswith("-"):
        raise ValueError("zero has no sign")
    return Money(minor)
