"""Measure the public audit of a large log beside bare hashing of the same bytes, in one run.

    python -m scripts.bench.public_audit [--entries 1000000] [--runs 3]

The log is made up and published as static files in a temporary directory: of a hundred entries
thirty are blind roots, five belong to draws told in full, the rest are of the pool. The audit is
that of `daylight audit --public`, without the start of its command, with a process on each
processor. Bare hashing is one SHA-256 for each leaf and each node, in the tightest loop of plain
Python over entries that lie split in memory: reading files and splitting bundles is not counted
there. Both are measured in turn, by the clock on the wall. The exit status is 1 when a bound is
missed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from bidding.committee.facts import Formed
from bidding.contribution.rules import contribution
from bidding.draw import facts
from bidding.roster.facts import Admitted, Registered
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.facts import Fact, entry_bytes
from oversight.ledger.notes import make_vkey, sign_note
from oversight.ledger.rules import Frontier, leaf_hash, root_of
from oversight.ledger.tiles import WIDTH, bundle_path, make_bundle, split_bundle, tile_path
from oversight.values.digests import to_base64
from scripts.made_up_log import CENTER, ORIGIN, SUPERVISOR, TENDERER, Scene

RATIO_BOUND, MEGABYTES_BOUND = 2.5, 300
AT = "2026-03-02T08:00:00.123456Z"
SIGNATURE = to_base64(bytes(64))


class Blind(Fact, frozen=True):
    """A root over receipts and pads, as the log has one each minute."""

    kind = "oversight.ledger.blind"

    root: str


class Log:
    """The entries of a made-up log, one after another."""

    def __init__(self) -> None:
        self.count = 0

    def tell(self, fact: Fact, subject: str, actor: str = CENTER) -> bytes:
        """Return the next entry."""
        act = f"0195a000-0000-7000-9000-{self.count:012x}"
        self.count += 1
        role = "trading_center" if actor == CENTER else "tenderer"
        return entry_bytes(fact, act=act, at=AT, subject=subject, actor=actor, role=role)

    def entries(self, size: int) -> Iterator[bytes]:
        """Yield `size` entries; a draw has thirteen."""
        number = 0
        while self.count < size:
            yield from self.draw(number)
            for other in range(247):
                yield self.other(number, other)
            number += 1

    def other(self, number: int, other: int) -> bytes:
        """Return an entry that belongs to no draw."""
        value = sha256(f"{number}/{other}".encode()).hexdigest()
        subject = f"0195a000-0000-7000-8000-{number:06x}{other:06x}"
        if other % 10 in (0, 3, 6):
            return self.tell(Blind(value), "")
        if other % 10 == 1:
            return self.tell(Registered(*[value] * 8), subject)
        return self.tell(Admitted(f"0195a000-0000-7000-9000-{self.count - 1:012x}"), subject)

    def draw(self, number: int) -> Iterator[bytes]:
        """Yield a committee and the draw for it, from its order to its end."""
        draw, subject = f"0195a000-0000-7000-a000-{number:012x}", f"committee-{number}"
        digest, parties = sha256(draw.encode()), (SUPERVISOR, TENDERER)
        value, purpose = digest.hexdigest(), "evaluation-committee"
        tender = f"tender-{number}"
        yield self.tell(Formed(tender, ["1"], purpose, 1, None, "T", 5, 1), subject, TENDERER)
        yield self.tell(facts.Ordered(draw, None, purpose, 1, None), subject, TENDERER)
        for party in parties:
            commitment = contribution(draw, party, digest.digest()).hex()
            previous = self.count - 1
            fact = facts.Committed(draw, previous, party, commitment, SIGNATURE)
            yield self.tell(fact, subject, party)
        yield self.tell(facts.Sealed(draw, self.count - 1, value, purpose, 1, None), subject)
        for party in parties:
            told = facts.Revealed(draw, self.count - 1, party, value, value, SIGNATURE)
            yield self.tell(told, subject, party)
        pi, previous = "ab" * 80, self.count - 1
        yield self.tell(facts.Drawn(draw, previous, value, value, pi, None, value), subject)
        for line in range(4):
            said = facts.Answered(
                draw, self.count - 1, line, "declined", value, SUPERVISOR, SIGNATURE, value
            )
            yield self.tell(said, subject, "expert")
        yield self.tell(facts.Identified(draw, self.count - 1, value), subject)


def write(directory: Path, path: str, data: bytes) -> None:
    """Write one published file."""
    file = directory / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def publish(directory: Path, size: int, scene: Scene) -> int:
    """Write all files of a log of `size` entries; return the bytes of the entries."""
    written, run, log = 0, [], Log()
    levels: list[list[bytes]] = [[]]
    frontier = Frontier()
    for entry in log.entries(size):
        run.append(entry)
        levels[0].append(leaf_hash(entry))
        frontier.append(levels[0][-1])
        written += len(entry)
        if len(run) == WIDTH or frontier.size == size:
            write(directory, bundle_path((frontier.size - 1) // WIDTH, len(run)), make_bundle(run))
            run = []
        if frontier.size == size:
            break
    level = 0
    while levels[level]:
        hashes: list[bytes] = levels[level]
        levels.append([])
        for at in range(0, len(hashes), WIDTH):
            tile = hashes[at : at + WIDTH]
            write(directory, tile_path(level, at // WIDTH, len(tile)), b"".join(tile))
            if len(tile) == WIDTH:
                levels[level + 1].append(root_of(tile))
        level += 1
    text = Checkpoint(ORIGIN, size, frontier.root()).text()
    write(directory, "checkpoint", sign_note(text, ORIGIN, scene.log_key).encode())
    return written


def bare_seconds(directory: Path, size: int) -> float:
    """Return how long hashing takes: each leaf, and each node above."""
    took, edge = 0.0, []
    for index in range(-(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        entries = split_bundle((directory / bundle_path(index, width)).read_bytes(), width)
        start = time.perf_counter()
        level = [sha256(b"\x00" + entry).digest() for entry in entries]
        while len(level) > 1:
            level = [
                sha256(b"\x01" + left + right).digest()
                for left, right in zip(level[::2], level[1::2], strict=False)
            ]
        edge.append(level[0])
        took += time.perf_counter() - start
    start = time.perf_counter()
    while len(edge) > 1:
        edge = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(edge[::2], edge[1::2], strict=False)
        ]
    return took + time.perf_counter() - start


def audit_seconds(directory: Path, state: Path, key: str) -> tuple[float, float, float]:
    """Return the seconds that an audit takes, those of all processors, and the most megabytes."""
    command = [sys.executable, "-m", "scripts.bench.public_audit_once"]
    command += [str(directory), str(state), key]
    most = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        while process.poll() is None:
            most = max(most, resident_megabytes(process.pid))
            time.sleep(0.05)
        assert process.stdout is not None
        if process.returncode:
            sys.exit("the audit did not pass")
        took, processor = map(float, process.stdout.read().split())
    return took, processor, most


def resident_megabytes(process: int) -> float:
    """Return what a process and its children hold in memory, what they share counted once."""
    total = 0
    for one in [process, *children(process)]:
        try:
            told = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue  # it has just ended
        total += sum(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
    return total / 1024


def children(process: int) -> list[int]:
    """Return the processes that a process started."""
    try:
        return [
            int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()
        ]
    except OSError:
        return []


def measure(entries: int, runs: int) -> int:
    """Measure, print, and say whether a bound was missed."""
    scene, ours, bare, memory = Scene("a log for measuring"), [], [], []
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place, "public")
        written = publish(directory, entries, scene)
        print(f"{entries:,} entries, {written:,} bytes, {written // entries} each")
        key = make_vkey(ORIGIN, scene.log_key.public)
        for run in range(runs):
            bare.append(bare_seconds(directory, entries))
            seconds, processor, megabytes = audit_seconds(directory, Path(place, str(run)), key)
            ours.append(seconds)
            memory.append(megabytes)
            figures = f"audit {seconds:.2f} s ({processor:.2f} s of processors)"
            print(f"run {run + 1}: {figures}, bare hashing {bare[-1]:.2f} s", flush=True)
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"ratio of medians {ratio:.2f} (bound {RATIO_BOUND})")
    print(f"resident at the most {max(memory):.0f} MB (bound {MEGABYTES_BOUND})")
    return int(ratio > RATIO_BOUND or max(memory) > MEGABYTES_BOUND)


def main() -> int:
    """Read the command line, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    return measure(given.entries, given.runs)


if __name__ == "__main__":
    sys.exit(main())
