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
from oversight.public_audit.rules import Line, Plain, Told, read_alike, read_one, told_of
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


class Task(msgspec.Struct, frozen=True):
    """A bundle that is to be read, without its entries below `start`."""

    number: int
    start: int
    expected: Expected | None = None
    rejected: str = ""  # why nothing can be expected of it


class Wanted(msgspec.Struct, frozen=True):
    """Which entries a rule wants to see: of these kinds, but for those that are plainly right."""

    kinds: frozenset[str]
    plain: Mapping[str, Plain]
    leaves: bool = False  # whether leaf hashes are wanted, too

    def includes(self, line: Line | Entry) -> bool:
        """Tell whether a rule wants to see an entry."""
        if line.kind not in self.kinds:
            return False
        plain = self.plain.get(line.kind)
        return plain is None or not plain(line)


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
    told: list[Told] = []
    if not wanted.kinds.isdisjoint(kinds):
        told = [told_of(at, line) for at, line in enumerate(alike, first) if wanted.includes(line)]
    return Run(task.number, len(entries), kinds, told, leaves=leaves)


def _read_one_by_one(number: int, first: int, entries: list[bytes], wanted: Wanted) -> Run:
    kinds: Counter[str] = Counter()
    told, faults = [], []
    for index, data in enumerate(entries, first):
        try:
            entry = read_one(data)
        except ProofRejected as rejected:
            faults.append(Fault(index, str(rejected)))
            continue
        kinds[entry.kind] += 1
        if wanted.includes(entry):
            told.append(told_of(index, entry))
    return Run(number, len(entries), kinds, told, faults)


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
