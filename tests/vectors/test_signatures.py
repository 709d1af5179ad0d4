"""Ed25519 and sign-offs: what holds, and every way in which something almost holds."""

import pytest

from oversight.errors import ProofRejected
from oversight.keys import signing, signoff, vrf
from oversight.keys.points import FIELD_PRIME, GROUP_ORDER, NEUTRAL, is_point, times, times_base
from oversight.keys.signing import SigningKey
from oversight.values.canonical import NotCanonical, canonical
from oversight.values.digests import sha256, to_base64

# RFC 8032, section 7.1, test 3
SEED = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
PUBLIC = bytes.fromhex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
SIGNATURE = bytes.fromhex(
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
)
DATA = bytes.fromhex("af82")

# The eight points whose order divides eight, each in its one encoding.
SMALL_ORDER = [
    NEUTRAL,
    bytes(32),
    bytes(31) + b"\x80",
    (FIELD_PRIME - 1).to_bytes(32, "little"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
]
NOT_CANONICAL = [
    FIELD_PRIME.to_bytes(32, "little"),  # y = p, read leniently as 0
    (FIELD_PRIME + 1).to_bytes(32, "little"),  # y = p + 1, read leniently as 1
    NEUTRAL[:31] + b"\x80",  # x = 0 with a sign
    (2**255 - 1).to_bytes(32, "little"),
    b"\xff" * 32,
]


def test_signing_is_that_of_the_rfc():
    key = SigningKey(SEED)
    assert key.public == PUBLIC
    assert key.sign(DATA) == SIGNATURE
    signing.verify(PUBLIC, SIGNATURE, DATA)


def test_a_key_shows_its_public_half_only():
    assert SEED.hex() not in repr(SigningKey(SEED))
    assert PUBLIC.hex() in repr(SigningKey(SEED))


@pytest.mark.parametrize("bit", range(0, 512, 7))
def test_a_turned_bit_is_rejected(bit):
    turned = bytearray(SIGNATURE)
    turned[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ProofRejected):
        signing.verify(PUBLIC, bytes(turned), DATA)


def test_other_data_and_other_keys_are_rejected():
    with pytest.raises(ProofRejected, match="does not hold"):
        signing.verify(PUBLIC, SIGNATURE, DATA + b"\x00")
    with pytest.raises(ProofRejected, match="does not hold"):
        signing.verify(SigningKey(bytes(32)).public, SIGNATURE, DATA)


def test_a_second_half_beyond_the_order_is_rejected_though_it_says_the_same():
    second = int.from_bytes(SIGNATURE[32:], "little") + GROUP_ORDER
    with pytest.raises(ProofRejected, match="not below"):
        signing.verify(PUBLIC, SIGNATURE[:32] + second.to_bytes(32, "little"), DATA)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_is_rejected(length):
    with pytest.raises(ProofRejected, match="64 bytes"):
        signing.verify(PUBLIC, (SIGNATURE + b"\x00")[:length], DATA)


@pytest.mark.parametrize("point", SMALL_ORDER, ids=lambda point: point.hex()[:8])
def test_a_key_for_which_anybody_can_sign_is_rejected(point):
    assert is_point(point)
    for check in (signing.check_public, vrf.check_public):
        with pytest.raises(ProofRejected, match="small order"):
            check(point)


@pytest.mark.parametrize("text", [*NOT_CANONICAL, b"", PUBLIC[:31]], ids=lambda t: t.hex()[:8])
def test_what_is_not_the_one_encoding_of_a_point_is_rejected(text):
    for check in (signing.check_public, vrf.check_public):
        with pytest.raises(ProofRejected, match="encoding of a point"):
            check(text)


@pytest.mark.parametrize("text", NOT_CANONICAL, ids=lambda text: text.hex()[:8])
def test_a_signature_whose_first_half_is_no_point_is_rejected(text):
    with pytest.raises(ProofRejected, match="first half"):
        signing.verify(PUBLIC, text + SIGNATURE[32:], DATA)
    with pytest.raises(ProofRejected, match="first part"):
        vrf.verify(PUBLIC, text + bytes(48), DATA)


def test_about_half_of_all_texts_are_points():
    texts = [bytes([number]) + bytes(31) for number in range(200)]
    assert 60 < sum(map(is_point, texts)) < 140


def test_adding_up_slowly_agrees_with_libsodium():
    base = times_base(1)
    for scalar in (0, 1, 2, 7, GROUP_ORDER - 1, GROUP_ORDER, GROUP_ORDER + 5):
        assert times(scalar, base) == times_base(scalar)


def test_the_random_functions_proof_of_zeros_is_rejected():
    public = vrf.public_key(SEED)
    with pytest.raises(ProofRejected, match="does not hold"):
        vrf.verify(public, NEUTRAL + bytes(48), DATA)
    with pytest.raises(ProofRejected, match="80 bytes"):
        vrf.verify(public, bytes(79), DATA)


STATEMENT = {"act": "bidding.draw.void", "draw": "d-1", "reason": "conflict"}
KEY = SigningKey(SEED)
REGISTERED = frozenset({to_base64(PUBLIC)})


def test_a_sign_off_holds_over_the_statement_in_any_order_of_its_members():
    made = signoff.sign(KEY, STATEMENT)
    assert made.suite == "ed25519"
    signoff.verify(made, dict(reversed(STATEMENT.items())), REGISTERED)


def test_a_sign_off_over_another_statement_is_rejected():
    with pytest.raises(ProofRejected, match="does not hold"):
        signoff.verify(signoff.sign(KEY, STATEMENT), STATEMENT | {"draw": "d-2"}, REGISTERED)


def test_a_sign_off_under_a_key_that_is_not_the_person_s_is_rejected():
    with pytest.raises(ProofRejected, match="not registered"):
        signoff.verify(signoff.sign(SigningKey(bytes(32)), STATEMENT), STATEMENT, REGISTERED)


def test_a_sign_off_of_an_unknown_suite_is_rejected():
    made = signoff.sign(KEY, STATEMENT)
    with pytest.raises(ProofRejected, match="suite"):
        signoff.verify(signoff.SignOff("sm2", made.key, made.signature), STATEMENT, REGISTERED)


def test_a_malformed_sign_off_is_rejected():
    key = to_base64(PUBLIC)
    with pytest.raises(ProofRejected, match="malformed"):
        signoff.verify(signoff.SignOff("ed25519", key, "AA="), STATEMENT, REGISTERED)


def test_a_signature_for_another_use_is_no_sign_off():
    for signed in (canonical(STATEMENT), sha256(canonical(STATEMENT))):
        bare = signoff.SignOff("ed25519", to_base64(PUBLIC), to_base64(KEY.sign(signed)))
        with pytest.raises(ProofRejected, match="does not hold"):
            signoff.verify(bare, STATEMENT, REGISTERED)


def test_a_statement_without_canonical_form_is_not_signed():
    with pytest.raises(NotCanonical):
        signoff.sign(KEY, {"amount": 1.5})
