"""What the log says of representatives: that one was named, or withdrawn. Nobody's name."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Named(Fact, frozen=True):
    """The buyer named a member whom it sends. Subject: the committee."""

    kind: ClassVar[str] = "bidding.representative.named"
    conceals: ClassVar[tuple[str, ...]] = ("details",)

    draw: str
    representative: str  # id
    # Commitment to {"name_index", "id_index", "letter", "declaration", "person"}: blind indexes of
    # name and identity number, digests of the letter of authority and of the declaration.
    details: str


class Withdrawn(Fact, frozen=True):
    """The buyer sends somebody else."""

    kind: ClassVar[str] = "bidding.representative.withdrawn"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    draw: str
    representative: str
    person: str  # commitment to the id of whoever withdrew
