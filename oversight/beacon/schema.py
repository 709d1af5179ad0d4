"""Rounds of public randomness as they travel over HTTP, and as relays tell them."""

from typing import Annotated

import msgspec
from msgspec import Meta

from oversight.wire import INDEX_MAX, Hex32, Id, Instant

RoundNumber = Annotated[int, Meta(ge=1, le=INDEX_MAX, description="A round, from 1.")]
SignatureG1 = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{96}$(?!\n)",
        description="The round's signature in lower-case hex: a point of G1, 48 bytes.",
        examples=[
            "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125"
            "e342b73a8dd2bacbe47e4b6b63ed5e39"
        ],
    ),
]
Chain = Annotated[Hex32, Meta(description="Hash of a pinned chain.")]


class RelayRound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a relay of drand answers, and what a file that is carried by hand holds."""

    round: RoundNumber
    randomness: Hex32  # SHA-256 of the signature: follows from it, and is not believed
    signature: SignatureG1


class RoundOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A round that somebody brings, or (without signature) that a relay shall be asked for."""

    round: RoundNumber
    chain: Annotated[
        Hex32 | None, Meta(description="Hash of a pinned chain; by default the one in use.")
    ] = None
    signature: Annotated[
        SignatureG1 | None, Meta(description="Null: the service asks its relays.")
    ] = None


class RoundView(msgspec.Struct, frozen=True):
    """A round that is stored here."""

    chain: Hex32
    round: RoundNumber
    due: Annotated[Instant | None, Meta(description="When the chain makes it; null if unpinned.")]
    signature: SignatureG1
    randomness: Hex32
    act: Id


class ChainView(msgspec.Struct, frozen=True):
    """A chain that this service pins."""

    hash: Hex32
    public_key: Annotated[str, Meta(pattern=r"^[0-9a-f]{192}$(?!\n)")]
    scheme: str
    period: Annotated[int, Meta(ge=1, description="Seconds from round to round.")]
    genesis: Annotated[int, Meta(ge=0, description="POSIX second of round 1.")]
    in_use: Annotated[bool, Meta(description="Whether draws sealed now bind a round of it.")]
