"""A mirror's deeds: hold what a checkpoint covers, then cosign it; follow logs by its own clock.

A mirror answers `add-checkpoint` as a witness does, with one promise more: by the time it signs,
every entry and tile of that checkpoint lies verified on its own disk. (It is not a `tlog-mirror`:
it fetches what is new from the log's own files and takes no uploads.) Its copy carries the
cosignatures that the log's own checkpoint carries, so that it is judged as the log itself is.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from oversight.ambient import Clock, utc_now
from oversight.errors import ProofRejected
from oversight.keys.private import alone
from oversight.ledger.checkpoint import Checkpoint, parse_checkpoint
from oversight.ledger.notes import note_parts
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.mirror.copying import copy_log, holds
from oversight.mirror.handing_on import cosigners_named, with_cosignatures
from oversight.publication.directory import write_file
from oversight.publication.source import (
    CHECKPOINT,
    CHECKPOINT_BYTES_MAX,
    DirectorySource,
    Source,
    SourceUnreachable,
    open_source,
)
from oversight.publication.verified import VerifiedLog
from oversight.witness.commands import Answer, CannotNow, Witness, add_checkpoint
from oversight.witness.rules import Evidence, Known, Outcome, origin_hash, write_submission
from oversight.witness.store import LogRecord

logger = logging.getLogger("daylight.mirror")

PUBLIC = "public"  # below it a directory for each log, named by its origin hash
AT_ONCE = 64 * 256  # entries that a submission may wait for; more is fetched by our own clock
TURN_SECONDS = 5.0  # that a submission waits for the one before it
OTHERS_SECONDS = 2.0  # after a submission, for the log to publish what its witnesses signed


class Mirror:
    """An open mirror."""

    def __init__(self, cosigner: Witness, clock: Clock = utc_now) -> None:
        self.cosigner, self._clock = cosigner, clock
        self.public = cosigner.directory / PUBLIC
        self._turn, self._stopping = threading.Lock(), threading.Event()
        self._submitted = threading.Event()
        self._whole: set[str] = set()  # origins whose copy this process found, or made, whole

    def directory_of(self, origin: str) -> Path:
        """Return where the copy of a log lies."""
        return self.public / origin_hash(origin)

    def submit(self, data: bytes) -> Answer:
        """Answer a submission of somebody else; what it covers is fetched first."""
        answer = add_checkpoint(self.cosigner, data, self._clock, self._held_at_once)
        if answer.outcome is Outcome.COSIGNED:
            self._submitted.set()
        return answer

    def follow(self, log: LogRecord) -> Answer | None:
        """Fetch, verify, store and cosign the newest checkpoint of a log; None: it is an older one.

        Raises:
            ProofRejected: what is published is not this log's, or does not lead to its root.
            SourceUnreachable: no answer from there.
        """
        with open_source(log.source) as source:
            note = source.read(CHECKPOINT, CHECKPOINT_BYTES_MAX).decode(errors="replace")
            shown, _ = open_checkpoint(note, log.origin, log.keys)
            if shown.size < log.known.size:
                self._compare(log, shown, note)
                return None
            path = _path(source, log, shown)
            data = write_submission(log.known.size, path, note)
            return add_checkpoint(
                self.cosigner, data, self._clock, partial(self._held, offered=note)
            )

    def _compare(self, log: LogRecord, shown: Checkpoint, note: str) -> None:
        """Hold an older checkpoint against our own copy, and keep it if it is no beginning of it.

        Raises:
            ProofRejected: it is not: the log has signed two histories.
        """
        held = DirectorySource(self.directory_of(log.origin))
        known = Checkpoint(log.origin, log.known.size, log.known.root)
        if VerifiedLog(held, known).root_at(shown.size) == shown.root:
            return
        request = write_submission(shown.size, (), note)
        with self.cosigner.store.alone() as record:
            at = int(self._clock().timestamp())
            record.keep(Evidence.SPLIT, shown, log.known.note, request, at)
        raise ProofRejected(f"size {shown.size} is no beginning of what is held")

    def follow_all(self) -> int:
        """Follow every log once; return how many could not be cosigned."""
        failed = 0
        for log in self.cosigner.store.logs():
            try:
                answer = self.follow(log)
            except (ProofRejected, SourceUnreachable) as trouble:
                logger.warning("%s: %s", log.origin, trouble)
                failed += 1
                continue
            if answer is not None and answer.outcome is not Outcome.COSIGNED:
                logger.warning("%s: %s", log.origin, answer.outcome)
                failed += 1
        return failed

    def keep_following(self, seconds: float) -> None:
        """Follow every log, each `seconds` anew and soon after a submission, until `stop`."""
        while not self._stopping.is_set():
            try:
                self.follow_all()
            except Exception:
                logger.exception("following failed")
            if self._submitted.wait(seconds):
                self._stopping.wait(OTHERS_SECONDS)
                self._submitted.clear()

    def stop(self) -> None:
        """End following, in the midst of a copy if need be: the next run goes on from there."""
        self._stopping.set()
        self._submitted.set()

    @contextmanager
    def _held_at_once(self, log: LogRecord, shown: Checkpoint) -> Iterator[None]:
        """Hold what is new, if it is not too much for somebody to wait for."""
        if shown.size - log.known.size > AT_ONCE:
            raise CannotNow(f"{shown.size - log.known.size} entries behind; catching up")
        with self._held(log, shown):
            yield

    @contextmanager
    def _held(self, log: LogRecord, shown: Checkpoint, offered: str = "") -> Iterator[None]:
        """Have the files of a checkpoint on the disk; publish it after it was cosigned.

        One at a time: two checkpoints that both extend the last one must not mix their files.
        `offered` is the note as the log publishes it, with the lines of its witnesses.
        """
        if not self._turn.acquire(timeout=TURN_SECONDS):
            raise CannotNow("another checkpoint is being fetched")
        try:
            with alone(self.cosigner.directory):
                self._fetch(log, shown)
                yield
                self._publish(log.origin, offered)
        finally:
            self._turn.release()

    def _fetch(self, log: LogRecord, shown: Checkpoint) -> None:
        now = self.cosigner.store.log(log.origin)
        if now is None or (now.known.size, now.known.root) != (log.known.size, log.known.root):
            raise CannotNow("another checkpoint came before")
        try:
            with open_source(log.source) as source:
                self._copy(source, log, shown)
        except (ProofRejected, SourceUnreachable) as trouble:
            raise CannotNow(str(trouble)) from trouble

    def _copy(self, source: Source, log: LogRecord, shown: Checkpoint) -> None:
        """Copy what is new; everything, where files of old were lost: the promise is to hold it."""
        root = self.directory_of(log.origin)
        is_whole = log.origin in self._whole or holds(root, log.known.size)
        copy_log(source, log.known if is_whole else Known(), shown, root, self._step)
        self._whole.add(log.origin)

    def _step(self) -> None:
        if self._stopping.is_set():
            raise CannotNow("stopping")

    def _publish(self, origin: str, offered: str = "") -> None:
        """Publish the checkpoint that was cosigned last, as the record has it, and who else did."""
        note = self.cosigner.store.note(origin_hash(origin))
        if note is not None:
            whole = self._with_witnesses(origin, note, offered)
            write_file(self.directory_of(origin), CHECKPOINT, whole.encode())

    def _with_witnesses(self, origin: str, note: str, offered: str) -> str:
        """Return the note with the lines that are offered, or stand below it already."""
        copy = self.directory_of(origin)
        try:
            signed = parse_checkpoint(note_parts(note)[0])
            keys = cosigners_named(self.cosigner.directory, copy.name, copy, signed)
        except (ProofRejected, SourceUnreachable) as trouble:
            logger.warning("%s: no cosignatures are handed on: %s", origin, trouble)
            return note
        return with_cosignatures(note, [offered, self._published(copy)], keys)

    def _published(self, copy: Path) -> str:
        try:
            found = DirectorySource(copy).read(CHECKPOINT, CHECKPOINT_BYTES_MAX)
        except (ProofRejected, SourceUnreachable):
            return ""
        return found.decode(errors="replace")

    def publish_all(self) -> None:
        """Publish again what is cosigned: a death may have come between record and file."""
        with alone(self.cosigner.directory):
            for log in self.cosigner.store.logs():
                self._publish(log.origin)


def _path(source: Source, log: LogRecord, shown: Checkpoint) -> list[bytes]:
    """Return the proof that a published log extends what is known, from its own tiles."""
    if not 0 < log.known.size < shown.size:
        return []
    try:
        return VerifiedLog(source, shown).consistency_path(log.known.size)
    except ProofRejected:
        return []  # the checkpoint is refused then, and kept: the log signed what it does not show
