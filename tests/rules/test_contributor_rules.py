"""When a contributor keeps its nonce to itself, whatever the service says."""

from datetime import UTC, datetime

import msgspec
import pytest

from bidding.bundle.rules import Contributor, Pool, Request, Round, Stratum, Trust, request_digest
from bidding.contributor.rules import (
    Book,
    Kept,
    Proved,
    check_answer,
    check_request,
    proved_entry,
)
from bidding.draw.rules import Answer
from bidding.sealing.rules import evidence_digest
from oversight.errors import ProofRejected, RuleBroken
from oversight.keys.signing import SigningKey
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.facts import Entry
from oversight.ledger.notes import COSIGNATURE_ED25519, key_id, make_vkey, sign_note
from oversight.ledger.proofs import tlog_proof
from oversight.ledger.rules import leaf_hash
from oversight.values.canonical import canonical
from oversight.values.digests import to_base64

ORIGIN, CHAIN = "log.example.org", "52" * 32
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
KEY, LOG, WITNESS = (SigningKey(bytes([seed]) * 32) for seed in (1, 2, 3))
KEPT = Kept(
    draw="draw-1", party="tenderer", nonce="07" * 32, key=to_base64(KEY.public), ordered=10,
    subject="committee-1", purpose="evaluation-committee", attempt=1, rulebook="T-2025",
    strata=[("A08@220822", 2)], caps={"employer": 1}, contributors=["tenderer", "supervisor"],
)  # fmt: skip
REQUEST = Request(
    protocol="daylight/draw/v1", origin=ORIGIN, draw="draw-1", of=None, subject="committee-1",
    purpose="evaluation-committee", attempt=1, rulebook="T-2025", secret="00" * 32,
    pool=Pool(15, "00" * 32), strata=[Stratum("A08@220822", 2, 12, "00" * 32)],
    caps={"employer": 1},
    contributors=[
        Contributor("tenderer", KEPT.key, KEPT.commitment().hex()),
        Contributor("supervisor", to_base64(WITNESS.public), "11" * 32),
    ],
    beacon=None, vrf_key="00" * 32, reveal_by="2026-03-02T09:00:00Z",
)  # fmt: skip
CHANGE = msgspec.structs.replace


def trust(quorum=0, **changes):
    beacon = {"public_key": "83", "scheme": "any", "period": 3, "genesis": 1_700_000_000}
    said = {
        "log_keys": [make_vkey(ORIGIN, LOG.public), "later+00000000+BgAA"],
        "witnesses": {"quorum": quorum, "keys": [make_vkey("w", WITNESS.public, 4)]},
        "center": "center", "parties": {}, "beacons": {CHAIN: beacon}, "editions": {},
    }  # fmt: skip
    return msgspec.convert(said | changes, Trust)


def sealed(request, /, index=20, **changes):
    body = {"draw": request.draw, "request": request_digest(request).hex()} | changes
    entry = Entry(1, "act", "bidding.draw.sealed", "", "committee-1", "center", "", body)
    return Proved(index, entry, "")


def differs(request, kept=KEPT, now=NOW, **where):
    with pytest.raises(RuleBroken, match="contributor.reveal_safe") as refusal:
        check_request(kept, request, sealed(request, **where), trust(), now)
    return refusal.value.found["differs"]


def test_a_seal_of_what_was_ordered_may_have_the_nonce():
    assert check_request(KEPT, REQUEST, sealed(REQUEST), trust(), NOW) == request_digest(REQUEST)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("own commitment", {"contributors": REQUEST.contributors[1:] * 2}),
        ("strata and seats", {"strata": [Stratum("A08@220822", 3, 12, "00" * 32)]}),
        ("strata and seats", {"strata": [Stratum("A09@220822", 2, 12, "00" * 32)]}),
        ("caps", {"caps": {}}),
        ("contributors", {"contributors": REQUEST.contributors[:1]}),
        ("draw", {"draw": "draw-2"}),
        ("subject", {"subject": "committee-2"}),
        ("attempt", {"attempt": 2}),
        ("parent", {"of": "draw-0"}),
        ("rulebook", {"rulebook": "demo"}),
        ("as_of", {"pool": Pool(10, "00" * 32)}),
        ("as_of", {"pool": Pool(21, "00" * 32)}),
        ("reveal_by has passed", {"reveal_by": "2026-03-02T08:00:00Z"}),
        ("the beacon's chain is not in the trust file", {"beacon": Round("53" * 32, 10**9)}),
        ("the beacon's round has passed", {"beacon": Round(CHAIN, 1)}),
    ],
)
def test_whatever_differs_from_order_commitment_and_clock_is_named(name, change):
    assert name in differs(CHANGE(REQUEST, **change))


