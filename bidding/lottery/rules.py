"""Transcript, seed and tickets (draw.md, step 5): pure functions of what was fixed before.

Every hash is labelled, so that a value made for one purpose never serves another. A ticket
depends on the seed, the stratum's id and the position alone: leaving one expert out of the walk
moves the next in line up and changes nobody else's place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256, shake_256

from oversight.errors import Ground, Rule
from oversight.values.canonical import canonical

PROTOCOL = "daylight/draw/v1"
TICKET_BYTES = 16
ALPHA_BYTES, BETA_BYTES = 32, 64
FIRST_POSITIONS = 64  # ordered at first beyond which the walk seldom goes; grows as it is read

_WORDS = TICKET_BYTES // 8  # a ticket is compared as two big-endian words of 64 bits


def draw_rule(code: str, demands: str, section: str, ground: Ground = Ground.CONFLICT) -> Rule:
    """Return a rule of the protocol; `section` is a heading of draw.md."""
    return Rule(f"draw.{code}", demands, f"design: draw.md#{section}", ground)


def label(name: str) -> bytes:
    """Return the prefix that `labelled` hashes before the data."""
    return f"{PROTOCOL}/{name}\n".encode()


def labelled(name: str, data: bytes) -> bytes:
    """Return L(name, data) = SHA-256("daylight/draw/v1/" || name || 0x0A || data), 32 bytes."""
    return sha256(label(name) + data).digest()


def transcript(
    request: bytes, nonces: Sequence[tuple[str, bytes | None]], beacon: bytes | None
) -> bytes:
    """Return T, the canonical bytes of all inputs.

    Args:
        request: R, 32 bytes.
        nonces: party and 32-byte nonce in the request's order; None where the reveal is missing.
        beacon: the round's signature, or None where the request names no beacon.
    """
    return canonical(
        {
            "request": request.hex(),
            "nonces": [
                {"party": party, "nonce": None if nonce is None else nonce.hex()}
                for party, nonce in nonces
            ],
            "beacon": None if beacon is None else beacon.hex(),
        }
    )


def alpha_of(transcript_bytes: bytes) -> bytes:
    """Return alpha = L("alpha", T), 32 bytes: what the center's key is applied to."""
    return labelled("alpha", transcript_bytes)


def seed_of(alpha: bytes, beta: bytes) -> bytes:
    """Return seed = L("seed", alpha || beta), 32 bytes; beta is the VRF's 64-byte output."""
    assert len(alpha) == ALPHA_BYTES, "alpha has 32 bytes"
    assert len(beta) == BETA_BYTES, "beta has 64 bytes"
    return labelled("seed", alpha + beta)


def stratum_key(seed: bytes, stratum: str) -> bytes:
    """Return L("stratum", seed || utf8(id)), 32 bytes: the key of its tickets."""
    return labelled("stratum", seed + stratum.encode())


class Order:
    """The positions of one stratum by (ticket, position) ascending, sorted as far as they are read.

    Tickets are the consecutive 16-byte pieces of one SHAKE256 stream. Only the front of the order
    is sorted and kept: a draw seats a handful out of up to ten million, and fifty strata of that
    size fit in no memory. Each doubling of what is read makes the tickets and sorts anew. The
    result is the same as a full sort.
    """

    def __init__(self, seed: bytes, stratum: str, size: int) -> None:
        assert size >= 1, "a stratum has at least one position"
        self.size = size
        self._key = stratum_key(seed, stratum)
        self._front = self._lowest(FIRST_POSITIONS)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, rank: int) -> int:
        """Return the position that stands at `rank` (0-based) in the order."""
        if not 0 <= rank < self.size:
            raise IndexError(rank)
        while rank >= len(self._front):
            self._front = self._lowest(max(2 * len(self._front), rank + 1))
        return self._front[rank]

    def __iter__(self) -> Iterator[int]:
        return (self[rank] for rank in range(self.size))

    def _lowest(self, count: int) -> list[int]:
        """Return at least the first `count` positions of the order (all, if there are fewer)."""
        import numpy as np  # here: whoever wants labels alone does not wait for it

        stream = shake_256(self._key).digest(TICKET_BYTES * self.size)
        words = np.frombuffer(stream, ">u8").reshape(self.size, _WORDS)
        ceiling = np.uint64(_ceiling(count, self.size))
        chosen = np.flatnonzero(words[:, 0].astype(np.uint64) <= ceiling)
        if len(chosen) < min(count, self.size):
            chosen = np.arange(self.size)
        high, low = words[chosen, 0].astype(np.uint64), words[chosen, 1].astype(np.uint64)
        first: list[int] = chosen[np.lexsort((chosen, low, high))].tolist()
        return first


def _ceiling(count: int, size: int) -> int:
    """Return a first word below which, almost surely, at least `count` of `size` tickets fall.

    Uniform tickets put twice the wanted number below it on average; where chance says otherwise,
    `Order` sorts everything. Whatever the value, the result is exact: all tickets at or below a
    ceiling precede all others.
    """
    return min(2**64 - 1, (2 * count * 2**64) // size)


def orders(seed: bytes, strata: Mapping[str, int]) -> list[Order]:
    """Return the order of each stratum, given id and size in the request's order."""
    return [Order(seed, stratum, size) for stratum, size in strata.items()]
