"""What the log says of a draw (draw.md, "Entries"): one fact for each step, for ever.

The entry's subject is the committee (or tender, lot, programme). `previous` is the index of the
draw's entry before; hex is lower-case, base64 canonical.
"""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Ordered(Fact, frozen=True, omit_defaults=True):
    """An applicant ordered a draw."""

    kind: ClassVar[str] = "bidding.draw.ordered"
    conceals: ClassVar[tuple[str, ...]] = ("terms",)

    draw: str
    previous: int | None  # the closing of the attempt before; null for a first attempt
    purpose: str
    attempt: int  # from 1, without gaps
    of: str | None  # the draw that this one supplements
    # Salted commitment to strata, seats, caps, contributors, day, recused organisations and the id
    # of whoever ordered (the last was not told at first), 32 bytes as hex. The protocol does not
    # know it, so a reader of foreign records does without.
    terms: str = ""
    rulebook: str = ""  # edition, where no committee was formed under one before


class Committed(Fact, frozen=True):
    """A contributor bound itself to a nonce; the actor is that party."""

    kind: ClassVar[str] = "bidding.draw.committed"

    draw: str
    previous: int
    party: str
    commitment: str  # 32 bytes as hex
    signature: str  # base64, over the commit statement


class Sealed(Fact, frozen=True):
    """Request, rosters and all figures were fixed."""

    kind: ClassVar[str] = "bidding.draw.sealed"

    draw: str
    previous: int
    request: str  # R as hex
    purpose: str
    attempt: int
    of: str | None


class SealedOpenly(Sealed, frozen=True):
    """The same for items that are public from the seal on: they are opened with it."""

    openings: str  # digest as hex


class Revealed(Fact, frozen=True):
    """A contributor gave its nonce, or is named for not giving it (the center's entry then)."""

    kind: ClassVar[str] = "bidding.draw.revealed"

    draw: str
    previous: int
    party: str
    nonce: str | None  # 32 bytes as hex; null: a breach
    request: str  # R as hex
    signature: str | None  # base64, over the reveal statement


class Drawn(Fact, frozen=True):
    """The center proved its output; the order of every stratum is fixed for good."""

    kind: ClassVar[str] = "bidding.draw.drawn"

    draw: str
    previous: int
    request: str  # R as hex
    alpha: str  # 32 bytes as hex
    pi: str  # 80 bytes as hex
    beacon: str | None  # the round's signature as hex
    walk: str  # digest as hex


class Answered(Fact, frozen=True, omit_defaults=True):
    """A seated line was freed for a coded reason that a countersigner vouches for."""

    kind: ClassVar[str] = "bidding.draw.answered"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    draw: str
    previous: int
    line: int  # 0-based in the walk
    outcome: str
    evidence: str  # 32 bytes as hex
    countersigner: str  # party
    signature: str  # base64, over the answer statement
    walk: str  # digest after it, as hex
    # Salted commitment to the id of whoever signed for the countersigner, 32 bytes as hex. The
    # protocol does not know it, so a reader of foreign records does without.
    person: str = ""


class Closing(Fact, frozen=True):
    """A draw was closed without a result that stands; it hides nothing that was known."""

    draw: str
    previous: int
    reason: str  # code
    statement: str  # digest of the reasons in words, as hex
    signature: str  # base64, by the entry's actor, over the close statement
    alpha: str | None  # where the inputs were complete
    pi: str | None  # … and the center's proof came
    walk: str | None  # digest of the walk as it stands, or as it would have been logged


class Voided(Closing, frozen=True):
    """The supervisor closed it."""

    kind: ClassVar[str] = "bidding.draw.voided"


class Lapsed(Closing, frozen=True):
    """The applicant closed it, the supervisor being informed."""

    kind: ClassVar[str] = "bidding.draw.lapsed"


class Identified(Fact, frozen=True):
    """The identities of those who hold a seat were opened to whom the edition allows."""

    kind: ClassVar[str] = "bidding.draw.identified"

    draw: str
    previous: int
    openings: str  # digest as hex
