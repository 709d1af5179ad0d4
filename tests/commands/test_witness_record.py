"""A witness's own record: what it stores, what it refuses to store, whose it is."""

from __future__ import annotations

import sqlite3
import stat

import pytest
from shown_log import ORIGIN, SECOND, Log, at, submit, witness_of

from oversight.errors import ProofRejected, RuleBroken
from oversight.keys.directory import KEYS_COMPLETE, KEYS_PRIVATE
from oversight.keys.signing import SigningKey
from oversight.ledger.notes import COSIGNATURE_ED25519, MLDSA44, make_vkey, open_note, parse_vkey
from oversight.ledger.signed_checkpoint import sign_checkpoint_note
from oversight.witness import store as store_room
from oversight.witness.commands import add_checkpoint, add_log, make_witness, open_witness
from oversight.witness.keys import KEY_FILE
from oversight.witness.rules import (
    WITNESS_AS_MADE,
    WITNESS_LOG_NAMED,
    WITNESS_MADE_ONCE,
    WITNESS_WHOLE,
    Evidence,
    Outcome,
    Promise,
    origin_hash,
    write_submission,
)
from oversight.witness.store import EVIDENCE_KEPT, RECORD


@pytest.fixture
def log():
    return Log(12)


@pytest.fixture
def witness(tmp_path, log):
    return witness_of(tmp_path / "witness", log)


def test_a_witness_is_for_its_owner_alone(witness):
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in witness.directory.iterdir()}
    assert stat.S_IMODE(witness.directory.stat().st_mode) == 0o700
    assert modes == {KEY_FILE: 0o600, RECORD: 0o600}


def test_a_witness_is_made_once_and_leaves_nothing_beside_it(witness, tmp_path):
    before = (witness.directory / KEY_FILE).read_bytes()
    with pytest.raises(RuleBroken) as refused:
        make_witness(witness.directory, "another", Promise.SEEN, ["ed25519"])
    assert refused.value.rule is WITNESS_MADE_ONCE
    assert (witness.directory / KEY_FILE).read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["witness"]


def test_a_cosignature_of_each_key_comes_back_and_is_stored_before(witness, log):
    answer = submit(witness, log, 0, 5)
    assert answer.outcome is Outcome.COSIGNED
    keys = [parse_vkey(vkey) for vkey in witness.cosigner.vkeys]
    assert [key.type for key in keys] == [COSIGNATURE_ED25519, MLDSA44]
    opened = open_note(log.note(5) + answer.lines, keys)
    assert opened.cosigned == tuple((key, SECOND) for key in keys)
    stored = witness.store.note(origin_hash(ORIGIN))
    assert stored.endswith(answer.lines)
    assert open_note(stored, [parse_vkey(log.vkey), *keys]).verified


@pytest.mark.parametrize(("only", "type_"), [("ed25519", 4), ("mldsa44", 6)])
def test_a_witness_may_have_one_key_only(tmp_path, log, only, type_):
    witness = witness_of(tmp_path / "one", log, types=[only])
    (key,) = witness.cosigner.verifiers
    assert key.type == type_
    assert submit(witness, log, 0).lines.count("\n") == 1
    assert open_witness(witness.directory).cosigner.vkeys == witness.cosigner.vkeys


def test_an_extension_line_is_under_the_ed25519_cosignature_and_not_under_the_other(tmp_path):
    log = Log(3, extensions=("weather fair",))
    witness = witness_of(tmp_path / "witness", log)
    lines = submit(witness, log, 0).lines
    ed25519, mldsa = witness.cosigner.verifiers
    changed = (log.note() + lines).replace("weather fair", "weather foul")
    assert open_note(changed, [mldsa]).cosigned
    with pytest.raises(ProofRejected):
        open_note(changed, [ed25519])


