"""Signatures of real beacon rounds are points of their group; others are not."""

import pytest
from foreign import foreign_vectors

from oversight.beacon.rules import FIELD, check_point
from oversight.errors import ProofRejected

QUICKNET = "bls-unchained-g1-rfc9380"
ROUNDS = [bytes.fromhex(one["signature"]) for one in foreign_vectors("drand_rounds")["quicknet"]]


@pytest.mark.parametrize("signature", ROUNDS, ids=lambda signature: signature.hex()[:8])
def test_a_real_round_is_a_point_of_its_group(signature):
    check_point(signature, QUICKNET)
    check_point(bytes([signature[0] ^ 0x20]) + signature[1:], QUICKNET)  # its negative is one too


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        ROUNDS[0][:-1],
        ROUNDS[0] + b"\x00",
        bytes([ROUNDS[0][0] & 0x7F]) + ROUNDS[0][1:],
        b"\xc0" + bytes(47),
        b"\x80" + bytes(46) + b"\x04",
        (FIELD | 1 << 383).to_bytes(48, "big"),
        bytes(96),
    ],
    ids=["empty", "short", "long", "not compressed", "infinity", "outside the subgroup",
         "x not below the prime", "the other group"],
)  # fmt: skip
def test_anything_else_is_refused(signature):
    with pytest.raises(ProofRejected):
        check_point(signature, QUICKNET)


def test_one_bit_turned_leaves_the_group():
    turned = bytearray(ROUNDS[0])
    turned[-1] ^= 1
    with pytest.raises(ProofRejected):
        check_point(bytes(turned), QUICKNET)


def test_a_scheme_of_another_group_is_not_judged():
    check_point(b"anything", "pedersen-bls-chained")
