"""Rounds of real beacons, judged by the project's rules and by the offline program.

The two share no code: one stands on a library, the other on its own BLS12-381.
"""

import hashlib
import importlib.util
import sys

import pytest
from foreign import foreign_vectors
from own_vectors import ROOT
from py_arkworks_bls12381 import G1Point

from oversight.beacon.rules import (
    SCHEME,
    Chain,
    first_round_at_or_after,
    round_second,
    verify_round,
)
from oversight.errors import ProofRejected
from scripts import made_up_beacon

PROGRAM = ROOT / "scripts" / "verify_proof.py"


def load_program():
    spec = importlib.util.spec_from_file_location("verify_proof_beacon", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


program = load_program()
DRAND = foreign_vectors("drand_rounds")
FIELD = program.BLS_FIELD


def chain_of(described, **changes):
    said = {
        "hash": described["hash"],
        "public_key": described["public_key"],
        "scheme": described["schemeID"],
        "period": described["period"],
        "genesis": described["genesis_time"],
    }
    return Chain(**(said | changes))


QUICKNET, DEFAULT = (chain_of(DRAND["chains"][name]) for name in ("quicknet", "default"))


def under(case):
    """Return the chain under which a case of the file is to be judged."""
    if "public_key" in case:
        return Chain("00" * 32, case["public_key"], SCHEME, 3, 0)
    return chain_of(DRAND["chains"][case.get("chain", "quicknet")])


def accepted(chain, number, signature):
    """Return what the two verifiers say alike."""
    said = {"public_key": chain.public_key, "scheme": chain.scheme}
    answers = []
    for judge, of in ((verify_round, chain), (program.need_round, said)):
        try:
            judge(of, number, signature)
            answers.append(True)
        except (ProofRejected, program.Refused):
            answers.append(False)
    assert answers[0] == answers[1]
    return answers[0]


def signature_of(case):
    return bytes.fromhex(case["signature"])


TRUE = [*DRAND["quicknet"], *DRAND["other_rfc9380"]]
ROUND = DRAND["quicknet"][0]
NUMBER, SIGNATURE = ROUND["round"], signature_of(ROUND)


@pytest.mark.parametrize("case", TRUE, ids=lambda case: f"{case.get('origin', '')} {case['round']}")
def test_a_real_round_is_accepted_and_no_other_round_under_its_signature(case):
    assert accepted(under(case), case["round"], signature_of(case))
    assert not accepted(under(case), case["round"] + 1, signature_of(case))


@pytest.mark.parametrize("case", DRAND["negative"], ids=lambda case: case["why"])
def test_a_round_that_is_not_the_chains_is_refused(case):
    assert not accepted(under(case), case["round"], signature_of(case))


@pytest.mark.parametrize("case", DRAND["default"], ids=lambda case: str(case["round"]))
def test_a_chained_round_is_refused_under_its_own_scheme_and_under_ours(case):
    assert not accepted(DEFAULT, case["round"], signature_of(case))
    assert not accepted(
        chain_of(DRAND["chains"]["default"], scheme=SCHEME), case["round"], signature_of(case)
    )
    with pytest.raises(ProofRejected, match="a scheme this protocol does not name"):
        verify_round(DEFAULT, case["round"], signature_of(case))


@pytest.mark.parametrize(
    "scheme", ["bls-unchained-on-g1", "pedersen-bls-unchained", "", SCHEME.upper()]
)
def test_a_true_round_under_a_scheme_of_another_name_is_refused(scheme):
    assert not accepted(chain_of(DRAND["chains"]["quicknet"], scheme=scheme), NUMBER, SIGNATURE)


@pytest.mark.parametrize("case", TRUE, ids=lambda case: f"{case.get('origin', '')} {case['round']}")
def test_the_negative_of_a_signature_is_a_point_of_the_group_and_no_signature(case):
    signature = signature_of(case)
    negative = bytes([signature[0] ^ 0x20]) + signature[1:]
    G1Point.from_compressed_bytes(negative)
    assert program.bls_decode(negative, 48) is not None
    assert not accepted(under(case), case["round"], negative)


def number(data):
    return int.from_bytes(data, "big")


NOT_A_POINT = {
    "empty": b"",
    "short": SIGNATURE[:-1],
    "long": SIGNATURE + b"\x00",
    "twice": SIGNATURE * 2,
    "not compressed": bytes([SIGNATURE[0] & 0x7F]) + SIGNATURE[1:],
    "infinity": b"\xc0" + bytes(47),
    "infinity with a sign": b"\xe0" + bytes(47),
    "a point with the flag of infinity": bytes([SIGNATURE[0] | 0x40]) + SIGNATURE[1:],
    "of order three": b"\x80" + bytes(47),
    "on the curve, outside the subgroup": b"\x80" + bytes(46) + b"\x04",
    "off the curve": b"\x80" + bytes(46) + b"\x01",
    "the prime": (FIELD | 1 << 383).to_bytes(48, "big"),
    "not below the prime": (FIELD + 4 | 1 << 383).to_bytes(48, "big"),
    "one bit turned": SIGNATURE[:-1] + bytes([SIGNATURE[-1] ^ 1]),
    "a key": bytes.fromhex(QUICKNET.public_key),
}


@pytest.mark.parametrize("signature", NOT_A_POINT.values(), ids=list(NOT_A_POINT))
def test_what_is_no_canonical_point_of_the_group_signs_nothing(signature):
    assert program.bls_decode(signature, 48) is None
    assert not accepted(QUICKNET, NUMBER, signature)


def test_the_points_that_are_refused_are_what_their_names_say():
    for x in (0, 4):
        square = x**3 + 4
        assert pow(square, (FIELD - 1) // 2, FIELD) == 1, "on the curve"
    assert pow(1 + 4, (FIELD - 1) // 2, FIELD) != 1, "off the curve"
    three = ((0, 0), (2, 0))
    assert program.bls_times(3, three) is None


KEY = QUICKNET.public_key
RAW_KEY = bytes.fromhex(KEY)
X0 = number(RAW_KEY[48:])
NOT_A_KEY = {
    "upper case": KEY.upper(),
    "with 0x": "0x" + KEY,
    "odd": KEY[:-1],
    "short": KEY[:-2],
    "with a space": KEY[:-1] + " ",
    "full-width digits": KEY[:-1] + "\uff10",
    "empty": "",
    "not compressed": f"{RAW_KEY[0] & 0x7F:02x}" + KEY[2:],
    "infinity": "c0" + "00" * 95,
    "a key with the flag of infinity": f"{RAW_KEY[0] | 0x40:02x}" + KEY[2:],
    "second coefficient not below the prime": KEY[:96] + (X0 + FIELD).to_bytes(48, "big").hex(),
    "a flag in the second coefficient": KEY[:96] + f"{RAW_KEY[48] | 0x80:02x}" + KEY[98:],
    "one bit turned": KEY[:-1] + f"{int(KEY[-1], 16) ^ 1:x}",
    "of G1": ROUND["signature"],
}


@pytest.mark.parametrize("key", NOT_A_KEY.values(), ids=list(NOT_A_KEY))
def test_a_key_has_one_spelling_and_is_a_point_of_its_group(key):
    assert not accepted(chain_of(DRAND["chains"]["quicknet"], public_key=key), NUMBER, SIGNATURE)


def test_a_key_outside_the_subgroup_is_refused():
    """The curve of G2 has many more points than G2: nearly every x is of one outside."""
    outside = 0
    for x in range(1, 20):
        data = (x | 1 << 767).to_bytes(96, "big")
        root = program.fp2_root(program.fp2_add(program.fp2_power((x, 0), 3), (4, 4)))
        outside += root is not None
        assert program.bls_decode(data, 96) is None
        assert not accepted(
            chain_of(DRAND["chains"]["quicknet"], public_key=data.hex()), 1, SIGNATURE
        )
    assert outside > 4


@pytest.mark.parametrize("name", ["infinity", "a key with the flag of infinity"])
def test_a_key_of_infinity_would_let_infinity_sign_everything(name):
    chain = chain_of(DRAND["chains"]["quicknet"], public_key=NOT_A_KEY[name])
    assert not accepted(chain, NUMBER, NOT_A_POINT["infinity"])
    with pytest.raises(ProofRejected, match="canonical point"):
        verify_round(chain, NUMBER, SIGNATURE)


@pytest.mark.parametrize("round_number", [0, -1, 2**64])
def test_a_round_that_no_beacon_can_sign_is_refused(round_number):
    zeroth = bytes.fromhex(made_up_beacon.signature_of(0))
    with pytest.raises(ProofRejected, match="no such round"):
        verify_round(made_up_beacon.CHAIN, round_number, zeroth)


@pytest.mark.parametrize("name", [name for name in NOT_A_POINT if "infinity" in name])
def test_infinity_is_refused_for_its_form_and_not_only_by_the_pairing(name):
    with pytest.raises(ProofRejected, match="canonical point"):
        verify_round(QUICKNET, NUMBER, NOT_A_POINT[name])


def test_the_last_round_that_a_bundle_can_name_is_judged():
    assert not accepted(QUICKNET, 2**53 - 1, SIGNATURE)


def test_a_round_is_due_as_the_chain_counts():
    second = round_second(QUICKNET, 1000)
    assert second == DRAND["chains"]["quicknet"]["genesis_time"] + 999 * 3
    assert [first_round_at_or_after(QUICKNET, second + late) for late in (-3, -2, 0, 1, 3)] == [
        999, 1000, 1000, 1001, 1001,
    ]  # fmt: skip
    assert first_round_at_or_after(QUICKNET, 0) == 1
    assert first_round_at_or_after(QUICKNET, QUICKNET.genesis) == 1


def test_a_pinned_chain_holds_too_little_to_recompute_its_name():
    """The hash covers a seed and a name besides what a trust file says."""
    for described in DRAND["chains"].values():
        heard = described["period"].to_bytes(4, "big") + described["genesis_time"].to_bytes(
            8, "big"
        )
        heard += bytes.fromhex(described["public_key"])
        assert hashlib.sha256(heard).hexdigest() != described["hash"]
        heard += bytes.fromhex(described["groupHash"])
        if described["beaconID"] != "default":
            heard += described["beaconID"].encode()
        assert hashlib.sha256(heard).hexdigest() == described["hash"]
