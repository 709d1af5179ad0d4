"""What holds for all keys: there and back, and every tampering found."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings

from oversight.errors import ProofRejected
from oversight.keys import signing, vrf
from oversight.keys.fields import FieldCipher
from oversight.keys.points import GROUP_ORDER, minus, times, times_base
from oversight.keys.signing import SigningKey

seeds = st.binary(min_size=32, max_size=32)
ORDER_EIGHT = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
CIPHER = FieldCipher({1: b"\x01" * 32}, secrets.token_bytes)


@given(seeds, st.binary(max_size=200))
def test_what_is_signed_verifies(seed, data):
    key = SigningKey(seed)
    signing.verify(key.public, key.sign(data), data)


@given(seeds, st.binary(max_size=50), st.integers(0, 511))
def test_a_signature_with_a_bit_turned_does_not(seed, data, bit):
    key = SigningKey(seed)
    turned = bytearray(key.sign(data))
    turned[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ProofRejected):
        signing.verify(key.public, bytes(turned), data)


@given(seeds, st.binary(max_size=64), st.binary(max_size=100))
def test_random_signatures_never_hold(seed, signature, data):
    with pytest.raises(ProofRejected):
        signing.verify(SigningKey(seed).public, signature.ljust(64, b"\x00"), data)


@given(seeds, st.binary(max_size=200))
def test_the_random_function_proves_its_output(secret, alpha):
    proof, output = vrf.prove(secret, alpha)
    assert vrf.verify(vrf.public_key(secret), proof, alpha) == output


@given(seeds, st.binary(max_size=50), st.integers(0, 639))
def test_a_random_functions_proof_with_a_bit_turned_is_rejected(secret, alpha, bit):
    proof, _ = vrf.prove(secret, alpha)
    turned = bytearray(proof)
    turned[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ProofRejected):
        vrf.verify(vrf.public_key(secret), bytes(turned), alpha)


@given(seeds, st.binary(max_size=32))
def test_a_holder_who_adds_torsion_to_the_proof_cannot_change_the_output(secret, alpha):
    """RFC 9381 lets such a proof pass; the draw's other verifiers must not differ from us."""
    scalar, _, public = vrf._expand(secret)
    honest, output = vrf.prove(secret, alpha)
    hashed, _ = vrf.hash_to_point(public, alpha)
    gamma = bindings.crypto_core_ed25519_add(honest[:32], ORDER_EIGHT)
    for nonce in range(1, 10_000):
        points = times_base(nonce), times(nonce, hashed)
        challenge = vrf._challenge(public, hashed, gamma, *points)
        if challenge % 8 == 0:  # then the torsion vanishes from the verifier's sum
            break
    response = (nonce + challenge * scalar) % GROUP_ORDER
    forged = gamma + challenge.to_bytes(16, "little") + response.to_bytes(32, "little")
    assert forged != honest
    assert vrf.verify(public, forged, alpha) == output


@given(st.integers(0, 2**253 - 1), st.booleans())
def test_multiplying_goes_by_the_laws_of_the_group(scalar, with_torsion):
    point = times_base(7)
    if with_torsion:
        point = bindings.crypto_core_ed25519_add(point, ORDER_EIGHT)
    one_less = times(scalar - 1, point) if scalar else minus(times(0, point), point)
    assert bindings.crypto_core_ed25519_add(one_less, point) == times(scalar, point)


@given(st.binary(max_size=300), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_field_opens_in_its_place(plain, context):
    assert CIPHER.open(CIPHER.seal(plain, context), context) == plain


@given(st.binary(max_size=30), st.data())
def test_a_field_with_a_bit_turned_does_not_open(plain, data):
    blob = bytearray(CIPHER.seal(plain, "place"))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ProofRejected):
        CIPHER.open(bytes(blob), "place")
