"""What a witness may cosign, and what it keeps as evidence."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from shown_log import ORIGIN, SECOND, Log

from oversight.errors import ProofRejected
from oversight.keys.signing import SigningKey
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.notes import ED25519, VerifierKey, note_line, parse_vkey
from oversight.ledger.rules import EMPTY_ROOT
from oversight.ledger.signed_checkpoint import sign_checkpoint_note
from oversight.witness.rules import (
    REQUEST_BYTES_MAX,
    Evidence,
    Known,
    Outcome,
    decide,
    evidence,
    has_two_roots,
    is_cosigner_name,
    is_origin,
    origin_hash,
    parse_submission,
    signed_lines,
    write_submission,
)

LOG = Log(12)
FORK = LOG.fork(5, 9)
KEYS = [parse_vkey(LOG.vkey)]


def known(log, size):
    return Known(size, log.checkpoint(size).root)


def decided(data, record):
    submission = parse_submission(data)
    outcome = decide(submission, record)
    return outcome, evidence(submission, record, outcome)


def without_path(log, old, size):
    return write_submission(old, [], log.note(size))


EMPTY_LIE = sign_checkpoint_note(Checkpoint(ORIGIN, 0, bytes(32)), [LOG.key], [], SECOND)
SPLIT, UNPROVEN = Evidence.SPLIT, Evidence.UNPROVEN

DECISIONS = {
    "the first of a log": (LOG.submission(0, 5), Known(), Outcome.COSIGNED, None),
    "an empty log": (LOG.submission(0, 0), Known(), Outcome.COSIGNED, None),
    "an extension": (LOG.submission(5, 12), known(LOG, 5), Outcome.COSIGNED, None),
    "from a power of two": (LOG.submission(8, 9), known(LOG, 8), Outcome.COSIGNED, None),
    "the same again": (LOG.submission(5, 5), known(LOG, 5), Outcome.COSIGNED, None),
    "backward": (LOG.submission(7, 5), known(LOG, 7), Outcome.BACKWARD, None),
    "backward from nowhere": (LOG.submission(9, 5), known(LOG, 7), Outcome.BACKWARD, None),
    "from an older size": (LOG.submission(3, 12), known(LOG, 5), Outcome.STALE, None),
    "from a later size": (LOG.submission(8, 12), known(LOG, 5), Outcome.STALE, None),
    "from nothing": (LOG.submission(0, 12), known(LOG, 5), Outcome.STALE, None),
    "another history": (FORK.submission(7, 12), known(LOG, 7), Outcome.INCONSISTENT, UNPROVEN),
    "no path": (without_path(LOG, 5, 12), known(LOG, 5), Outcome.INCONSISTENT, UNPROVEN),
    "a path from nothing": (
        write_submission(0, LOG.path(5, 12), LOG.note(12)),
        Known(),
        Outcome.INCONSISTENT,
        UNPROVEN,
    ),
    "a path to the same": (
        write_submission(5, LOG.path(5, 12), LOG.note(5)),
        known(LOG, 5),
        Outcome.INCONSISTENT,
        UNPROVEN,
    ),
    "two roots": (FORK.submission(7, 7), known(LOG, 7), Outcome.INCONSISTENT, SPLIT),
    "two roots, and from elsewhere": (FORK.submission(3, 7), known(LOG, 7), Outcome.STALE, SPLIT),
    "an empty log with a root": (
        write_submission(0, [], EMPTY_LIE),
        Known(),
        Outcome.INCONSISTENT,
        SPLIT,
    ),
    "an empty log with a root, too late": (
        write_submission(0, [], EMPTY_LIE),
        known(LOG, 5),
        Outcome.STALE,
        SPLIT,
    ),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_a_submission_is_decided_in_the_order_of_the_specification(case):
    data, record, outcome, kept = DECISIONS[case]
    assert decided(data, record) == (outcome, kept)


NOTE = LOG.note(5).encode()
HASH = b"qxq38Hx8j+Dv9LpvqlPH5EEukaWZFT6KpOAb7s5beCU="
MALFORMED = {
    "nothing": b"",
    "no old size": b"\n\n" + NOTE,
    "another word": b"new 0\n\n" + NOTE,
    "two spaces": b"old  0\n\n" + NOTE,
    "a sign": b"old +0\n\n" + NOTE,
    "a leading zero": b"old 00\n\n" + NOTE,
    "a size beyond counting": b"old 9223372036854775808\n\n" + NOTE,
    "other digits": "old ٣\n\n".encode() + NOTE,
    "a carriage return": b"old 0\r\n\r\n" + NOTE,
    "no empty line": b"old 0\n" + NOTE.partition(b"\n\n")[0],
    "no checkpoint": b"old 0\n\n",
    "a short hash": b"old 1\nqxq3\n\n" + NOTE,
    "a hash with loose bits": b"old 1\n" + HASH[:-2] + b"V=\n\n" + NOTE,
    "64 hashes": b"old 1\n" + (HASH + b"\n") * 64 + b"\n" + NOTE,
    "no signature": b"old 0\n\n" + LOG.checkpoint(5).text().encode(),
    "no last line feed": b"old 0\n\n" + NOTE[:-1],
    "bytes that are no text": b"old 0\n\n\xff" + NOTE,
    "a control character": b"old 0\n\n" + NOTE.replace(b"\n5\n", b"\n5\x00\n"),
    "a size of letters": b"old 0\n\n" + NOTE.replace(b"\n5\n", b"\nfive\n"),
    "an empty log with half a root": b"old 0\n\n" + NOTE.replace(b"\n5\n", b"\n0\nqxq3\n"),
    "an empty extension line": b"old 0\n\n" + NOTE.replace(b"=\n\n", b"=\n\nx\n\n", 1),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_not_in_the_form_is_no_submission(case):
    with pytest.raises(ProofRejected):
        parse_submission(MALFORMED[case])


def test_a_path_of_63_hashes_is_bearable():
    assert len(parse_submission(b"old 1\n" + (HASH + b"\n") * 63 + b"\n" + NOTE).path) == 63


def test_the_example_of_the_specification_is_read():
    signature = "A" * 4 + "B" * 88
    body = (
        "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
        "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\n"
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        f"— example.com/behind-the-sofa {signature}\n"
    )
    read = parse_submission(body.encode())
    assert (read.old_size, len(read.path), read.checkpoint.size) == (20852014, 2, 20852163)
    assert write_submission(read.old_size, read.path, read.note) == body.encode()


def test_a_submission_with_every_signature_that_a_note_may_have_is_short_enough():
    line = len(LOG.note(5).split("\n")[-2].encode()) + 1  # of ML-DSA-44
    assert 16 * line + 64 * 45 + 1000 < REQUEST_BYTES_MAX


def test_only_the_logs_own_lines_are_kept():
    stranger = SigningKey(bytes(32))
    line = sign_checkpoint_note(LOG.checkpoint(5), [LOG.key, stranger], [], SECOND)
    submission = parse_submission(write_submission(0, [], line))
    kept = signed_lines(submission, KEYS)
    assert kept.count("\n") == 1
    assert f"{submission.text}\n{kept}" == sign_checkpoint_note(
        LOG.checkpoint(5), [LOG.key], [], SECOND
    )


def test_a_checkpoint_that_strangers_signed_alone_is_unsigned():
    note = sign_checkpoint_note(LOG.checkpoint(5), [SigningKey(bytes(32))], [], SECOND)
    with pytest.raises(ProofRejected):
        signed_lines(parse_submission(write_submission(0, [], note)), KEYS)


def test_a_known_key_whose_signature_fails_spoils_the_note():
    other = LOG.note(4).partition("\n\n")[2]
    forged = LOG.checkpoint(5).text() + "\n" + other
    with pytest.raises(ProofRejected):
        signed_lines(parse_submission(write_submission(0, [], forged)), KEYS)


def test_an_impossible_tree_is_the_logs_own_word_whatever_other_keys_it_has():
    submission = parse_submission(write_submission(0, [], EMPTY_LIE))
    assert signed_lines(submission, [*KEYS, parse_vkey(LOG.mldsa_vkey)])


def test_a_log_may_sign_under_another_name_than_its_origin_and_with_ml_dsa_alone():
    submission = parse_submission(LOG.submission(0, 5))
    assert signed_lines(submission, [parse_vkey(LOG.mldsa_vkey)])
    log = Log(3, origin="go.sum database tree")
    key = VerifierKey("sum.golang.example", ED25519, log.key.public)
    text = log.checkpoint().text()
    note = f"{text}\n{note_line(key, log.key.sign(text.encode()))}"
    assert signed_lines(parse_submission(write_submission(0, [], note)), [key])


def test_lines_beyond_the_third_are_borne_and_kept():
    log = msgspec.structs.replace(LOG.checkpoint(5), extensions=("anything", "else"))
    submission = parse_submission(write_submission(0, [], LOG.note(checkpoint=log)))
    assert submission.checkpoint.extensions == ("anything", "else")
    assert signed_lines(submission, KEYS)
    assert decide(submission, Known()) is Outcome.COSIGNED


def test_the_empty_tree_has_one_root():
    assert not has_two_roots(Checkpoint(ORIGIN, 0, EMPTY_ROOT), known(LOG, 5))
    assert has_two_roots(Checkpoint(ORIGIN, 0, bytes(32)), known(LOG, 5))


def test_a_logs_address_is_the_digest_of_its_bare_origin():
    # FIPS 180-4 by another hand: `printf %s 'go.sum database tree' | sha256sum`
    assert (
        origin_hash("go.sum database tree") == hashlib.sha256(b"go.sum database tree").hexdigest()
    )
    assert origin_hash("go.sum database tree") != origin_hash("o:go.sum database tree")


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\u00a0b", "a\n", "é" * 128])
def test_a_name_that_no_signature_line_can_bear_is_none(name):
    assert not is_cosigner_name(name)


def test_an_origin_may_hold_spaces_but_no_line_feed():
    assert is_origin("go.sum database tree")
    assert is_cosigner_name("witness.example.org/w1")
    assert not is_origin("two\nlines")
    assert not is_origin("")
    assert is_origin("a" * 255)
    assert not is_origin("a" * 256)
