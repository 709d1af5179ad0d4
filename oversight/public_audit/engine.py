"""The outsider's audit: from the last checkpoint that he accepted to the one published now.

Files are trusted in no order: the checkpoint's signature comes first, then that it only appends to
the checkpoint accepted before, then every tile and bundle up to its root, then every entry. What
is at fault is named and the rest goes on, but an entry is judged only in an unbroken run from the
first: the next audit begins at the first bundle that could not be read.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path

import msgspec

from oversight.errors import ProofRejected
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.notes import OpenedNote, VerifierKey, make_vkey, parse_vkey
from oversight.ledger.policy import Policy
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.ledger.tiles import WIDTH
from oversight.public_audit.entry_rules import BLIND, KEYS, POLICIES, adopted, log_keys, successors
from oversight.public_audit.quorum import Judged, judge_quorum
from oversight.public_audit.report import SHOWN_MAX, Report, Told
from oversight.public_audit.rules import (
    Book,
    Finding,
    Line,
    read_alike,
    read_one,
    told_of,
)
from oversight.public_audit.state import FILE, Progress, State
from oversight.publication.source import (
    CHECKPOINT,
    CHECKPOINT_BYTES_MAX,
    Source,
    SourceUnreachable,
)
from oversight.publication.verified import VerifiedLog

SAVED_BUNDLES = 64  # between two commits of the state
GARBAGE_THRESHOLD = 50_000  # objects; entries hold no cycles, so looking for some is in vain
_KIND_OF = attrgetter("kind")
Say = Callable[[int, int], None]  # entries done, entries in all


class Trust(msgspec.Struct, frozen=True):
    """What the auditor brings himself."""

    log_keys: Sequence[VerifierKey] = ()  # none: those that his state trusts
    origin: str = ""  # empty: the name of the first key
    policy: Policy | None = None  # of cosigners whom he trusts; else the policy on the log


def audit_log(
    source: Source, trust: Trust, book: Book, directory: Path | None, say: Say = lambda *_: None
) -> Report:
    """Audit the published files of a log, from where the state in `directory` ends.

    Raises:
        SourceUnreachable: a file could not be asked for; what was judged so far is kept.
        ProofRejected: the trust and the state do not go together.
        sqlite3.Error: the state cannot be opened, or another audit holds it.
    """
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
    state = State(directory / FILE if directory is not None else None)
    try:
        with _rare_garbage_runs():
            return _Audit(source, trust, book, state, say).run(directory is not None)
    finally:
        state.close()


@contextmanager
def _rare_garbage_runs() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(GARBAGE_THRESHOLD, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _begin(state: State, trust: Trust) -> Progress:
    """Return where to go on, under keys that were trusted before or are given now."""
    progress, given = state.progress(), [_vkey(key) for key in trust.log_keys]
    if progress is None:
        if not given:
            raise ProofRejected("the first audit of a log needs a key of it that you trust")
        return Progress(trust.origin or trust.log_keys[0].name, given)
    if trust.origin and trust.origin != progress.origin:
        raise ProofRejected(f"this state is about the log {progress.origin}")
    if given and not set(given) & set(progress.log_keys):
        raise ProofRejected("none of the keys given is one that this state trusts")
    return progress


def _vkey(key: VerifierKey) -> str:
    return make_vkey(key.name, key.public, key.type)


class _Audit:
    """One audit under way."""

    def __init__(self, source: Source, trust: Trust, book: Book, state: State, say: Say) -> None:
        self.source, self.trust, self.book, self.state, self.say = source, trust, book, state, say
        self.progress = _begin(state, trust)
        self.began = self.progress.checked
        self.alarms: list[str] = []
        self.differences: list[str] = []
        self.differences_total = 0
        self.judged: Judged | None = None

    def run(self, kept: bool) -> Report:
        """Audit, and tell."""
        if self.state.evidence():
            self.alarms.append("an earlier audit caught this log; its state keeps the evidence")
        opened = self._checkpoint()
        if opened is not None:
            checkpoint, note, raw = opened
            log = VerifiedLog(self.source, checkpoint)
            if self._extends(log, raw):
                self._stream(log)
                self._conclude(checkpoint, note, raw)
        self.state.save(self.progress)
        return self._report(kept)

    # The checkpoint -----------------------------------------------------------------------------

    def _checkpoint(self) -> tuple[Checkpoint, OpenedNote, str] | None:
        """Return the published checkpoint, if the log signed it."""
        keys = [parse_vkey(text) for text in self.progress.log_keys]
        try:
            raw = self.source.read(CHECKPOINT, CHECKPOINT_BYTES_MAX)
            checkpoint, note = open_checkpoint(raw, self.progress.origin, keys)
        except ProofRejected as rejected:
            self._differs(f"{CHECKPOINT}: {str(rejected).removeprefix(CHECKPOINT + ': ')}")
            return None
        return checkpoint, note, raw.decode()

    def _extends(self, log: VerifiedLog, raw: str) -> bool:
        """Tell whether the log only appended to what was accepted before; the edge holds then."""
        before, now = self.progress, log.checkpoint
        if now.size < before.size:
            self._alarm(f"rolled back from {before.size} to {now.size} entries, both signed", raw)
            return False
        try:
            log.check_edge()
            grew = not before.root or log.root_at(before.size).hex() == before.root
        except ProofRejected as rejected:
            self._differs(str(rejected))
            return False
        if not grew:
            self._alarm(
                f"forked: size {now.size} does not extend size {before.size}, both signed", raw
            )
            return False
        self.progress.size, self.progress.root = now.size, now.root.hex()
        self.progress.note = raw
        return True

    def _alarm(self, text: str, raw: str) -> None:
        self.alarms.append(text)
        self.state.keep_evidence(self.progress.note, raw)

    def _differs(self, text: str) -> None:
        self.differences_total += 1
        if len(self.differences) < SHOWN_MAX:
            self.differences.append(text)

    # The entries --------------------------------------------------------------------------------

    def _stream(self, log: VerifiedLog) -> None:
        """Read every bundle after the last that was judged; judge them while none is missing."""
        size, whole = log.checkpoint.size, True
        self.state.save(self.progress)
        try:
            for number in range(self.began // WIDTH, -(-size // WIDTH)):
                try:
                    entries = log.bundle(number)
                except ProofRejected as rejected:
                    self._differs(str(rejected))
                    whole = False
                    continue
                first = number * WIDTH
                if whole:
                    known = max(0, self.progress.checked - first)
                    self._judge(first + known, entries[known:])
                if number % SAVED_BUNDLES == SAVED_BUNDLES - 1:
                    self.state.save(self.progress)
                    self.say(first + len(entries), size)
        except SourceUnreachable:
            self.state.save(self.progress)
            raise
        self.say(size, size)

    def _judge(self, first: int, entries: list[bytes]) -> None:
        """Judge a run of entries that follows what was judged so far."""
        lines: Sequence[Line | None] | None = read_alike(entries) if entries else []
        if lines is None:
            lines = [self._read_alone(first + at, data) for at, data in enumerate(entries)]
        read = [line for line in lines if line is not None]
        kinds = Counter(map(_KIND_OF, read))
        self.state.count_kinds(kinds)
        if not kinds.keys().isdisjoint(self.book.judges):
            self._apply_rules(first, lines)
        self.progress.checked = first + len(entries)

    def _apply_rules(self, first: int, lines: Sequence[Line | None]) -> None:
        judges, plain = self.book.judges, self.book.plain
        for index, line in enumerate(lines, first):
            if line is None or line.kind not in judges:
                continue
            if line.kind not in plain or not plain[line.kind](line):
                for finding in self.book.judge(told_of(index, line), self.state.shelf):
                    self.state.note(index, line.kind, finding)

    def _read_alone(self, index: int, data: bytes) -> Line | None:
        """Return one entry of a run in which not every form is right."""
        try:
            one = read_one(data)
        except ProofRejected as rejected:
            self.state.note(index, "", Finding(str(rejected)))
            return None
        return Line(one.act, one.actor, one.at, one.body, one.kind, one.role, one.subject, 1)  # type: ignore[arg-type]

    # The end ------------------------------------------------------------------------------------

    def _conclude(self, checkpoint: Checkpoint, note: OpenedNote, raw: str) -> None:
        """Judge the cosignatures, and learn keys and eras, once every entry is judged."""
        if self.progress.checked < checkpoint.size:
            return
        origin, trusted = self.progress.origin, [parse_vkey(one) for one in self.progress.log_keys]
        followers = successors(trusted, log_keys(self.state.shelf(KEYS)), origin)
        self.progress.log_keys = [_vkey(key) for key in followers]
        policies = adopted(self.state.shelf(POLICIES))
        try:
            self.judged = judge_quorum(
                raw,
                checkpoint,
                trusted,
                policies,
                known=self.progress.eras,
                own=self.trust.policy,
            )
        except ProofRejected as rejected:
            self._differs(f"{CHECKPOINT}: {rejected}")
            return
        self.progress.eras = self.judged.eras

    def _report(self, kept: bool) -> Report:
        state, progress = self.state, self.progress
        unchecked = []
        if self.judged is not None and self.judged.witnessed.missed:
            unchecked.append("the quorum of cosigners is not reached (yet)")
        if progress.checked < progress.size:
            unchecked.append(f"entries from {progress.checked} on were not judged")
        return Report(
            self.source.name, progress.origin, progress.size, progress.root, self.began,
            progress.checked, self.alarms, self.differences, self.differences_total,
            self._told(False), state.count_findings(False),
            self._told(True), state.count_findings(True),
            dict(state.unknown_kinds(self.book.known, SHOWN_MAX)), state.count_of(BLIND),
            self.judged.witnessed if self.judged else None, unchecked, kept,
        )  # fmt: skip

    def _told(self, alert: bool) -> list[Told]:
        noted = self.state.findings(alert, SHOWN_MAX)
        return [Told(one.entry, one.kind, one.finding.text) for one in noted]
