"""Signed notes, checkpoints and cosignatures of other projects, valid and malformed."""

from __future__ import annotations

import base64

import pytest
from foreign import foreign_vectors

from oversight.errors import ProofRejected
from oversight.keys.signing import SigningKey
from oversight.ledger.checkpoint import parse_checkpoint
from oversight.ledger.notes import KNOWN_TYPES, make_vkey, open_note, parse_vkey, sign_note
from oversight.ledger.proofs import check_tlog_proof, parse_tlog_proof, tlog_proof
from oversight.ledger.rules import leaf_hash
from oversight.ledger.signed_checkpoint import open_checkpoint

NOTES = foreign_vectors("signed_notes")
BODIES = foreign_vectors("checkpoint_bodies")["vectors"]
COSIGNED = foreign_vectors("cosignatures")["vectors"]


def kind_of(vkey):
    return base64.b64decode(vkey.split("+", 2)[2] + "==")[0]


def described(vector):
    return vector["desc"]


def note_of(vector):
    return base64.b64decode(vector["note_b64"]) if "note_b64" in vector else vector["note"]


def ours(vectors):
    """The vectors whose keys are of types that are checked here (01, 04 and 06)."""
    return [v for v in vectors if all(kind_of(key) in KNOWN_TYPES for key in v["vkeys"])]


def foreign(vectors):
    return [v for v in vectors if v not in ours(vectors)]


@pytest.mark.parametrize("vector", ours(NOTES["vectors"]), ids=described)
def test_a_note_is_judged_as_published(vector):
    keys = [parse_vkey(key) for key in vector["vkeys"]]
    if vector["valid"]:
        opened = open_note(note_of(vector), keys)
        assert opened.verified
        assert vector["note"].startswith(opened.text)
    else:
        with pytest.raises(ProofRejected):
            open_note(note_of(vector), keys)


@pytest.mark.parametrize("vector", foreign(NOTES["vectors"] + COSIGNED), ids=described)
def test_a_key_of_a_type_that_is_not_checked_here_is_refused_and_its_line_skipped(vector):
    kept = []
    for key in vector["vkeys"]:
        if kind_of(key) in KNOWN_TYPES:
            kept.append(parse_vkey(key))
        else:
            with pytest.raises(ProofRejected, match="type that is not checked"):
                parse_vkey(key)
    if kept:
        assert open_note(note_of(vector), kept).cosigned
    else:
        with pytest.raises(ProofRejected, match="no known key"):
            open_note(note_of(vector), kept)


@pytest.mark.parametrize("vector", NOTES["vkeys"], ids=lambda vector: vector["vkey"][:40])
def test_a_verifier_key_is_read_as_published(vector):
    try:
        expected = vector["valid"] and kind_of(vector["vkey"]) in KNOWN_TYPES
    except (ValueError, IndexError):
        expected = False
    if expected:
        key = parse_vkey(vector["vkey"])
        assert make_vkey(key.name, key.public, key.type) == vector["vkey"]
    else:
        with pytest.raises(ProofRejected):
            parse_vkey(vector["vkey"])


@pytest.mark.parametrize("pair", NOTES["test_signing_keys"], ids=lambda pair: pair["vkey"][:20])
def test_a_published_private_key_has_the_published_public_half(pair):
    _, _, name, _, secret = pair["skey"].split("+", 4)
    key = SigningKey(base64.b64decode(secret)[1:])
    assert make_vkey(name, key.public) == pair["vkey"]
    assert open_note(sign_note("hello\n", name, key), [parse_vkey(pair["vkey"])]).verified


def test_a_note_signed_here_equals_the_published_one_byte_for_byte():
    published = NOTES["test_signing_keys"][0]
    _, _, name, _, secret = published["skey"].split("+", 4)
    key = SigningKey(base64.b64decode(secret)[1:])
    assert make_vkey(name, key.public) == published["vkey"]
    first = NOTES["vectors"][0]["note"]
    text, _, lines = first.rpartition("\n\n")
    signed = sign_note(text + "\n", name, key)
    assert signed == text + "\n\n" + lines.split("\n")[0] + "\n"


