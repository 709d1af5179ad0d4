"""A cosigner's deeds: make it, let it know a log, submit a checkpoint to it."""

import logging
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from oversight.ambient import Clock, utc_now
from oversight.errors import ProofRejected, RuleBroken
from oversight.keys.private import sync
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.notes import parse_vkey
from oversight.witness.keys import Cosigner, make_keys, read_keys
from oversight.witness.rules import (
    WITNESS_AS_MADE,
    WITNESS_LOG_NAMED,
    WITNESS_MADE_ONCE,
    WITNESS_WHOLE,
    Outcome,
    Promise,
    Submission,
    decide,
    evidence,
    is_origin,
    parse_submission,
    signed_lines,
)
from oversight.witness.store import RECORD, LogRecord, Store

logger = logging.getLogger("daylight.witness")


class CannotNow(Exception):  # noqa: N818, not an error: ask again later
    """A preparation that the cosigner makes before it signs did not succeed this time."""


class Answer(msgspec.Struct, frozen=True):
    """What becomes of a submission."""

    outcome: Outcome
    lines: str = ""  # COSIGNED: the signature lines
    size: int = 0  # STALE: the size that was cosigned last


Prepare = Callable[[LogRecord, Checkpoint], AbstractContextManager[None]]


class Witness(msgspec.Struct, frozen=True):
    """An open cosigner."""

    directory: Path
    cosigner: Cosigner
    store: Store
    promise: Promise


def make_witness(directory: Path, name: str, promise: Promise, types: Sequence[str]) -> Witness:
    """Make a cosigner in a new directory of mode 0700: keys, and an empty record bound to them.

    The directory appears under its name only when it is whole and on the disk.

    Raises:
        RuleBroken: WITNESS_MADE_ONCE.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        make_keys(staging, types)
        Store(staging / RECORD).make(name, promise, read_keys(staging, name).vkeys)
        (staging / RECORD).chmod(0o600)
        sync(staging)
        staging.rename(directory)  # the system refuses where a directory with files stands
    except OSError as error:
        shutil.rmtree(staging)
        if directory.exists():
            needed = "another directory: what was cosigned is never begun anew"
            raise RuleBroken(WITNESS_MADE_ONCE, needed=needed) from error
        raise
    sync(directory.parent)
    return open_witness(directory, promise)


def open_witness(directory: Path, promise: Promise | None = None) -> Witness:
    """Open the cosigner in a directory; one that makes this promise, where that is asked.

    Raises:
        RuleBroken: WITNESS_WHOLE, KEYS_COMPLETE, KEYS_PRIVATE; WITNESS_AS_MADE.
    """
    store = Store(directory / RECORD)
    name, made_for, vkeys = store.cosigner()
    cosigner = read_keys(directory, name)
    if cosigner.vkeys != vkeys:
        needed = "the keys that the record was made with"
        raise RuleBroken(WITNESS_WHOLE, needed=needed, found="the record of other keys")
    if promise is not None and promise is not made_for:
        raise RuleBroken(WITNESS_AS_MADE, needed=f"a {promise}'s own directory", found=made_for)
    return Witness(directory, cosigner, store, made_for)


def add_log(witness: Witness, origin: str, vkeys: Sequence[str], source: str = "") -> None:
    """Know a log by its origin and keys, or know more keys of it (it rotates them).

    Raises:
        ProofRejected: a text is no verifier key.
        RuleBroken: WITNESS_LOG_NAMED.
    """
    publics = {parse_vkey(vkey).public for vkey in vkeys}
    own = {key.public for key in witness.cosigner.verifiers}
    if not is_origin(origin) or not publics or publics & own:
        needed = "the first line of the log's checkpoints, and the log's own keys"
        raise RuleBroken(WITNESS_LOG_NAMED, needed=needed, keys=len(publics))
    witness.store.add_log(origin, vkeys, source)


def add_checkpoint(
    witness: Witness, data: bytes, clock: Clock = utc_now, prepare: Prepare | None = None
) -> Answer:
    """Judge a submission and cosign it if it stands; stored before anybody sees a signature.

    `prepare` is entered with a checkpoint that would be cosigned as things stand, before the
    record is held, and left when it was stored; a CannotNow of it puts the submission off.
    """
    try:
        submission = parse_submission(data)
    except ProofRejected:
        return Answer(Outcome.MALFORMED)
    try:
        return _judged(witness, submission, data, clock, prepare)
    except (CannotNow, RuleBroken, sqlite3.Error) as trouble:
        logger.warning("%s: %s", submission.checkpoint.origin, trouble)
        return Answer(Outcome.NOT_NOW)


class _Signed(msgspec.Struct, frozen=True):
    """A submission under the log's signature."""

    submission: Submission
    lines: str  # the log's own
    request: bytes  # as it came


def _judged(
    witness: Witness, submission: Submission, data: bytes, clock: Clock, prepare: Prepare | None
) -> Answer:
    log = witness.store.log(submission.checkpoint.origin)
    if log is None:
        return Answer(Outcome.UNKNOWN_LOG)
    try:
        signed = _Signed(submission, signed_lines(submission, log.keys), data)
    except ProofRejected:
        return Answer(Outcome.UNSIGNED)
    if prepare is None:
        return _settle(witness, signed, clock, is_prepared=True)
    if decide(submission, log.known) is not Outcome.COSIGNED:
        return _settle(witness, signed, clock, is_prepared=False)
    with prepare(log, submission.checkpoint):
        return _settle(witness, signed, clock, is_prepared=True)


def _settle(witness: Witness, signed: _Signed, clock: Clock, *, is_prepared: bool) -> Answer:
    """Compare and store, in one transaction; what is returned is on the disk.

    The clock is read while nobody else can sign, so that later signatures bear later times.
    """
    shown, text = signed.submission.checkpoint, signed.submission.text
    with witness.store.alone() as held:
        log, seconds = held.log(shown.origin), int(clock().timestamp())
        assert log is not None, "a log is never forgotten"
        outcome = decide(signed.submission, log.known)
        if outcome is Outcome.COSIGNED:
            if not is_prepared:
                raise CannotNow("another checkpoint came between")
            if seconds < held.cosigned_at():
                raise CannotNow("the clock stands before the last cosignature")
            added = witness.cosigner.cosign(text, seconds)
            held.advance(shown, f"{text}\n{signed.lines}{added}", seconds)
            return Answer(outcome, lines=added)
        kind = evidence(signed.submission, log.known, outcome)
        if kind is not None:
            held.keep(kind, shown, log.known.note, signed.request, seconds)
            logger.error("%s: %s at size %d, request kept", shown.origin, kind, shown.size)
        return Answer(outcome, size=log.known.size)
