"""Draw bundles of an independent implementation, judged by the project's own rules."""

import pytest
from foreign import foreign_vectors
from tampering import as_json

from bidding.bundle.rules import Bundle, read, request_digest
from bidding.lottery.rules import Order, alpha_of, seed_of, stratum_key, transcript
from bidding.report.rules import EXIT_STATUS
from bidding.verdict.rules import judge

DRAWS = foreign_vectors("draw_bundles")
VECTORS = DRAWS["vectors"]


def as_given(bundle):
    """Some tampered bundles are text, because JSON would lose what was done to them."""
    return bundle.encode() if isinstance(bundle, str) else as_json(bundle)


SPOILED = [
    pytest.param(case, vector["trust"], id=f"{vector['name']}: {case['note']}")
    for vector in VECTORS
    for case in vector.get("tampered", [])
] + [pytest.param(case, case["trust"], id=f"forged: {case['note']}") for case in DRAWS["forged"]]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_true_bundle_gets_its_verdict(vector):
    report = judge(as_given(vector["bundle"]), as_json(vector["trust"]))
    due = vector["verdict"]
    assert (report.verdict, report.exit, report.refused_at) == (due, EXIT_STATUS[due], None)
    assert report.demo
    assert {step.outcome for step in report.steps} == {"ok"}


@pytest.mark.parametrize(("case", "trust"), SPOILED)
def test_a_spoiled_or_forged_bundle_fails_at_its_step(case, trust):
    report = judge(as_given(case["bundle"]), as_json(case.get("trust", trust)))
    assert (report.verdict, report.refused_at) == ("failed", case["refused_at"])
    assert [step.outcome for step in report.steps][-1] == "failed"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_intermediate_values_are_the_same(vector):
    bundle, due = read(as_given(vector["bundle"]), Bundle), vector["intermediate"]
    digest = request_digest(bundle.request)
    assert digest.hex() == due["R"]
    if due["alpha"] is None:
        return
    nonces = [
        (one.party, None if one.nonce is None else bytes.fromhex(one.nonce))
        for one in bundle.reveals
    ]
    beacon = bytes.fromhex(bundle.beacon.signature) if bundle.beacon else None
    alpha = alpha_of(transcript(digest, nonces, beacon))
    seed = seed_of(alpha, bytes.fromhex(bundle.vrf.beta))
    assert (alpha.hex(), seed.hex()) == (due["alpha"], due["seed"])
    for stratum, expected in zip(bundle.request.strata, due["strata"], strict=True):
        assert stratum_key(seed, stratum.id).hex() == expected["key"]
        assert list(Order(seed, stratum.id, stratum.size)) == expected["order"]
