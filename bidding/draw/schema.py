"""What travels over HTTP about draws. Nothing here can carry a person, opened or not.

Openings travel only inside a bundle (`bidding/draw_record`), to whom the edition allows.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bidding.roster.schema import Region, Specialty
from oversight.wire import Code, Hex32, Id, Instant, Signature64

STRATA_MAX = 50
CONTRIBUTORS_MAX = 20
RECUSALS_MAX = 1000
SEATS_MAX = 99
STATEMENT_MAX = 4000  # characters of a closing's reason in words

Party = Annotated[str, Meta(min_length=1, max_length=36, description="A party's id.")]
Ending = Literal["voided", "lapsed"]
# a pattern, not an enumeration: descriptions can bound the names of members by patterns only
Capped = Annotated[str, Meta(pattern=r"^(employer|region)$(?!\n)")]
Seats = Annotated[int, Meta(ge=1, le=SEATS_MAX)]


class StratumOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many seats from one specialty and region."""

    specialty: Specialty
    region: Region
    seats: Seats


class Recused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation of the case: its present and former people are left out."""

    uscc: Annotated[str, Meta(max_length=18, description="Credit code, or empty.")] = ""
    name: Annotated[str, Meta(max_length=120, description="Name, or empty.")] = ""

    def __post_init__(self) -> None:
        """Refuse an organisation that is named in no way."""
        if not (self.uscc or self.name):
            raise ValueError("an organisation has a credit code or a name")


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an order departs from what the edition takes for usual."""

    code: Code
    text: Annotated[str, Meta(max_length=STATEMENT_MAX, description="In words.")] = ""


class CaseConditions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an order asks of experts beside specialty and region, and why; kept encrypted."""

    on: date  # day of the evaluation
    organisations: list[Recused]
    region_reason: Reason | None = None
    early_reason: Reason | None = None


class DrawOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A draw to be made for a committee: from where, how many, and whose nonces enter."""

    subject: Annotated[Id, Meta(description="The committee that is drawn.")]
    of: Annotated[
        Id | None,
        Meta(description="The exhausted draw that this one supplements, for its empty seats."),
    ] = None
    strata: Annotated[list[StratumOrder], Meta(min_length=1, max_length=STRATA_MAX)]
    contributors: Annotated[
        list[Party],
        Meta(
            min_length=2,
            max_length=CONTRIBUTORS_MAX,
            description="Parties whose nonces enter: the applicant, the roles that the edition "
            "names, at least one of them not the center.",
        ),
    ]
    caps: Annotated[
        dict[Capped, Seats] | None,
        Meta(description="At most so many seats for one value; default: the edition's."),
    ] = None
    evaluation_day: Annotated[
        date,
        Meta(
            description="Day of the evaluation: who may be drawn is judged for it.",
            examples=["2026-03-04"],
        ),
    ]
    recused: Annotated[
        list[Recused],
        Meta(
            max_length=RECUSALS_MAX,
            description="Buyer, agent and bidders. Stored encrypted, logged as a commitment.",
        ),
    ] = []
    region_reason: Annotated[
        Reason | None,
        Meta(
            description="Why a stratum's region is narrower than the edition's usual one: "
            "local-conditions, site-visit or urgent. Logged as a commitment."
        ),
    ] = None
    early_reason: Annotated[
        Reason | None,
        Meta(
            description="Why it is ordered earlier than the edition's window before the "
            "evaluation: remote-evaluation, holidays or preparation. Logged as a commitment."
        ),
    ] = None


class Commitment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A contributor's promise of a nonce, signed with its registered key."""

    commitment: Hex32
    signature: Signature64


class BreachOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A contributor that gave no nonce in time, to be named on the log."""

    party: Party


class SealOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fix everything about the draw."""

    reveal_by: Annotated[
        Instant | None,
        Meta(description="Last moment for reveals; default: the edition's minutes from now."),
    ] = None


class Reveal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A contributor's nonce, signed for exactly one request; whoever holds it may bring it."""

    party: Party
    request: Annotated[Hex32, Meta(description="The request R that the party signed.")]
    nonce: Hex32
    signature: Signature64


class ClosingTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draw to be closed without a result: what is signed, before it is signed."""

    state: Ending
    reason: Code
    statement: Annotated[
        Hex32, Meta(description='L("statement", salt || canon(text)); the text stays with you.')
    ]


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draw to be closed without a result, in public, with a signed reason."""

    state: Ending
    reason: Code
    text: Annotated[
        str, Meta(min_length=1, max_length=STATEMENT_MAX, description="The reason in words.")
    ]
    salt: Annotated[Hex32, Meta(description="32 fresh bytes: the log holds only a digest.")]
    signature: Signature64


class DrawReceipt(msgspec.Struct, frozen=True):
    """A step was taken. It is in effect when a checkpoint covers its entry."""

    draw: str
    state: str
    attempt: int
    step: str  # last part of the entry's kind
    act: str
    at: str
    advice: list[str] = []  # figures missed that do not refuse: unconfirmed or local


class StepView(msgspec.Struct, frozen=True):
    """One step as the public sees it."""

    word: str
    at: str
    act: str
    index: int | None  # position on the log, once a checkpoint covers it


class ContributorView(msgspec.Struct, frozen=True):
    """How far a contributor is."""

    party: str
    committed: bool
    revealed: bool
    breached: bool  # gave no nonce in time, and is named on the log for it


class BeaconView(msgspec.Struct, frozen=True):
    """The round of public randomness that the seal bound."""

    chain: str  # hex
    round: int
    due: str | None  # when it comes; null where the chain is pinned here no longer


class DrawView(msgspec.Struct, frozen=True):
    """A draw as the public sees it: state, attempt and counts; no stratum, no person."""

    id: str
    subject: str
    purpose: str
    attempt: int
    of: str | None
    rulebook: str
    state: str
    contributors: list[ContributorView]
    lines: int  # lines of the walk so far
    seated: int  # of these, lines that hold a seat
    reveal_by: str | None
    beacon: BeaconView | None
    steps: list[StepView]


class StratumView(msgspec.Struct, frozen=True):
    """One line of the order."""

    id: str  # "<specialty>@<region>"
    seats: int


class OrderView(msgspec.Struct, frozen=True):
    """What was ordered, for those who take part: a contributor keeps it and compares later."""

    draw: str
    subject: str
    purpose: str
    attempt: int
    of: str | None  # the draw that this one supplements
    rulebook: str
    strata: list[StratumView]
    caps: dict[str, int]
    contributors: list[str]
