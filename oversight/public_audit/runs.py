"""Bundles read and judged as far as one alone can be, in this process or several at a time.

What a bundle must be follows from tiles that were verified before. So each can be read, hashed and
looked at by whoever has a moment; what comes back is in the order of the log, and holds only what
the rules want to see.
"""

import gc
import multiprocessing
import os
import threading
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from itertools import islice
from operator import attrgetter

import msgspec
from msgspec.structs import replace

from oversight.errors import ProofRejected
from oversight.ledger.facts import Entry
from oversight.ledger.tiles import WIDTH
from oversight.public_audit.rules import Line, Plain, Plainly, Told, read_alike, read_one, told_of
from oversight.publication.source import Source, open_source
from oversight.publication.verified import Expected, read_expected

GARBAGE_THRESHOLD = 50_000  # objects; entries hold no cycles, so looking for some is in vain
TASK_BUNDLES = 4  # handed to another process together
AHEAD = 3  # tasks for each process that are under way, or wait to be taken up
_KIND_OF = attrgetter("kind")


class Fault(msgspec.Struct, frozen=True):
    """An entry whose form is not right."""

    index: int
    text: str


class Run(msgspec.Struct, frozen=True):
    """What one bundle holds."""

    number: int
    count: int = 0  # of its entries that were asked for
    kinds: Mapping[str, int] = {}
    told: list[Told] = []  # entries that a rule wants to see
    faults: list[Fault] = []
    rejected: str = ""  # why the bundle is not the log's
    leaves: bytes = b""  # the hashes of all its entries, where they are wanted
    plain: list[Plainly] = []  # entries of which a rule wants to know the instant alone
    newest: str = ""  # instant of its last entry


class Task(msgspec.Struct, frozen=True):
    """A bundle that is to be read, without its entries below `start`."""

    number: int
    start: int
    expected: Expected | None = None
    rejected: str = ""  # why nothing can be expected of it


class Wanted(msgspec.Struct, frozen=True):
    """What of the entries is wanted: those of these kinds, but for the plainly right ones."""

    kinds: frozenset[str]
    plain: Mapping[str, Plain]
    leaves: bool = False  # whether leaf hashes are wanted, too
    timed: frozenset[str] = frozenset()  # kinds of which plain entries are wanted by instant

    def sort(self, lines: Iterable[tuple[int, Line | Entry]]) -> tuple[list[Told], list[Plainly]]:
        """Return the entries that a rule wants to see, and those that it wants the instant of."""
        told: list[Told] = []
        plainly: list[Plainly] = []
        for at, line in lines:
            kind = line.kind
            if kind not in self.kinds:
                continue
            is_plain = self.plain.get(kind)
            if is_plain is None or not is_plain(line):
                told.append(told_of(at, line))
            elif kind in self.timed:
                plainly.append((at, kind, line.at))
        return told, plainly


def read_run(source: Source, task: Task, wanted: Wanted) -> Run:
    """Read one bundle, hold it against its tile, and look at the form of every entry.

    Raises:
        SourceUnreachable: a file could not be asked for.
    """
    if task.expected is None:
        return Run(task.number, rejected=task.rejected)
    try:
        entries, tile = read_expected(source, task.expected)
    except ProofRejected as rejected:
        return Run(task.number, rejected=str(rejected))
    first, entries = task.number * WIDTH + task.start, entries[task.start :]
    leaves = tile if wanted.leaves else b""
    alike = read_alike(entries)
    if alike is None:
        return replace(_read_one_by_one(task.number, first, entries, wanted), leaves=leaves)
    kinds = Counter(map(_KIND_OF, alike))
    told, plain = wanted.sort(enumerate(alike, first))
    newest = alike[-1].at if alike else ""
    return Run(task.number, len(entries), kinds, told, leaves=leaves, plain=plain, newest=newest)


def _read_one_by_one(number: int, first: int, entries: list[bytes], wanted: Wanted) -> Run:
    kinds: Counter[str] = Counter()
    faults, read = [], []
    for index, data in enumerate(entries, first):
        try:
            entry = read_one(data)
        except ProofRejected as rejected:
            faults.append(Fault(index, str(rejected)))
            continue
        kinds[entry.kind] += 1
        read.append((index, entry))
    told, plain = wanted.sort(read)
    newest = read[-1][1].at if read else ""
    return Run(number, len(entries), kinds, told, faults, plain=plain, newest=newest)


def read_runs(
    source: Source, tasks: Iterable[Task], wanted: Wanted, processes: int
) -> Iterator[Run]:
    """Yield what the bundles hold, in order, read by so many processes (1: this one alone).

    Raises:
        SourceUnreachable: a file could not be asked for.
    """
    if processes == 1:
        for task in tasks:
            yield read_run(source, task, wanted)
        return
    with closing(_shared_out(source.name, iter(tasks), wanted, processes)) as runs:
        yield from runs


def _shared_out(
    place: str, tasks: Iterator[Task], wanted: Wanted, processes: int
) -> Generator[Run, None, None]:
    """Yield what the bundles hold, read by other processes, which open the place themselves."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, _begin, (place, wanted))
    waiting: deque[Future[list[Run]]] = deque()
    try:
        while True:
            while len(waiting) < AHEAD * processes and (some := [*islice(tasks, TASK_BUNDLES)]):
                waiting.append(pool.submit(_read_some, some))
            if not waiting:
                return
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


class _Worker:
    """What a process that reads bundles for another one holds."""

    source: Source
    wanted: Wanted


def _begin(place: str, wanted: Wanted) -> None:
    """Open the place in a new process, which ends with the one that it works for."""
    gc.set_threshold(GARBAGE_THRESHOLD, *gc.get_threshold()[1:])
    _Worker.source, _Worker.wanted = open_source(place), wanted
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "only a child reads for others"
    parent.join()
    os._exit(1)


def _read_some(tasks: list[Task]) -> list[Run]:
    return [read_run(_Worker.source, task, _Worker.wanted) for task in tasks]
