"""The two verifiers, which share no code, held against each other.

Over all vectors, over every place of the bundles and trust files spoiled in every way, and over
lies in every field of every entry. In a run of the suite a fixed sample; `DAYLIGHT_SWEEP=all`
takes everything (an hour).
"""

import importlib.util
import os
import sys

import msgspec
import pytest
from foreign import foreign_vectors
from own_vectors import ROOT, own_cases
from tampering import as_json, sample, spoiled

from bidding.draw import facts
from bidding.verdict.rules import judge
from scripts import draw_scene, make_vectors

SWEEP = os.environ.get("DAYLIGHT_SWEEP") == "all"
SPOILS, LIES_TOLD = 8, 60  # taken of each document, and of all lies


def load_program():
    spec = importlib.util.spec_from_file_location("offline", ROOT / "scripts" / "verify_proof.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


PROGRAM = load_program()


def disagreement(bundle, trust, auditor=None):
    """Return what the two say where they differ, else None."""
    ours = judge(bundle, trust, auditor)
    theirs = PROGRAM.judge(bundle, trust, auditor)
    mine = (str(ours.verdict), ours.exit, [(step.step, step.outcome) for step in ours.steps])
    other = (theirs.verdict, theirs.exit, [(step.step, step.outcome) for step in theirs.steps])
    return None if mine == other else (mine, other)


def some(items, count, seed):
    return items if SWEEP else sample(items, count, seed)


def documents():
    """Yield name, bundle, trust and auditor of every true case; the foreign ones may be absent."""
    for case in own_cases():
        if case["verdict"] != "failed":
            yield case["name"], case["bundle"], case["trust"], case["auditor"]


def foreign_documents():
    for vector in foreign_vectors("draw_bundles")["vectors"]:
        yield vector["name"], vector["bundle"], vector["trust"], None


@pytest.mark.parametrize("case", own_cases(), ids=lambda case: case["name"])
def test_they_agree_on_the_projects_own_vectors(case):
    files = [case[name] for name in ("bundle", "trust", "auditor")]
    assert disagreement(*(None if file is None else as_json(file) for file in files)) is None


def test_they_agree_on_the_vectors_of_the_other_implementation():
    draws = foreign_vectors("draw_bundles")
    cases = [(case["bundle"], case["trust"]) for case in draws["forged"] + draws["vectors"]]
    for vector in draws["vectors"]:
        cases += [(case["bundle"], vector["trust"]) for case in vector.get("tampered", [])]
    for bundle, trust in cases:
        given = bundle.encode() if isinstance(bundle, str) else as_json(bundle)
        assert disagreement(given, as_json(trust)) is None


def spoil_and_compare(name, bundle, trust, auditor):
    files = {"bundle": bundle, "trust": trust} | ({"auditor": auditor} if auditor else {})
    for file, document in files.items():
        for what, changed in some(list(spoiled(document)), SPOILS, f"{name}/{file}"):
            given = {key: as_json(value) for key, value in (files | {file: changed}).items()}
            found = disagreement(given["bundle"], given["trust"], given.get("auditor"))
            assert found is None, f"{name}: {file} {what}: {found}"


@pytest.mark.parametrize("case", list(documents()), ids=lambda case: case[0])
def test_they_agree_on_spoiled_files(case):
    spoil_and_compare(*case)


def test_they_agree_on_spoiled_files_of_the_other_implementation():
    for case in foreign_documents():
        spoil_and_compare(*case)


KINDS = {
    "ordered": facts.Ordered, "committed": facts.Committed, "sealed": facts.Sealed,
    "revealed": facts.Revealed, "drawn": facts.Drawn, "answered": facts.Answered,
    "voided": facts.Voided, "identified": facts.Identified,
}  # fmt: skip
FALSE = (None, True, 0, -1, 3, "", "x", "00" * 32, [], {})
LIES = [
    (f"{word}.{field.name}", value)
    for word, kind in KINDS.items()
    for field in msgspec.structs.fields(kind)
    for value in FALSE
]


def told_with(key, value):
    """Tell a whole draw in which every entry of one kind lies in one field."""
    told = make_vectors.drawn("lies", lies={key: value}).answer(0, "declined")
    if key.startswith("voided."):
        return told.close(facts.Voided, draw_scene.SUPERVISOR, "leak")
    return told.identify()


def test_they_agree_on_lies_that_were_signed_and_logged():
    for key, value in some(LIES, LIES_TOLD, "lies"):
        told = told_with(key, value)
        found = disagreement(as_json(told.bundle()), as_json(told.scene.trust()))
        assert found is None, f"{key} = {value!r}: {found}"


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"{", b"[]", b"null", b"1", b'{"a":1,"a":1}', b"NaN", b"\xef\xbb\xbf{}",
     b"[" * 100_000, b'"\\ud800"', b"-0", b"9" * 5000],
)  # fmt: skip
def test_they_agree_on_what_is_no_bundle(data):
    trust = as_json(own_cases()[0]["trust"])
    assert disagreement(data, trust) is None
    assert disagreement(trust, data) is None
