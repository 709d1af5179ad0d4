"""Which chains are pinned: quicknet, and what a file names besides. Pure.

A chain that somebody runs alone tells him its rounds beforehand. Whoever relies on a draw pins its
chain by himself, in his own trust file; what is pinned here binds this service alone.
"""

import tomllib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta

from oversight.beacon.rules import CHAINS_READABLE, SCHEME, Chain, check_chain
from oversight.errors import ProofRejected, RuleBroken
from oversight.wire import INDEX_MAX

# League of Entropy, drand "quicknet": a round every three seconds since 2023-08-23.
QUICKNET = Chain(
    hash="52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    public_key="83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c"
    "8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb"
    "5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    scheme=SCHEME,
    period=3,
    genesis=1_692_803_367,
)
PINNED: Mapping[str, Chain] = MappingProxyType({QUICKNET.hash: QUICKNET})


class _Stated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A chain as a file states it."""

    hash: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    public_key: Annotated[str, Meta(pattern=r"^[0-9a-f]{192}\Z")]
    scheme: str
    period: Annotated[int, Meta(ge=1, le=INDEX_MAX)]
    genesis: Annotated[int, Meta(ge=0, le=INDEX_MAX)]


class _Stating(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file: one `[[chain]]` table for each."""

    chain: list[_Stated] = []


def with_chains(text: str) -> Mapping[str, Chain]:
    """Return the pinned chains by hash, those of a TOML text included.

    Raises:
        RuleBroken: CHAINS_READABLE, where the text is not as the rule demands, or states a chain
            that is pinned already.
    """
    try:
        stated = msgspec.convert(tomllib.loads(text), _Stating).chain
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RuleBroken(CHAINS_READABLE, needed=str(error)) from None
    chains = dict(PINNED)
    for one in stated:
        chain = Chain(one.hash, one.public_key, one.scheme, one.period, one.genesis)
        if one.hash in chains:
            raise RuleBroken(CHAINS_READABLE, needed="each chain once", chain=one.hash)
        try:
            check_chain(chain)
        except ProofRejected as error:
            raise RuleBroken(CHAINS_READABLE, needed=str(error), chain=one.hash) from None
        chains[one.hash] = chain
    return chains
