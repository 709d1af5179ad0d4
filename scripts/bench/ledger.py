"""What the log costs, each figure beside its peer in one run.

    python -m scripts.bench.ledger [tree] [proofs] [sqlite] [postgres] [covered]

Without a name all five. Exits 1 if a bound is missed. Peers are taken in turns with ours, so that
a noisy machine meets both; the ratios say something, the rates say little.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from statistics import median
from time import perf_counter

from oversight.authority.rules import Role
from oversight.identity.commands import register_party
from oversight.ledger.effect import wait_effective
from oversight.ledger.queries import head_size
from oversight.publication.hand import keep_log
from scripts.bench.ledger_acts import ACTOR, instance, on_postgres, on_sqlite
from scripts.bench.ledger_tree import LARGE, SMALL, append_rates, proof_costs

TREE_BOUND = 5.0  # times pymerkle
PROOF_BOUND = 1.5  # times the cost in the small log, for each tile read
SQLITE_BOUND, POSTGRES_BOUND = 0.5, 0.6  # of the bare driver
COVERED_BOUND = 1.0  # seconds
WAITS, PAUSE_SECONDS = 30, 0.137  # uneven: the clock of the checkpoints is met in all phases


def say(held: bool, text: str) -> bool:
    """Print a figure, and whether its bound is held; pass that on."""
    print(f"{'held  ' if held else 'MISSED'} {text}", flush=True)
    return held


async def tree(_: Path) -> bool:
    """Appending in memory."""
    frontier, tiles, peer = append_rates()
    print(f"       entries a second: frontier {frontier:,.0f}, pymerkle {peer:,.0f}")
    text = f"append with all tiles {tiles:,.0f} a second: {tiles / peer:.1f} x pymerkle"
    return say(tiles / peer >= TREE_BOUND, f"{text} (bound {TREE_BOUND})")


async def proofs(_: Path) -> bool:
    """Proofs in a small and in a large log."""
    small, large = await proof_costs()
    text = f"a tile of a proof: {small:.0f} us among {SMALL:,}, {large:.0f} us among {LARGE:,}"
    return say(large / small <= PROOF_BOUND, f"{text}: {large / small:.2f} (bound {PROOF_BOUND})")


async def sqlite(place: Path) -> bool:
    """Acts one after another on SQLite."""
    found = await on_sqlite(place)
    for name, (rate, ratio) in found.items():
        print(f"       sqlite, {name}: {rate:,.0f} a second, {ratio:.2f} of bare")
    ratio = found["act_in_sql"][1]
    return say(ratio >= SQLITE_BOUND, f"acts on SQLite: {ratio:.2f} (bound {SQLITE_BOUND})")


async def postgres(place: Path) -> bool:
    """Acts of 64 tasks on PostgreSQL."""
    found = await on_postgres(place)
    for name, (rate, ratio) in found.items():
        print(f"       postgres, {name}: {rate:,.0f} a second, acts are {ratio:.2f} of it")
    ratio = found["sessions"][1]
    text = f"acts on PostgreSQL, of asyncpg on sessions held open: {ratio:.2f}"
    return say(ratio >= POSTGRES_BOUND, f"{text} (bound {POSTGRES_BOUND})")


async def covered(place: Path) -> bool:
    """How soon an entry is covered by a signed checkpoint."""
    waits = []
    async with instance(place, f"sqlite:///{place}.sqlite") as settings:
        hand = asyncio.create_task(keep_log(settings.checkpoint_seconds))
        for number in range(WAITS):
            await register_party(ACTOR, Role.FIRM, f"firm {number}")
            start = perf_counter()
            await wait_effective(await head_size() - 1)  # SQLite places entries inside the act
            waits.append(perf_counter() - start)
            await asyncio.sleep(PAUSE_SECONDS)
        hand.cancel()
        await asyncio.gather(hand, return_exceptions=True)
    text = f"covered after {median(waits):.2f} s (median), {max(waits):.2f} s (latest)"
    return say(max(waits) <= COVERED_BOUND, f"{text} (bound {COVERED_BOUND} s)")


PARTS: dict[str, Callable[[Path], Coroutine[None, None, bool]]] = {
    "tree": tree, "proofs": proofs, "sqlite": sqlite, "postgres": postgres, "covered": covered,
}  # fmt: skip


def main() -> int:
    """Measure what was asked, each part in a scratch directory."""
    asked = sys.argv[1:] or list(PARTS)
    with tempfile.TemporaryDirectory() as place:
        kept = [asyncio.run(PARTS[name](Path(place, name))) for name in asked]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
