"""Asking relays for a round over HTTP: drand's public interface, read strictly.

    GET <base>/<chain hash>/public/<round>  →  {"round", "randomness", "signature"}

A relay is trusted with nothing: what counts is the signature, which the caller verifies too. An
answer is of bounded size and comes in bounded time, and no relay sends its client elsewhere.
"""

import asyncio
import logging
from collections.abc import Sequence
from hashlib import sha256

import httpx
import msgspec

from oversight.beacon.rules import ROUND_AT_HAND, Chain, verify_round
from oversight.beacon.schema import RelayRound
from oversight.errors import ProofRejected, RuleBroken
from oversight.remote import authorities
from oversight.values.canonical import NotCanonical, parse_strict

LOG = logging.getLogger("daylight.beacon")
ANSWER_BYTES_MAX = 4_096
STEP_SECONDS = 5.0  # to connect, to send, to receive anything at all
ANSWER_SECONDS = 10.0  # for one relay's whole answer
OK = 200


class RelayFailed(Exception):  # noqa: N818, a statement about the relay
    """A relay gave no round; nothing follows from that."""


async def ask_relays(bases: Sequence[str], chain: Chain, round: int) -> bytes:
    """Return the verified signature of a round from the first relay that gives it.

    Args:
        bases: address prefixes, asked one after the other.
        chain: pinned.
        round: its time has come.

    Raises:
        RuleBroken: ROUND_AT_HAND, when none of them gives it; `found` says why, relay by relay.
    """
    failures = []
    async with httpx.AsyncClient(
        timeout=STEP_SECONDS, follow_redirects=False, verify=authorities()
    ) as client:
        for number, base in enumerate(bases, start=1):
            try:
                signature = read_round(await _answer(client, base, chain.hash, round), round)
                verify_round(chain, round, signature)
            except (RelayFailed, ProofRejected) as failure:
                LOG.warning("relay %d gives no round %d: %s", number, round, failure)
                failures.append(f"relay {number}: {failure}")
            else:
                return signature
    raise RuleBroken(
        ROUND_AT_HAND,
        needed="its file, from any relay or site that has the round: `daylight beacon carry FILE`",
        round=round,
        relays=failures or "none configured",
    )


def read_round(data: bytes, round: int | None = None) -> bytes:
    """Return the signature in what a relay answered, or in a file; nothing of it is verified yet.

    Args:
        data: JSON.
        round: the one that was asked for.

    Raises:
        ProofRejected: of another form, of another round, or its randomness is not the signature's.
    """
    said = read_relayed(data)
    if round is not None and said.round != round:
        raise ProofRejected("another round than the one that was asked for")
    return bytes.fromhex(said.signature)


def read_relayed(data: bytes) -> RelayRound:
    """Return what a relay answered, or what a file holds, read strictly.

    Raises:
        ProofRejected: of another form, or its randomness is not the signature's digest.
    """
    try:
        said = msgspec.convert(parse_strict(data), RelayRound)
    except (NotCanonical, msgspec.ValidationError, ValueError):
        raise ProofRejected("not the JSON of a round: round, randomness, signature") from None
    if sha256(bytes.fromhex(said.signature)).hexdigest() != said.randomness:
        raise ProofRejected("the randomness is not the digest of the signature")
    return said


async def _answer(client: httpx.AsyncClient, base: str, chain: str, round: int) -> bytes:
    """Return what a relay answers to the question for a round.

    Raises:
        RelayFailed: nothing in time, too much, or another status than 200.
    """
    data = bytearray()
    url = f"{base.rstrip('/')}/{chain}/public/{round}"
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
        ):
            if answer.status_code != OK:
                raise RelayFailed(f"answered {answer.status_code}")
            async for part in answer.aiter_bytes(ANSWER_BYTES_MAX):
                data += part
                if len(data) > ANSWER_BYTES_MAX:
                    raise RelayFailed("its answer does not end")
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise RelayFailed(type(error).__name__) from None
    return bytes(data)
