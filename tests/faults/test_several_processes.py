"""Several processes on one database make one log; a bulk act needs no memory to speak of."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from oversight.ledger import queries
from oversight.ledger.rules import root_of

CHILD = Path(__file__).parent / "neighbours.py"
BULK_ENTRIES = 30_000
BULK_MEGABYTES_MAX = 60  # the entries alone, as Python holds them, would take more


async def neighbour(house, name, acts, entries):
    """Run one process to its end; return what it says of itself."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", str(CHILD), house.dsn, house.settings.key_dir, name,
        str(acts), str(entries),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CHILD.parents[2])},
    )  # fmt: skip
    said, complained = await child.communicate()
    assert child.returncode == 0, complained.decode()[-4000:]
    assert complained == b""
    return tuple(map(int, said.split()))


async def test_processes_side_by_side_make_one_log_and_repeat_nothing(house):
    said = await asyncio.gather(*(neighbour(house, f"p{n}", 20, 3) for n in range(3)))
    effects = sum(done for done, _ in said)
    assert effects == 3 * 10 + 10  # ten requests of each, and ten that all of them sent
    checkpoint = await house.settle()
    entries = await queries.entries(0)
    assert [entry.index for entry in entries] == list(range(effects * 3))
    assert checkpoint.root == root_of([entry.leaf for entry in entries])
    assert await house.count("act_key") == await house.count("payload") == effects * 3


async def test_a_bulk_act_is_held_in_bounded_memory(house):
    done, grown = await neighbour(house, "bulk", 1, BULK_ENTRIES)
    assert done == 1
    assert grown < BULK_MEGABYTES_MAX
    assert (await house.settle()).size == BULK_ENTRIES