def test_a_submission_repeated_after_its_answer_was_lost_gets_a_fresh_cosignature(witness, log):
    submit(witness, log, 0, 5)
    stale = submit(witness, log, 0, 5)
    assert (stale.outcome, stale.size) == (Outcome.STALE, 5)
    again = submit(witness, log, 5, 5, SECOND + 60)
    assert again.outcome is Outcome.COSIGNED
    assert witness.store.log(ORIGIN).cosigned_at == SECOND + 60


def test_a_smaller_tree_never_comes_after_a_larger(witness, log):
    submit(witness, log, 0, 9)
    assert submit(witness, log, 0, 5).outcome is Outcome.STALE
    assert submit(witness, log, 9, 5).outcome is Outcome.BACKWARD
    assert submit(witness, log, 5, 9).outcome is Outcome.STALE
    assert witness.store.log(ORIGIN).known.size == 9


def test_a_clock_that_stands_before_the_last_cosignature_of_any_log_is_waited_for(tmp_path, log):
    other = Log(4, origin="log.example/other")
    witness = witness_of(tmp_path / "witness", log, other)
    submit(witness, log, 0, 5, SECOND)
    assert submit(witness, other, 0, 4, SECOND - 1).outcome is Outcome.NOT_NOW
    assert witness.store.log(other.origin).known.size == 0
    assert submit(witness, other, 0, 4, SECOND).outcome is Outcome.COSIGNED


def test_what_is_not_the_logs_is_not_cosigned_and_not_kept(witness, log):
    unknown = Log(3, origin="log.example/unknown")
    assert submit(witness, unknown, 0).outcome is Outcome.UNKNOWN_LOG
    note = sign_checkpoint_note(log.checkpoint(5), [SigningKey(bytes(32))], [], SECOND)
    request = write_submission(0, [], note)
    assert add_checkpoint(witness, request, at(SECOND)).outcome is Outcome.UNSIGNED
    assert add_checkpoint(witness, b"old 0", at(SECOND)).outcome is Outcome.MALFORMED
    assert witness.store.evidence() == []


def test_a_split_view_is_kept_as_it_came(witness, log):
    submit(witness, log, 0, 7)
    fork = log.fork(5, 7)
    request = fork.submission(7, 7)
    assert add_checkpoint(witness, request, at(SECOND)).outcome is Outcome.INCONSISTENT
    assert submit(witness, fork, 0, 7).outcome is Outcome.STALE  # the same evidence: kept once
    (kept,) = witness.store.evidence()
    assert (kept.kind, kept.size) == (Evidence.SPLIT, 7)
    assert kept.request == request
    notes = (kept.known, kept.request.partition(b"\n\n")[2])
    both = [open_note(note, [parse_vkey(log.vkey)]).text for note in notes]
    assert both[0] != both[1]
    assert both[0].split("\n")[:2] == both[1].split("\n")[:2]


def test_a_suspicion_is_dropped_when_the_log_proves_it_wrong(witness, log):
    submit(witness, log, 0, 5)
    request = write_submission(5, [], log.note(12))
    assert add_checkpoint(witness, request, at(SECOND)).outcome is Outcome.INCONSISTENT
    assert [kept.kind for kept in witness.store.evidence()] == [Evidence.UNPROVEN]
    assert submit(witness, log, 5, 12).outcome is Outcome.COSIGNED
    assert witness.store.evidence() == []


def test_strangers_cannot_fill_the_disk_with_what_proves_nothing(witness, log, monkeypatch):
    monkeypatch.setattr(store_room, "EVIDENCE_KEPT", 3)
    assert EVIDENCE_KEPT == 100
    submit(witness, log, 0, 5)
    for size in range(6, 13):
        add_checkpoint(witness, write_submission(5, [], log.note(size)), at(SECOND))
    assert [kept.size for kept in witness.store.evidence()] == [10, 11, 12]
    for added in range(1, 6):
        submit(witness, log.fork(5 - added, added), 5, 5)
    splits = [kept for kept in witness.store.evidence() if kept.kind is Evidence.SPLIT]
    assert len(splits) == 3


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log SET size = 3",
        "UPDATE log SET root = zeroblob(32)",
        "UPDATE log SET cosigned_at = 1",
        "UPDATE log SET origin = 'other'",
        "DELETE FROM log",
    ],
)
def test_the_record_itself_refuses_to_forget(witness, log, change):
    submit(witness, log, 0, 5)
    with (
        sqlite3.connect(witness.directory / RECORD) as connection,
        pytest.raises(sqlite3.IntegrityError),
    ):
        connection.execute(change)