@pytest.mark.parametrize("vector", ours(COSIGNED), ids=described)
def test_a_cosignature_is_judged_as_published(vector):
    keys = [parse_vkey(key) for key in vector["vkeys"]]
    if vector["valid"]:
        opened = open_note(vector["note"], keys)
        assert [key for key, _ in opened.cosigned] == keys
        if "timestamp" in vector:
            assert opened.cosigned[0][1] == vector["timestamp"]
    else:
        with pytest.raises(ProofRejected):
            open_note(vector["note"], keys)


@pytest.mark.parametrize("vector", BODIES, ids=lambda vector: repr(vector["body"][:30]))
def test_a_checkpoint_is_read_by_the_strict_reading(vector):
    if vector["c2sp_strict"].startswith("accept"):
        read = parse_checkpoint(vector["body"])
        assert read.text() == vector["body"]
        if vector["want"] is not None:
            assert (read.origin, read.size) == (vector["want"]["origin"], vector["want"]["size"])
    else:
        with pytest.raises(ProofRejected):
            parse_checkpoint(vector["body"])


# C2SP tlog-proof@v1: entry bytes `one` in the log of the tessera test data (Apache-2.0).
TLOG_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
TLOG_PROOF = """\
c2sp.org/tlog-proof@v1
index 0
qxq38Hx8j+Dv9LpvqlPH5EEukaWZFT6KpOAb7s5beCU=
Fn6xZD9sPWKLwgCo+qZLMAqFlh0MMf5ytM55jhjCpmM=
g0ZoeYWtIV8Q8i+4CmgqPnBvH2il107lyCgTQsyB7H4=
5jLpqTgjsBDSEX6SgZiRnbTMdTuRd8bQ5tSsAOxe0Ks=

example.com/log/testdata
15
rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=

— example.com/log/testdata \
M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=
"""


def test_a_published_tlog_proof_holds_and_is_written_back_alike():
    proof = parse_tlog_proof(TLOG_PROOF)
    checkpoint, opened = check_tlog_proof(
        proof, leaf_hash(b"one"), "example.com/log/testdata", [parse_vkey(TLOG_KEY)]
    )
    assert (checkpoint.size, len(opened.verified)) == (15, 1)
    assert tlog_proof(proof.index, proof.path, proof.checkpoint) == TLOG_PROOF


BROKEN_PROOFS = {
    "another header": TLOG_PROOF.replace("@v1", "@v2"),
    "no index": TLOG_PROOF.replace("index 0\n", ""),
    "a signed index": TLOG_PROOF.replace("index 0", "index -1"),
    "a leading zero": TLOG_PROOF.replace("index 0", "index 00"),
    "another index": TLOG_PROOF.replace("index 0", "index 1"),
    "a hash less": TLOG_PROOF.replace("5jLpqTgjsBDSEX6SgZiRnbTMdTuRd8bQ5tSsAOxe0Ks=\n", ""),
    "a short hash": TLOG_PROOF.replace("5jLpqTgjsBDSEX6SgZiRnbTMdTuRd8bQ5tSsAOxe0Ks=", "5jLp"),
    "no checkpoint": TLOG_PROOF.partition("\n\n")[0],
    "another size": TLOG_PROOF.replace("\n15\n", "\n16\n"),
    "extra that is no base64": TLOG_PROOF.replace("index 0", "extra !\nindex 0"),
}


@pytest.mark.parametrize("broken", BROKEN_PROOFS)
def test_a_broken_tlog_proof_is_refused(broken):
    with pytest.raises(ProofRejected):
        check_tlog_proof(
            parse_tlog_proof(BROKEN_PROOFS[broken]), leaf_hash(b"one"),
            "example.com/log/testdata", [parse_vkey(TLOG_KEY)],
        )  # fmt: skip


def test_an_extra_line_is_kept_apart():
    assert parse_tlog_proof(TLOG_PROOF.replace("index 0", "extra aGk=\nindex 0")).extra == b"hi"


def test_a_checkpoint_of_another_origin_or_signed_by_a_witness_alone_is_refused():
    note = parse_tlog_proof(TLOG_PROOF).checkpoint
    key = parse_vkey(TLOG_KEY)
    with pytest.raises(ProofRejected, match="another log"):
        open_checkpoint(note, "example.com/other", [key])
    with pytest.raises(ProofRejected, match="did not sign"):
        open_checkpoint(note, "example.com/log/testdata", [], [key])
