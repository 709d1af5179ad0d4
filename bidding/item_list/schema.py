"""What travels over HTTP about draws from a list: the order, and what everybody may see of it."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.draw.schema import CONTRIBUTORS_MAX, STRATA_MAX, DrawView, Party, Seats
from bidding.sealing.rules import Listed
from oversight.values.identifiers import check_uscc
from oversight.wire import Code, Label

ENTRIES_MAX = 2000  # of one stratum
SUBJECT_MAX = 36  # characters
NOTE_MAX = 2000  # characters
LINE_MAX = STRATA_MAX * ENTRIES_MAX

ItemId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,35}$(?!\n)",
        description="Short name, each once in an order.",
        examples=["k-0.97"],
    ),
]
Stratum = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)",
        description="Name of the list, each once in an order.",
        examples=["lot-1"],
    ),
]
# A pattern, as for the caps of a committee: descriptions bound names of members by patterns only.
Capped = Annotated[str, Meta(pattern=r"^controller$(?!\n)")]


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something with a public label: a tied bidder, a coefficient, a site, a project to inspect."""

    item: ItemId
    label: Annotated[Label, Meta(description="What everybody sees.", examples=["0.97"])]
    party: Annotated[
        str,
        Meta(max_length=36, description="Id of the party that the item stands for; else empty."),
    ] = ""

    def listed(self) -> Listed:
        """Return it as it stands in a roster."""
        attributes = {"party": self.party} if self.party else {}
        return Listed(self.item, {"item": self.item, "label": self.label}, attributes)


class Supplier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A supplier that may be invited, and whoever controls it."""

    uscc: Annotated[
        str,
        Meta(
            min_length=18,
            max_length=18,
            description="Unified social credit code (GB 32100), upper case.",
        ),
    ]
    name: Label
    controller: Annotated[
        str, Meta(max_length=120, description="Who controls it; empty: it stands for itself.")
    ] = ""

    def __post_init__(self) -> None:
        """Refuse a code that does not check, or is not written in its one form."""
        if check_uscc(self.uscc) != self.uscc:
            raise ValueError("a unified social credit code is written in upper case, half width")

    def listed(self) -> Listed:
        """Return it as it stands in a roster."""
        identity = {"uscc": self.uscc, "name": self.name}
        return Listed(self.uscc, identity, {"controller": self.controller or self.uscc})


class ListOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many seats from one list."""

    id: Stratum
    seats: Seats
    items: Annotated[list[Item], Meta(max_length=ENTRIES_MAX)] = []
    suppliers: Annotated[
        list[Supplier],
        Meta(max_length=ENTRIES_MAX, description="Kept encrypted; logged as a commitment."),
    ] = []

    def listed(self) -> list[Listed]:
        """Return its entries as they stand in a roster, in the order given."""
        return [one.listed() for one in self.items] + [one.listed() for one in self.suppliers]


class ItemOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A draw from lists that come with the order: for what, under which edition, whose nonces."""

    subject: Annotated[
        Label, Meta(description="Id of the tender, lot or programme, 36 characters at most.")
    ]
    purpose: Annotated[
        Code,
        Meta(
            description="supplier-invitation, tie-break, parameter, presentation-order, host-site "
            "or inspection-sample, as far as the edition allows it."
        ),
    ]
    rulebook: Annotated[Label, Meta(description="Edition under which the case began.")]
    strata: Annotated[list[ListOrder], Meta(min_length=1, max_length=STRATA_MAX)]
    contributors: Annotated[
        list[Party],
        Meta(
            min_length=2,
            max_length=CONTRIBUTORS_MAX,
            description="Parties whose nonces enter: the one that orders, the roles that the "
            "edition names, and each tied bidder.",
        ),
    ]
    day: Annotated[date, Meta(description="Day for which it is drawn.", examples=["2026-03-04"])]
    caps: Annotated[
        dict[Capped, Seats] | None,
        Meta(description="At most so many suppliers of one controller; default: one."),
    ] = None

    def __post_init__(self) -> None:
        """Refuse a subject that the log does not hold."""
        if len(self.subject) > SUBJECT_MAX:
            raise ValueError(f"a subject has at most {SUBJECT_MAX} characters")


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A supplier that gave no answer in time, or an item that cannot be had after all."""

    line: Annotated[int, Meta(ge=0, le=LINE_MAX, description="Number in the walk, from 0.")]
    reason: Annotated[Code, Meta(description="Why: a code.", examples=["no-answer"])]
    note: Annotated[
        str,
        Meta(
            max_length=NOTE_MAX,
            description="What it rests on: kept encrypted; for countersigner and auditor alone.",
        ),
    ] = ""


class ShownItem(msgspec.Struct, frozen=True):
    """An item of a roster, with its place."""

    stratum: str
    position: int  # 0-based, in roster order
    item: str
    label: str
    commitment: str  # hex


class DrawnItem(msgspec.Struct, frozen=True):
    """A line of the walk: which item came, and what became of it."""

    stratum: str
    place: int  # 1 came first in its stratum
    item: str
    label: str
    outcomes: list[str]


class ItemsView(msgspec.Struct, frozen=True):
    """A draw of items as the public sees it while it happens."""

    draw: DrawView
    strata: list[str]
    secret: str | None  # hex; None before the seal
    roster: list[ShownItem]  # empty before the seal
    result: list[DrawnItem]  # empty before the draw
