"""How soon an entry is covered by a signed checkpoint, and how many acts a second, beside the disk.

    python -m scripts.bench.ledger [ACTS]

Acts come at uneven moments, so that the clock of the checkpoints is met in all phases. The rate of
acts is measured beside bare transactions of one row in the same run, both synced to the disk.
"""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import msgspec

from api_spec.app import open_instance
from oversight.ambient import utc_now
from oversight.authority.rules import Actor, Role
from oversight.configuration import Settings
from oversight.identity.commands import found, register_party
from oversight.identity.queries import actor_of_token
from oversight.keys.directory import make_ring
from oversight.ledger.hand import keep_checkpoints
from oversight.ledger.queries import head_size, wait_effective

ACTS, PAUSE_SECONDS = 60, 0.137
COVERED_BOUND = 1.0  # seconds (the log's promise: within a second of new entries)


async def covered_after(actor: Actor, number: int) -> float:
    """Make one act and return the seconds until a checkpoint covers its entry."""
    await register_party(actor, Role.FIRM, f"firm {number}")
    start = perf_counter()
    await wait_effective(await head_size() - 1)  # SQLite places entries inside the act
    return perf_counter() - start


async def acts_for_a_second(actor: Actor, count: int) -> float:
    """Return how many acts a second are made one after another."""
    start = perf_counter()
    for number in range(count):
        await register_party(actor, Role.FIRM, f"again {number}")
    return count / (perf_counter() - start)


def bare_for_a_second(file: Path, count: int) -> float:
    """Return how many bare transactions of one row the disk takes a second."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE row (text TEXT)")
    start = perf_counter()
    for number in range(count):
        connection.execute("INSERT INTO row VALUES (?)", (f"row {number}",))
    return count / (perf_counter() - start)


async def measure(place: Path, count: int) -> bool:
    """Print all figures; tell whether the bound was kept."""
    settings = msgspec.structs.replace(
        Settings(), data_dir=str(place), key_dir=str(place / "keys"), dsn=f"sqlite:///{place}/d"
    )
    make_ring(Path(settings.key_dir))
    async with open_instance(settings):
        token = (await found("center", "", "administrator", 1)).token
        actor = await actor_of_token(token, utc_now())
        assert actor is not None, "the token was issued a moment ago"
        hand = asyncio.create_task(keep_checkpoints(settings.checkpoint_seconds))
        waits = []
        for number in range(count):
            waits.append(await covered_after(actor, number))
            await asyncio.sleep(PAUSE_SECONDS)
        rate = await acts_for_a_second(actor, count)
        hand.cancel()
    bare = bare_for_a_second(place / "bare", count)
    print(f"covered: median {statistics.median(waits):.2f} s, latest {max(waits):.2f} s "
          f"of {count} (bound {COVERED_BOUND} s)")  # fmt: skip
    print(f"acts: {rate:.0f} a second; bare transactions {bare:.0f}; ratio {rate / bare:.2f}")
    return max(waits) <= COVERED_BOUND


def main() -> int:
    """Measure in a scratch directory."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ACTS
    with tempfile.TemporaryDirectory() as place:
        return 0 if asyncio.run(measure(Path(place), count)) else 1


if __name__ == "__main__":
    sys.exit(main())