def test_a_record_that_another_process_holds_puts_a_submission_off(witness, log, monkeypatch):
    monkeypatch.setattr(store_room, "WAIT_SECONDS", 0.05)
    with witness.store.alone():
        assert submit(witness, log, 0, 5).outcome is Outcome.NOT_NOW
    assert submit(witness, log, 0, 5).outcome is Outcome.COSIGNED


def test_a_record_that_is_gone_is_never_begun_anew(witness, log):
    submit(witness, log, 0, 5)
    (witness.directory / RECORD).unlink()
    assert submit(witness, log, 0, 5).outcome is Outcome.NOT_NOW
    with pytest.raises(RuleBroken) as refused:
        open_witness(witness.directory)
    assert refused.value.rule is WITNESS_WHOLE
    assert not (witness.directory / RECORD).exists()


def test_a_record_of_other_keys_is_refused(witness, tmp_path, log):
    other = witness_of(tmp_path / "other", log)
    (other.directory / KEY_FILE).replace(witness.directory / KEY_FILE)
    with pytest.raises(RuleBroken) as refused:
        open_witness(witness.directory)
    assert refused.value.rule is WITNESS_WHOLE


def test_keys_that_others_may_read_are_refused(witness):
    (witness.directory / KEY_FILE).chmod(0o640)
    with pytest.raises(RuleBroken) as refused:
        open_witness(witness.directory)
    assert refused.value.rule is KEYS_PRIVATE


@pytest.mark.parametrize("text", ["", "ed25519 zz\n", "rsa " + "0" * 64 + "\n", "\u00e9\n"])
def test_keys_that_cannot_be_read_are_refused_without_showing_them(witness, text):
    (witness.directory / KEY_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(RuleBroken) as refused:
        open_witness(witness.directory)
    assert refused.value.rule is KEYS_COMPLETE
    assert text == "" or text not in str(refused.value.found)


def test_a_mirrors_key_never_signs_what_is_not_held(tmp_path):
    make_witness(tmp_path / "mirror", "mirror.example/m1", Promise.HELD, ["ed25519"])
    with pytest.raises(RuleBroken) as refused:
        open_witness(tmp_path / "mirror", Promise.SEEN)
    assert refused.value.rule is WITNESS_AS_MADE


def test_a_log_is_known_by_an_origin_and_by_keys_that_are_not_the_witnesss(witness, log):
    refusals = [
        ("", [log.vkey]),
        ("two\nlines", [log.vkey]),
        ("a" * 256, [log.vkey]),
        ("log.example/none", []),
        ("log.example/own", [witness.cosigner.vkeys[0]]),
    ]
    for origin, vkeys in refusals:
        with pytest.raises(RuleBroken) as refused:
            add_log(witness, origin, vkeys)
        assert refused.value.rule is WITNESS_LOG_NAMED
    with pytest.raises(ProofRejected):
        add_log(witness, "log.example/bad", ["no key"])
    assert [found.origin for found in witness.store.logs()] == [ORIGIN]


def test_a_log_that_rotates_its_key_goes_on_under_the_new_one(witness, log):
    submit(witness, log, 0, 5)
    log.key = SigningKey(bytes(range(32)))
    assert submit(witness, log, 5, 7).outcome is Outcome.UNSIGNED
    add_log(witness, ORIGIN, [make_vkey(ORIGIN, log.key.public)])
    assert submit(witness, log, 5, 7).outcome is Outcome.COSIGNED
    assert len(witness.store.log(ORIGIN).keys) == 2
