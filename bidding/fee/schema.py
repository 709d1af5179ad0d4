"""Fee statements as they travel."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.answer.schema import Line
from oversight.values.money import Sum
from oversight.wire import Id, Label

TRAVELLERS_MAX = 100


class Travel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Travel to repay to the expert on a line."""

    line: Line
    amount: Sum
    draw: Annotated[Id | None, Meta(description="The supplement whose line it is; else null.")] = (
        None
    )


class FeeOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the payer pays an hour, under which price list, and travel to repay."""

    rate: Annotated[Sum, Meta(description="Yuan an hour, before tax.")]
    basis: Annotated[Label, Meta(description="The price list that sets the rate.")]
    travel: Annotated[list[Travel], Meta(max_length=TRAVELLERS_MAX)] = []


class FeeReceipt(msgspec.Struct, frozen=True):
    """Fees are stated; what they are is a commitment on the log."""

    draw: str
    number: int
    act: str


class FeeView(msgspec.Struct, frozen=True):
    """What one expert is owed; sums in yuan."""

    draw: str
    line: int
    name: Annotated[str, Meta(description="Empty for who may not read the opened list.")]
    minutes: int
    paid_minutes: int
    gross: str
    tax: str
    travel: str
    net: str
    forfeit: Annotated[str, Meta(description='"left" or "removed"; empty: owed.')]


class StatementView(msgspec.Struct, frozen=True):
    """A fee statement; that names in it were read is on record."""

    draw: str
    number: int
    payer: str
    rate: str
    basis: str
    edition: str
    fees: list[FeeView]
    act: str
