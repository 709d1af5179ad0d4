"""The verifiable random function against RFC 9381, appendix B.3, intermediates included."""

import hashlib

import pytest
from foreign import foreign_vectors
from nacl import bindings

from oversight.errors import ProofRejected
from oversight.keys import vrf
from oversight.keys.points import GROUP_ORDER, times, times_base

TAI = "ECVRF-EDWARDS25519-SHA512-TAI"


@pytest.fixture(scope="module")
def examples():
    found = foreign_vectors("rfc9381_ecvrf_edwards25519")["vectors"]
    chosen = [{k: _bytes(k, v) for k, v in each.items()} for each in found if each["suite"] == TAI]
    assert [each["example"] for each in chosen] == [16, 17, 18]
    return chosen


def _bytes(name, value):
    return value if name in {"example", "suite", "ctr"} else bytes.fromhex(value)


def test_keys_follow_from_secrets(examples):
    for each in examples:
        assert vrf.public_key(each["SK"]) == each["PK"]


def test_the_hashed_point_is_found_at_the_example_s_counter(examples):
    for each in examples:
        assert vrf.hash_to_point(each["PK"], each["alpha"]) == (each["H"], each["ctr"])


def test_the_nonce_and_its_two_points_are_the_examples(examples):
    for each in examples:
        prefix = hashlib.sha512(each["SK"]).digest()[32:]
        assert hashlib.sha512(prefix + each["H"]).digest() == each["k_string"]
        nonce = int.from_bytes(each["k_string"], "little") % GROUP_ORDER
        assert nonce.to_bytes(32, "little") == each["k"]
        assert times_base(nonce) == each["U"]
        assert times(nonce, each["H"]) == each["V"]


def test_proofs_and_outputs_are_the_examples(examples):
    for each in examples:
        assert vrf.prove(each["SK"], each["alpha"]) == (each["pi"], each["beta"])
        assert vrf.verify(each["PK"], each["pi"], each["alpha"]) == each["beta"]


def test_every_single_bit_of_a_proof_matters(examples):
    each = examples[2]
    for bit in range(len(each["pi"]) * 8):
        turned = bytearray(each["pi"])
        turned[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ProofRejected):
            vrf.verify(each["PK"], bytes(turned), each["alpha"])


def test_a_proof_speaks_for_its_own_key_and_input_only(examples):
    first, second = examples[1], examples[2]
    with pytest.raises(ProofRejected):
        vrf.verify(first["PK"], second["pi"], second["alpha"])
    with pytest.raises(ProofRejected):
        vrf.verify(second["PK"], second["pi"], second["alpha"] + b"\x00")


def test_a_response_beyond_the_order_is_refused_though_it_says_the_same(examples):
    each = examples[0]
    response = int.from_bytes(each["pi"][48:], "little") + GROUP_ORDER
    with pytest.raises(ProofRejected, match="not below the group's order"):
        vrf.verify(each["PK"], each["pi"][:48] + response.to_bytes(32, "little"), each["alpha"])


def test_a_proof_with_a_torsion_point_added_has_the_same_output_or_none(examples):
    # The key's holder may find such proofs; the cofactor in the output makes them harmless.
    each = examples[0]
    torsion = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
    moved = bindings.crypto_core_ed25519_add(each["pi"][:32], torsion)
    with pytest.raises(ProofRejected, match="does not hold"):
        vrf.verify(each["PK"], moved + each["pi"][32:], each["alpha"])
