"""How long an import takes and how much memory: a made-up pool through the real door to write.

    python -m scripts.bench.intake 100000 [csv|xlsx]

Prints, in one run: checking and writing apart, admission, and one stratum of the draw loaded,
judged and decrypted apart. Memory is the process's resident set, sampled ten times a second.
"""

import asyncio
import csv
import resource
import shutil
import sys
import tempfile
import threading
from datetime import date
from pathlib import Path
from time import perf_counter

from api_spec import assembly
from bidding.eligibility.queries import judge, load, with_names
from bidding.eligibility.rules import Conditions
from bidding.intake.commands import import_experts
from bidding.roster.commands import admit_experts
from bidding.roster.schema import Admission
from bidding.sheet.queries import write_xlsx
from oversight.authority.rules import Actor, Post, Role
from oversight.database import close_database, open_database
from oversight.keys.directory import make_ring, use_ring
from oversight.ledger.terms import Terms, use_terms
from scripts.pool_generator import write_pool

MEGABYTE = 1_000_000
STRATUM = ("A080104", "410000")


class Peak:
    """The largest resident set since the last reset, in megabytes."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        pause = threading.Event()
        while not pause.wait(0.1):
            self.megabytes = max(self.megabytes, _resident())

    def reset(self) -> None:
        """Forget what was."""
        self.megabytes = _resident()


def _resident() -> float:
    """Return the resident set in megabytes, from Linux's /proc."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MEGABYTE


def pool_file(folder: Path, count: int, kind: str) -> Path:
    """Write the file to be imported."""
    path = folder / "pool.csv"
    write_pool(path, count)
    if kind == "xlsx":
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *lines = csv.reader(file)
        path = folder / "pool.xlsx"
        path.write_bytes(write_xlsx("pool", header, lines))
    return path


def person(post: Post) -> Actor:
    """Return somebody of the center who holds one post."""
    return Actor("center", Role.TRADING_CENTER, post.value, frozenset({post}))


async def measure(folder: Path, count: int, kind: str) -> None:
    """Import, admit, and read one stratum; print each figure."""
    file = pool_file(folder, count, kind)
    use_ring(make_ring(folder / "keys"))
    use_terms(Terms("bench.invalid/log", 100_000))
    await open_database(f"sqlite:///{folder}/pool.sqlite", assembly.TABLES, assembly.MIGRATED)
    peak = Peak()
    peak.reset()
    before, begun, checked = peak.megabytes, perf_counter(), 0.0

    def report(phase: str, _lines: int, _of: int) -> None:
        nonlocal checked
        checked = perf_counter() if phase == "checking" else checked

    with file.open("rb") as opened:
        receipt = await import_experts(person(Post.POOL_KEEPER), opened, report=report)
    ended = perf_counter()
    print(f"{count} experts, {kind} of {file.stat().st_size / MEGABYTE:.1f} MB, SQLite")
    print(f"  import    {ended - begun:7.1f} s, of which checking {max(checked - begun, 0):.1f} s")
    print(f"  memory    {before:7.0f} MB before, {peak.megabytes:.0f} MB at the most")
    begun = perf_counter()
    await admit_experts(person(Post.POOL_REVIEWER), Admission(registered_by=receipt.act))
    print(f"  admission {perf_counter() - begun:7.1f} s, {peak.megabytes:.0f} MB at the most")
    begun, conditions = perf_counter(), Conditions(on=date(2026, 3, 10), lookback_years=3)
    loaded = await load([STRATUM], conditions)
    read = perf_counter()
    (pool,) = judge(loaded, conditions)
    judged = perf_counter()
    named = with_names(pool.eligible)
    print(
        f"  a stratum of {len(named)}: loading {1000 * (read - begun):.1f} ms, "
        f"judging {1000 * (judged - read):.1f} ms, "
        f"decrypting names {1000 * (perf_counter() - judged):.1f} ms"
    )
    await close_database()


def main() -> None:
    """Measure in a scratch directory."""
    folder = Path(tempfile.mkdtemp(prefix="daylight-intake-"))
    try:
        kind = sys.argv[2] if len(sys.argv) > 2 else "csv"
        asyncio.run(measure(folder, int(sys.argv[1]), kind))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
