"""A round of public randomness (drand), verified offline: one scheme, one pairing.

Signatures are points of G1, keys points of G2 of BLS12-381; a round signs its own number and
nothing else (draw.md, "Verifying", step 8). Which chain is trusted, with which key, is said by
whoever verifies. A chain's hash covers a seed and a name that no trust file holds, so it is the
chain's name here and is not recomputed: trust rests on the pinned key.
"""

import hashlib

import msgspec
from py_arkworks_bls12381 import GT, G1Point, G2Point

from oversight.authority.rules import Permission, Post
from oversight.errors import Ground, ProofRejected, Rule
from oversight.values.digests import unhex

STORE_ROUND = Permission(
    "oversight.beacon.store",
    frozenset(
        {
            Post.ADMINISTRATOR,
            Post.DRAW_APPLICANT,
            Post.DRAW_CONTRIBUTOR,
            Post.DRAW_OPERATOR,
            Post.DRAW_SUPERVISOR,
            Post.AUDITOR,
        }
    ),
    None,
    "存入公共随机信标轮次",
    "Bring a round of public randomness",
)
CHAIN_PINNED = Rule(
    "beacon.chain_pinned",
    "A chain of public randomness is pinned in the configuration, with its key.",
    "design: draw.md#3. Seal",
    Ground.UNLAWFUL,
)
CHAINS_READABLE = Rule(
    "beacon.chains_readable",
    "A file of pinned chains is TOML: for each its hash, key, scheme, period and genesis, once.",
    "design: draw.md#3. Seal",
    Ground.MALFORMED,
)
ROUND_DUE = Rule(
    "beacon.round_due", "A round is asked for once its time has come.", "design: draw.md#5. Draw"
)
ROUND_AT_HAND = Rule(
    "beacon.round_at_hand",
    "The round is here: a relay gave it, or somebody carried it in as a file.",
    "design: draw.md#5. Draw",
)
ROUND_STORED = Rule(
    "beacon.round_stored",
    "The round that is asked for was stored.",
    "design: draw.md#5. Draw",
    Ground.ABSENT,
)

SCHEME = "bls-unchained-g1-rfc9380"
DOMAIN = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"  # RFC 9380, 8.8.1, for signatures on G1
_KEY_BYTES = 96
_ROUND_MAX = 2**64 - 1  # a round is signed as eight bytes


class Chain(msgspec.Struct, frozen=True):
    """A chain of public randomness as somebody pins it."""

    hash: str  # hex, 32 bytes: the chain's name
    public_key: str  # hex, 96 bytes
    scheme: str
    period: int  # seconds from round to round
    genesis: int  # POSIX second of round 1


def round_second(chain: Chain, round: int) -> int:
    """Return the POSIX second at which a round is due; of any size, for no date need have it."""
    return chain.genesis + (round - 1) * chain.period


def first_round_at_or_after(chain: Chain, second: int) -> int:
    """Return the first round that is due at that POSIX second or later."""
    return max(1, 1 - (chain.genesis - second) // chain.period)


def check_chain(chain: Chain) -> None:
    """Return only if rounds of the chain can be verified at all.

    Raises:
        ProofRejected: the protocol does not name the scheme, or the key is no canonical point.
    """
    _read_key(chain)


def round_message(round: int) -> bytes:
    """Return the 32 bytes that a round of an unchained beacon signs: the hash of its number."""
    return hashlib.sha256(round.to_bytes(8, "big")).digest()


def verify_round(chain: Chain, round: int, signature: bytes) -> None:
    """Return only if `signature` is the chain's own for that round.

    Raises:
        ProofRejected: the protocol does not name the scheme; key or signature is not the one
            canonical form of a point of its group, or is infinity; or the pairing does not hold.
    """
    key, signed = _read_key(chain), _read_signature(signature)
    if not 1 <= round <= _ROUND_MAX:
        raise ProofRejected("a beacon has no such round")
    hashed = G1Point.hash_to_curve(round_message(round), DOMAIN)
    if not GT.pairing_check([signed, -hashed], [G2Point(), key]):
        raise ProofRejected(f"the beacon's signature is not the chain's for round {round}")


def _read_signature(data: bytes) -> G1Point:
    """Return a point of G1.

    The library refuses what is off the curve or out of the subgroup, but reads anything with
    the flag of infinity as infinity: so the point is written back and compared.
    """
    try:
        point = G1Point.from_compressed_bytes(data)
    except ValueError:
        raise ProofRejected("the beacon's signature is not a point of its group") from None
    if point == G1Point.identity() or bytes(point.to_compressed_bytes()) != data:
        raise ProofRejected("the beacon's signature is not a canonical point of its group")
    return point


def _read_key(chain: Chain) -> G2Point:
    """Return a chain's key, a point of G2, read as strictly as a signature."""
    if chain.scheme != SCHEME:
        raise ProofRejected("a scheme this protocol does not name")
    try:
        data = unhex(chain.public_key, _KEY_BYTES)
        point = G2Point.from_compressed_bytes(data)
    except ValueError:
        raise ProofRejected("the chain's key is not a point of its group") from None
    if point == G2Point.identity() or bytes(point.to_compressed_bytes()) != data:
        raise ProofRejected("the chain's key is not a canonical point of its group")
    return point
