"""Killed at any statement or file of an act, the sequencer, the publisher or the signer, rows, log,
published files and the signer's state agree, and nothing is lost, doubled or forked.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from oversight.database import run, writing

PLACES = ("key", "signer", "public")
CHILD = Path(__file__).parent / "crashing.py"
# Every statement in a full sweep; else a sample.
FULL = os.environ.get("DAYLIGHT_TEST_FULL_SWEEP") == "1"
STRIDE = {"sqlite": 1, "postgres": 1} if FULL else {"sqlite": 4, "postgres": 7}


async def ending_of(house, stride, *more):
    """Let the child live and end; return how often it did."""
    async with writing():
        await run("CREATE TABLE sheep (act VARCHAR(36) NOT NULL, n INTEGER NOT NULL)")
    keys, signer, public = (getattr(house.settings, f"{name}_dir") for name in PLACES)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", str(CHILD), house.dsn, keys, signer, public,
        str(stride), *more,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CHILD.parents[2])},
    )  # fmt: skip
    said, complained = await child.communicate()
    assert child.returncode == 0, complained.decode()[-4000:]
    return int(said)


async def test_a_kill_at_any_statement_leaves_rows_and_log_in_agreement(house):
    deaths = await ending_of(house, STRIDE[house.engine])
    assert deaths * STRIDE[house.engine] > 80, "hardly anything was killed"


async def test_an_error_at_any_storage_step_leaves_rows_and_log_in_agreement(house):
    failures = await ending_of(house, STRIDE[house.engine], "--fail")
    assert failures * STRIDE[house.engine] > 80, "hardly anything failed"
