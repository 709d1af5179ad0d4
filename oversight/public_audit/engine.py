"""The outsider's audit: from the last checkpoint that he accepted to the one published now.

Files are trusted in no order: the checkpoint's signature comes first, then that it only appends to
the checkpoint accepted before, then every tile and bundle up to its root, then every entry. What
is at fault is named and the rest goes on, but an entry is judged only in an unbroken run from the
first: the next audit begins at the first bundle that could not be read.
"""

import gc
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path

import msgspec

from oversight.blind.facts import BlindLogged
from oversight.errors import ProofRejected
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.notes import VerifierKey, make_vkey, parse_vkey
from oversight.ledger.policy import Policy, PolicyAdopted
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.ledger.tiles import WIDTH
from oversight.public_audit.blind_clock import BLINDS, clock_of, overdue
from oversight.public_audit.entry_rules import (
    KEYS,
    POLICIES,
    adopted,
    log_keys,
    successors,
)
from oversight.public_audit.leftovers import odd_files
from oversight.public_audit.quorum import Judged, judge_quorum, weakened
from oversight.public_audit.report import SHOWN_MAX, Report, Told
from oversight.public_audit.rules import Book, Finding, Plainly
from oversight.public_audit.runs import GARBAGE_THRESHOLD, Run, Task, Wanted, read_runs
from oversight.public_audit.state import FILE, Progress, State
from oversight.publication.source import (
    CHECKPOINT,
    CHECKPOINT_BYTES_MAX,
    DirectorySource,
    Source,
    SourceUnreachable,
)
from oversight.publication.verified import VerifiedLog

SAVED_BUNDLES = 64  # between two commits of the state
ENTRIES_FOR_A_PROCESS = 20_000  # fewer are read before another process has begun
Say = Callable[[int, int], None]  # entries done, entries in all


class Trust(msgspec.Struct, frozen=True):
    """What the auditor brings himself."""

    log_keys: Sequence[VerifierKey] = ()  # none: those that his state trusts
    origin: str = ""  # empty: the name of the first key
    policy: Policy | None = None  # of cosigners whom he trusts; else the policy on the log


