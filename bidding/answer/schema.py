"""What travels over HTTP about answers. No person is in it, but what a record itself says."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.recusal.rules import RecusalGround
from oversight.wire import Code, Hex32, Signature64

LINE_MAX = 10**8  # more than fifty strata of the largest size
NOTE_MAX = 2000  # characters

Line = Annotated[int, Meta(ge=0, le=LINE_MAX, description="Number of the line, from 0.")]
Natural = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class FoundRecusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A conflict of interest that came out after the draw, as with bidders who were secret."""

    line: Line
    ground: Annotated[Code, Meta(description="The legal ground: " + ", ".join(RecusalGround) + ".")]
    note: Annotated[
        str,
        Meta(
            max_length=NOTE_MAX,
            description="What it rests on: kept encrypted; for countersigner and auditor alone. "
            "Name documents, not people.",
        ),
    ] = ""


class CounterSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A contributor vouches for a proposed answer, behind the draw's newest entry."""

    previous: Annotated[Natural, Meta(description="Index of the entry that was signed behind.")]
    signature: Annotated[Signature64, Meta(description="Over the answer statement.")]


class Dismissal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A proposal is refused, or taken back."""

    reason: Annotated[
        Code, Meta(description="mistaken, evidence-insufficient or evidence-contradicted.")
    ]


class SeatView(msgspec.Struct, frozen=True):
    """A seat by its number, with what is known of it; nobody's name."""

    number: int  # 1-based, over all strata
    stratum: int  # index in the request
    line: int | None  # of the walk; null: empty
    state: str  # "seated", "proposed", "left" or "exhausted"


class ProposalView(msgspec.Struct, frozen=True):
    """A proposed answer without its evidence."""

    id: str
    draw: str
    line: int
    outcome: str
    evidence: Hex32
    cause: str  # "expert" or "house"
    state: str  # "waiting", "countersigned" or "withdrawn"
    act: str


class EvidenceView(msgspec.Struct, frozen=True):
    """What a proposed answer rests on, for the countersigner and the auditor."""

    proposal: ProposalView
    salt: Hex32
    record: str  # canonical JSON; evidence = L("evidence", salt || utf8(record))


class DismissalReceipt(msgspec.Struct, frozen=True):
    """A proposal is dismissed; the line is seated as before."""

    proposal: str
    state: str
    act: str
