"""Several processes on one database make one log; a bulk act needs no memory to speak of."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from oversight.database import run
from oversight.ledger import queries
from oversight.ledger.own_keys import own_keys
from oversight.ledger.rules import leaf_hash, root_of
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.publication.source import open_source
from oversight.publication.verified import VerifiedLog

ORIGIN = "demo.daylight.invalid/log"
PLACES = ("key", "signer", "public")

CHILD = Path(__file__).parent / "neighbours.py"
LOAD_SECONDS = float(os.environ.get("DAYLIGHT_TEST_LOAD_SECONDS", "10"))
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


async def loaded(house, name):
    """Run one process under load to its end; return the acts that were acknowledged to it."""
    keys, signer, public = (getattr(house.settings, f"{part}_dir") for part in PLACES)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", str(CHILD), house.dsn, keys, name,
        "--load", str(LOAD_SECONDS if house.engine == "postgres" else 2), signer, public,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CHILD.parents[2])},
    )  # fmt: skip
    said, complained = await child.communicate()
    assert child.returncode == 0, complained.decode()[-4000:]
    return said.decode().split()


async def test_under_load_two_processes_and_two_sequencers_make_one_log_without_a_gap(house):
    """Both place, publish and sign; every act that was acknowledged stands on the log, once."""
    said = await asyncio.gather(loaded(house, "one"), loaded(house, "two"))
    acknowledged = [act for acts in said for act in acts]
    assert all(said)
    assert len(set(acknowledged)) == len(acknowledged)
    checkpoint = await house.settle()
    rows = await run('SELECT "index", act, n, leaf FROM entry ORDER BY "index"')
    assert [row["index"] for row in rows] == list(range(len(rows)))
    assert {row["act"] for row in rows} == set(acknowledged)
    assert (
        len({(row["act"], row["n"]) for row in rows}) == len(rows) == await house.count("act_key")
    )
    leaves = [bytes(row["leaf"]) for row in rows]
    assert checkpoint.root == root_of(leaves)
    for point in await run("SELECT size, root FROM checkpoint"):
        assert bytes(point["root"]) == root_of(leaves[: point["size"]])
    opened = open_checkpoint(checkpoint.note, ORIGIN, own_keys())[0]
    published = VerifiedLog(open_source(house.settings.public_dir), opened)
    assert [leaf_hash(one) for _, some in published.entries(0) for one in some] == leaves