def audit_log(
    source: Source,
    trust: Trust,
    book: Book,
    directory: Path | None,
    *,
    say: Say = lambda *_: None,
    processes: int = 1,
) -> Report:
    """Audit the published files of a log, from where the state in `directory` ends.

    Bundles are read by so many processes, which open the source by its name; 1 is this one.

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
            kept = directory is not None
            return _Audit(source, trust, book, state, say, processes, kept).run()
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

    def __init__(  # noqa: PLR0917, all that an audit consists of
        self,
        source: Source,
        trust: Trust,
        book: Book,
        state: State,
        say: Say,
        processes: int,
        kept: bool,
    ) -> None:
        self.source, self.trust, self.book, self.state, self.say = source, trust, book, state, say
        self.processes, self.kept = processes, kept
        self.progress = _begin(state, trust)
        self.began = self.progress.checked
        self.alarms: list[str] = []
        self.differences: list[str] = []
        self.differences_total = 0
        self.judged: Judged | None = None
        self.older: list[str] = []  # what is to be said of a copy that lags behind

    def run(self) -> Report:
        """Audit, and tell."""
        if self.state.evidence():
            self.alarms.append("an earlier audit caught this log; its state keeps the evidence")
        opened = self._checkpoint()
        if opened is not None:
            checkpoint, raw = opened
            log = VerifiedLog(self.source, checkpoint)
            if self._extends(log, raw):
                self._stream(log)
                self._look_around(log)
                self._conclude(checkpoint, raw)
        self.state.save(self.progress)
        return self._report()

    # The checkpoint -----------------------------------------------------------------------------

    def _checkpoint(self) -> tuple[Checkpoint, str] | None:
        """Return the published checkpoint, if the log signed it."""
        keys = [parse_vkey(text) for text in self.progress.log_keys]
        try:
            raw = self.source.read(CHECKPOINT, CHECKPOINT_BYTES_MAX)
            checkpoint, _ = open_checkpoint(raw, self.progress.origin, keys)
        except ProofRejected as rejected:
            self._differs(f"{CHECKPOINT}: {str(rejected).removeprefix(CHECKPOINT + ': ')}")
            return None
        return checkpoint, raw.decode()

    def _extends(self, log: VerifiedLog, raw: str) -> bool:
        """Tell whether the log only appended to what was accepted before; the edge holds then."""
        before, now = self.progress, log.checkpoint
        if now.size < before.size:
            self._look_back(now, raw)
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

    def _look_back(self, now: Checkpoint, raw: str) -> None:
        """Hold an older checkpoint against what was seen; that stays as it is either way."""
        older = f"the files here are older than what you saw: {now.size} of {self.progress.size}"
        seen = self.state.root_at(now.size)
        if seen is None:
            self.older.append(f"{older} entries; whether they are the same cannot be told yet")
        elif seen == now.root:
            self.older.append(f"{older} entries, the same ones; nothing else here was read")
        else:
            sizes = f"size {now.size} is no beginning of size {self.progress.size}"
            self._alarm(f"forked: {sizes}, both signed", raw)

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
        wanted = Wanted(
            frozenset(self.book.judges),
            self.book.plain,
            self.kept,
            frozenset(self.book.instants),
        )
        try:
            processes = min(self.processes, 1 + (size - self.began) // ENTRIES_FOR_A_PROCESS)
            for run in read_runs(self.source, self._tasks(log), wanted, processes):
                if run.rejected:
                    self._differs(run.rejected)
                    whole = False
                elif whole:
                    self._judge(run)
                if run.number % SAVED_BUNDLES == SAVED_BUNDLES - 1:
                    self.state.save(self.progress)
                    self.say(min(size, (run.number + 1) * WIDTH), size)
        except SourceUnreachable:
            self.state.save(self.progress)
            raise
        self.say(size, size)

    def _look_around(self, log: VerifiedLog) -> None:
        """Hold what else lies in a directory against the tree."""
        if isinstance(self.source, DirectorySource):
            for odd in odd_files(self.source.directory, self.source, log):
                self._differs(odd)

    def _tasks(self, log: VerifiedLog) -> Iterator[Task]:
        """Yield the bundles that are to be read."""
        first, start = divmod(self.began, WIDTH)
        for number in range(first, -(-log.checkpoint.size // WIDTH)):
            try:
                yield Task(number, start if number == first else 0, log.expected(number))
            except ProofRejected as rejected:
                yield Task(number, 0, rejected=str(rejected))

    def _judge(self, run: Run) -> None:
        """Judge a run of entries that follows what was judged so far."""
        if run.leaves:
            self.state.keep_leaves(run.number, run.leaves)
        self.state.count_kinds(run.kinds)
        for fault in run.faults:
            self.state.note(fault.index, "", Finding(fault.text))
        rest = run.plain
        for told in run.told:
            cut = bisect_left(rest, (told.index,))
            self._judge_plain(rest[:cut])
            rest = rest[cut:]
            for finding in self.book.judge(told, self.state.shelf):
                self.state.note(told.index, told.kind, finding)
        self._judge_plain(rest)
        self.progress.checked += run.count
        self.progress.newest = run.newest or self.progress.newest

    def _judge_plain(self, plain: Sequence[Plainly]) -> None:
        for index, kind, finding in self.book.judge_instants(plain, self.state.shelf):
            self.state.note(index, kind, finding)

    # The end ------------------------------------------------------------------------------------

    def _conclude(self, checkpoint: Checkpoint, raw: str) -> None:
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

    def _report(self) -> Report:
        state, progress = self.state, self.progress
        unchecked = [*self.older]
        if self.judged is not None and self.judged.witnessed.missed:
            unchecked.append("the quorum of cosigners is not reached (yet)")
        if progress.checked < progress.size:
            unchecked.append(f"entries from {progress.checked} on were not judged")
        standing, blinds = [*self._weaker(), *self._overdue()], state.count_of(BlindLogged.kind)
        alerts = sorted([*self._told(True), *standing], key=attrgetter("entry"))
        return Report(
            self.source.name, progress.origin, progress.size, progress.root, self.began,
            progress.checked, self.alarms, self.differences, self.differences_total,
            self._told(False), state.count_findings(False), alerts[:SHOWN_MAX],
            state.count_findings(True) + len(standing),
            dict(state.unknown_kinds(self.book.known, SHOWN_MAX)),
            blinds, len(clock_of(state.shelf(BLINDS)).opened),
            self.judged.witnessed if self.judged else None, unchecked, self.kept,
        )  # fmt: skip

    def _weaker(self) -> list[Told]:
        """Return what is to be said of policies, as far as it is known now which of them judge."""
        known = weakened(adopted(self.state.shelf(POLICIES)), self.progress.eras)
        return [Told(entry, PolicyAdopted.kind, text) for entry, text in known]

    def _overdue(self) -> list[Told]:
        """Return what is missing of blind entries up to the last entry of all."""
        missing = overdue(self.state.shelf(BLINDS), self.progress.newest)
        last = self.progress.checked - 1
        return [Told(last, BlindLogged.kind, one.text) for one in missing]

    def _told(self, alert: bool) -> list[Told]:
        noted = self.state.findings(alert, SHOWN_MAX)
        return [Told(one.entry, one.kind, one.finding.text) for one in noted]