def test_a_round_that_comes_before_the_editions_lead_is_named():
    due = 1_772_442_000  # reveal_by
    first = (due - 1_700_000_000) // 3 + 1  # the round of that second
    figures = {
        "vrf_lead_hours": 0, "round_lead_minutes": 10, "attempts_max": 3, "roster_multiple": 2,
        "must_contribute": [],
    }  # fmt: skip
    late_enough = first + 200
    for editions, number, fits in [
        ({}, first - 1, False), ({}, first + 1, True),
        ({REQUEST.rulebook: figures}, late_enough - 1, False),
        ({REQUEST.rulebook: figures}, late_enough + 1, True),
    ]:  # fmt: skip
        request = CHANGE(REQUEST, beacon=Round(CHAIN, number))
        given = trust(editions=editions)
        if fits:
            assert check_request(KEPT, request, sealed(request), given, NOW)
            continue
        with pytest.raises(RuleBroken) as refusal:
            check_request(KEPT, request, sealed(request), given, NOW)
        assert refusal.value.found["differs"] == [
            "the beacon's round comes too soon after reveal_by"
        ]


def test_another_key_or_commitment_under_ones_own_name_is_not_ones_own():
    own, other = REQUEST.contributors
    for forged in (CHANGE(own, key=other.key), CHANGE(own, commitment=other.commitment)):
        assert differs(CHANGE(REQUEST, contributors=[forged, other])) == ["own commitment"]


def test_the_place_of_the_seal_is_the_proofs_and_not_the_services():
    assert differs(REQUEST, index=14) == ["as_of"]


@pytest.mark.parametrize("change", [{"request": "00" * 32}, {"draw": "draw-2"}])
def test_the_proved_entry_seals_this_request_of_this_draw(change):
    with pytest.raises(RuleBroken, match="contributor.reveal_safe"):
        check_request(KEPT, REQUEST, sealed(REQUEST, **change), trust(), NOW)


def test_a_second_request_is_never_signed():
    signed = KEPT.signed_for(request_digest(REQUEST), KEY)
    assert signed.signed_for(request_digest(REQUEST), KEY) == signed
    with pytest.raises(RuleBroken, match="contributor.one_request_ever"):
        signed.signed_for(request_digest(CHANGE(REQUEST, caps={})), KEY)


def proof(leaf, key=LOG, name=ORIGIN, witnesses=()):
    text = Checkpoint(ORIGIN, 1, leaf_hash(leaf)).text()
    note = sign_note(text, name, key)
    for witness in witnesses:
        said = witness.sign(f"cosignature/v1\ntime 1\n{text}".encode())
        blob = key_id("w", COSIGNATURE_ED25519, witness.public) + bytes(7) + b"\x01" + said
        note += f"\u2014 w {to_base64(blob)}\n"
    return tlog_proof(0, [], note)


LEAF = canonical(sealed(REQUEST).entry)


def test_an_entry_is_believed_under_the_trust_files_log_and_quorum():
    assert proved_entry(LEAF, proof(LEAF), trust(), ORIGIN).index == 0
    assert proved_entry(LEAF, proof(LEAF, witnesses=[WITNESS]), trust(1), ORIGIN).index == 0


