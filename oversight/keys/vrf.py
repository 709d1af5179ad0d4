"""ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381, section 5), key validation on.

The holder of the secret proves that an output is the only one for its key and input. Points
are 32 bytes, scalars whole numbers, section numbers those of the RFC.
"""

import hashlib
from typing import NamedTuple

from oversight.errors import ProofRejected
from oversight.keys.points import (
    GROUP_ORDER,
    NEUTRAL,
    POINT_BYTES,
    has_small_order,
    is_point,
    minus,
    times,
    times_base,
    times_cofactor,
)

SUITE = b"\x03"
SECRET_BYTES = 32
CHALLENGE_BYTES = 16
PROOF_BYTES = POINT_BYTES + CHALLENGE_BYTES + 32


class _Secret(NamedTuple):
    """What follows from a 32-byte secret (RFC 8032, section 5.1.5)."""

    scalar: int
    prefix: bytes  # 32 bytes, for nonces
    public: bytes


class _Proof(NamedTuple):
    gamma: bytes
    challenge: int
    response: int


def public_key(secret: bytes) -> bytes:
    """Return the 32-byte public key of a 32-byte secret."""
    return _expand(secret).public


def prove(secret: bytes, alpha: bytes) -> tuple[bytes, bytes]:
    """Return the 80-byte proof and the 64-byte output for `alpha` (section 5.1)."""
    scalar, prefix, public = _expand(secret)
    hashed, _ = hash_to_point(public, alpha)
    gamma = times(scalar, hashed)
    nonce = _nonce(prefix, hashed)
    challenge = _challenge(public, hashed, gamma, times_base(nonce), times(nonce, hashed))
    response = (nonce + challenge * scalar) % GROUP_ORDER
    proof = gamma + challenge.to_bytes(CHALLENGE_BYTES, "little") + response.to_bytes(32, "little")
    return proof, _output(gamma)


def verify(public: bytes, proof: bytes, alpha: bytes) -> bytes:
    """Return the 64-byte output that the proof proves for `alpha` (section 5.3).

    Raises:
        ProofRejected: an unfit key, a malformed proof, or a proof of something else.
    """
    check_public(public)
    gamma, challenge, response = _decode(proof)
    hashed, _ = hash_to_point(public, alpha)
    from_base = minus(times_base(response), times(challenge, public))
    from_hash = minus(times(response, hashed), times(challenge, gamma))
    if _challenge(public, hashed, gamma, from_base, from_hash) != challenge:
        raise ProofRejected("the random function's proof does not hold for this key and input")
    return _output(gamma)


def check_public(public: bytes) -> None:
    """Return only if the key admits one output for each input (section 5.4.5).

    Raises:
        ProofRejected: another length, no canonical point, or a point of small order.
    """
    if len(public) != POINT_BYTES or not is_point(public):
        raise ProofRejected("the random function's key is not the encoding of a point")
    if has_small_order(public):
        raise ProofRejected("the random function's key has a small order")


def hash_to_point(public: bytes, alpha: bytes) -> tuple[bytes, int]:
    """Return a point nobody knows the logarithm of, and the counter that found it (5.4.1.1)."""
    for counter in range(256):
        attempt = SUITE + b"\x01" + public + alpha + bytes([counter]) + b"\x00"
        candidate = hashlib.sha512(attempt).digest()[:POINT_BYTES]
        if is_point(candidate):
            point = times_cofactor(candidate)
            if point != NEUTRAL:
                return point, counter
    raise AssertionError("256 candidates in a row are no points: odds of one in 2^256")


def _expand(secret: bytes) -> _Secret:
    assert len(secret) == SECRET_BYTES
    digest = hashlib.sha512(secret).digest()
    clamped = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    scalar = clamped % GROUP_ORDER
    return _Secret(scalar, digest[32:], times_base(scalar))


def _nonce(prefix: bytes, hashed: bytes) -> int:
    """Section 5.4.2.2: deterministic, so that one input never meets two nonces."""
    return int.from_bytes(hashlib.sha512(prefix + hashed).digest(), "little") % GROUP_ORDER


def _challenge(*points: bytes) -> int:
    """Section 5.4.3: all five points, the public key first."""
    digest = hashlib.sha512(SUITE + b"\x02" + b"".join(points) + b"\x00").digest()
    return int.from_bytes(digest[:CHALLENGE_BYTES], "little")


def _output(gamma: bytes) -> bytes:
    """Section 5.2: the cofactor removes what a prover could add to gamma."""
    return hashlib.sha512(SUITE + b"\x03" + times_cofactor(gamma) + b"\x00").digest()


def _decode(proof: bytes) -> _Proof:
    """Section 5.4.4."""
    if len(proof) != PROOF_BYTES:
        raise ProofRejected("the random function's proof is not 80 bytes long")
    gamma, rest = proof[:POINT_BYTES], proof[POINT_BYTES:]
    if not is_point(gamma):
        raise ProofRejected("the proof's first part is not the encoding of a point")
    challenge = int.from_bytes(rest[:CHALLENGE_BYTES], "little")
    response = int.from_bytes(rest[CHALLENGE_BYTES:], "little")
    if response >= GROUP_ORDER:
        raise ProofRejected("the proof's last part is not below the group's order")
    return _Proof(gamma, challenge, response)
