"""SIGKILL at any statement of a recovery: run again, it ends where an undisturbed one does."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import msgspec
from engines import create_database, drop_database, named_database
from house import someone

from api_spec import assembly
from oversight.act import begin
from oversight.authority.rules import Permission, Post
from oversight.ledger.facts import Fact
from oversight.recovery.backup import take_backup
from oversight.recovery.restore import restore

CHILD = Path(__file__).with_name("recover_crash.py")
TESTS = CHILD.parents[1]
# A sample of the statements, or with DAYLIGHT_TEST_FULL_SWEEP=1 every one.
FULL = os.environ.get("DAYLIGHT_TEST_FULL_SWEEP") == "1"
STRIDE = {"sqlite": 1 if FULL else 5, "postgres": 1 if FULL else 9}
COUNT = Permission("test.sheep.count", frozenset({Post.ADMINISTRATOR}), None, "数羊", "Count")
BEFORE, SIGNED = 200, 1000


class Counted(Fact, frozen=True):
    """A sheep was counted."""

    kind: ClassVar[str] = "test.sheep.counted"

    number: int


async def grown(house, size):
    async with begin(someone(Post.ADMINISTRATOR), COUNT, house.occasion()) as act:
        for number in range(size):
            await act.record(Counted(number), "fold")
    await house.settle()


def sweep(told):
    """Run the sweep as a program of its own."""
    paths = os.pathsep.join(map(str, (TESTS.parent, TESTS, CHILD.parent)))
    return subprocess.run(
        [sys.executable, "-W", "ignore", str(CHILD), json.dumps(told)],
        capture_output=True, text=True, timeout=600, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip


async def test_a_killed_recovery_goes_on_and_ends_as_an_undisturbed_one(house, request, tmp_path):
    await grown(house, BEFORE)
    state = (tmp_path / "signer" / "state.json").read_bytes()
    await take_backup(house.settings, None, tmp_path / "backup")
    await grown(house, SIGNED - BEFORE)
    await house.close()
    pristine, server, template = tmp_path / "pristine", "", ""
    dsn = f"sqlite:///{pristine}/daylight.sqlite"
    if house.engine == "postgres":
        server = request.getfixturevalue("server")
        dsn = named_database(server, await create_database(server))
        template = urlsplit(dsn).path.removeprefix("/")
    settings = msgspec.structs.replace(
        house.settings, data_dir=str(pristine), dsn=dsn, public_dir=str(pristine / "public")
    )
    await restore(tmp_path / "backup", settings, assembly.TABLES, assembly.MIGRATED)
    (pristine / "signer").mkdir(parents=True, exist_ok=True)
    (pristine / "signer" / "state.json").write_bytes(state)
    told = {
        "engine": house.engine, "server": server, "template": template,
        "pristine": str(pristine), "public": str(tmp_path / "public"),
        "keys": house.settings.key_dir, "stride": STRIDE[house.engine],
        "before": BEFORE, "signed": SIGNED,
    }  # fmt: skip
    try:
        ran = await asyncio.to_thread(sweep, told)
    finally:
        if house.engine == "postgres":
            await drop_database(dsn)
        await house.open()
    assert ran.returncode == 0, ran.stderr[-4000:]
    assert int(ran.stdout) > 4 * (8 if house.engine == "sqlite" else 1), (
        "hardly anything was killed"
    )
    shutil.rmtree(pristine)