@pytest.mark.parametrize(
    ("text", "quorum", "origin"),
    [
        (proof(LEAF, key=KEY), 0, ORIGIN),
        (proof(b"{}"), 0, ORIGIN),
        (proof(LEAF), 1, ORIGIN),
        (proof(LEAF, witnesses=[WITNESS, WITNESS]), 2, ORIGIN),
        (proof(LEAF), 0, "other.example.org"),
        ("no proof", 0, ORIGIN),
    ],
    ids=["another key", "another leaf", "no witness", "one witness twice", "another log", "none"],
)
def test_an_entry_that_is_not_proved_is_not_believed(text, quorum, origin):
    with pytest.raises(ProofRejected):
        proved_entry(LEAF, text, trust(quorum), origin)


def test_another_trusted_log_does_not_speak_for_this_one():
    keys = [make_vkey("other.example.org", KEY.public)]
    with pytest.raises(ProofRejected):
        proved_entry(LEAF, proof(LEAF, KEY, "other.example.org"), trust(log_keys=keys), ORIGIN)


SALT, RECORD = bytes(range(32)), '{"channel":"phone","tries":3}'
EVIDENCE = evidence_digest(SALT, {"channel": "phone", "tries": 3}).hex()
REVEALED = CHANGE(KEPT, request="ab" * 32)
ANSWER = Answer("draw-1", "ab" * 32, 0, 7, "unreachable", EVIDENCE, 30)


def behind(kind="bidding.draw.drawn", draw="draw-1", index=30):
    return Proved(index, Entry(1, "a", kind, "", "c", "center", "", {"draw": draw}), "")


def answer_differs(answer=ANSWER, where=None, record=RECORD):
    with pytest.raises(RuleBroken, match="contributor.answer_safe") as refusal:
        check_answer(REVEALED, answer, where or behind(), SALT.hex(), record)
    return refusal.value.found["differs"]


def test_an_answer_whose_record_is_the_evidence_may_be_vouched_for():
    check_answer(REVEALED, ANSWER, behind(), SALT.hex(), RECORD)
    check_answer(REVEALED, ANSWER, behind("bidding.draw.answered"), SALT.hex(), RECORD)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("draw or request", {"draw": "draw-2"}),
        ("draw or request", {"request": "00" * 32}),
        ("stratum", {"stratum": 1}),
        ("stratum", {"stratum": -1}),
        ("outcome", {"outcome": "seated"}),
        ("previous", {"previous": 29}),
        ("evidence", {"evidence": "00" * 32}),
    ],
)
def test_an_answer_that_differs_is_not_vouched_for(name, change):
    assert answer_differs(CHANGE(ANSWER, **change)) == [name]


@pytest.mark.parametrize(
    "record",
    [
        '{"channel":"phone","tries":4}',
        '{"tries":3,"channel":"phone"}',
        '{"channel":"phone", "tries":3}',
        '{"channel":"phone","tries":3.0}',
        '{"channel":"phone","tries":3,"tries":3}',
        "no JSON",
    ],
)
def test_a_record_in_other_words_or_another_form_is_no_evidence(record):
    assert answer_differs(record=record) == ["evidence"]


@pytest.mark.parametrize(
    "where",
    [behind("bidding.draw.sealed"), behind("bidding.draw.identified"), behind(draw="draw-2")],
)
def test_an_answer_stands_behind_a_run_or_an_answer_of_its_own_draw(where):
    assert answer_differs(where=where) == ["previous"]


def test_behind_one_entry_one_answer_is_signed_ever_and_the_same_one_again():
    book = Book("draw-1").signed(ANSWER, SALT.hex(), RECORD, KEY)
    assert book.signed(ANSWER, SALT.hex(), RECORD, KEY) == book
    for change in ({"outcome": "late"}, {"position": 8}, {"evidence": "00" * 32}):
        with pytest.raises(RuleBroken, match="contributor.answer_vouched_once"):
            book.signed(CHANGE(ANSWER, **change), SALT.hex(), RECORD, KEY)
    further = book.signed(CHANGE(ANSWER, previous=31, position=8), SALT.hex(), RECORD, KEY)
    assert [one.answer.previous for one in further.vouched] == [30, 31]
