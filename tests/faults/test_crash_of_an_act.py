"""Killed at any statement or file of an act, the sequencer, the publisher or the signer, rows, log,
published files and the signer's state agree, and nothing is lost, doubled or forked.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from oversight.database import run, writing

CHILD = Path(__file__).parent / "crashing.py"
STRIDE = {"sqlite": 1, "postgres": 7}  # every statement; on PostgreSQL a sample


async def test_a_kill_at_any_statement_leaves_rows_and_log_in_agreement(house):
    async with writing():
        await run("CREATE TABLE sheep (act VARCHAR(36) NOT NULL, n INTEGER NOT NULL)")
    keys = house.settings.key_dir
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", str(CHILD), house.dsn, keys,
        house.settings.signer_dir, house.settings.public_dir, str(STRIDE[house.engine]),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CHILD.parents[2])},
    )  # fmt: skip
    said, complained = await child.communicate()
    assert child.returncode == 0, complained.decode()[-4000:]
    assert int(said) > (80 if house.engine == "sqlite" else 8), "hardly anything was killed"
