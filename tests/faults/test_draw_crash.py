"""SIGKILL at any statement of seal and run: rows and log agree, the command can be repeated."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from draw_stage import ROOT, Stage

from oversight.authority.rules import Role

DRIVER = Path(__file__).with_name("draw_crash.py")
# Every fourth statement, or with DAYLIGHT_TEST_FULL_SWEEP=1 every one (some minutes).
STRIDE = 1 if os.environ.get("DAYLIGHT_TEST_FULL_SWEEP") == "1" else 4
LEAST = {"seal": 24, "run": 20}  # statements of each command


@pytest.mark.parametrize(("command", "until"), [("seal", "committed"), ("run", "revealed")])
async def test_a_killed_command_took_effect_whole_or_not_at_all(house, request, command, until):
    stage = await Stage(house).set_up(experts=24)
    await stage.until(until)
    center = stage.ids[Role.TRADING_CENTER]
    await house.close()
    server = request.getfixturevalue("server") if house.engine == "postgres" else ""
    told = {
        "engine": house.engine, "dsn": house.dsn, "server": server, "stride": STRIDE,
        "directory": str(house.directory), "keys": house.settings.key_dir,
        "draw": stage.draw, "center": center, "command": command,
    }  # fmt: skip
    found = sweep(told)
    await house.open()  # the fixture closes it
    word = {"seal": "sealed", "run": "drawn"}[command]
    for crash in found:
        check(crash, word)
    assert [crash["killed"] for crash in found[:-1]] == [signal.SIGKILL] * (len(found) - 1)
    taken = [crash["before"]["steps"][-1][2] == word for crash in found]
    assert not taken[0], "killed at its first statement, it left nothing"
    assert taken[-1], "let be, it was done"
    assert taken == sorted(taken), "once it is done, it stays done"
    assert len(found) > LEAST[command] / STRIDE, "the sweep went through the command's statements"


def check(crash, word):
    """Hold what a restart found to the promise."""
    for moment in ("before", "after"):
        seen = crash[moment]
        assert seen["steps"] == seen["entries"], crash
        assert seen["pending"] == 0, crash
        sealed = any(step[2] == "sealed" for step in seen["steps"])
        drawn = any(step[2] == "drawn" for step in seen["steps"])
        assert (seen["rows"]["draw_request"], seen["rows"]["sealed_block"]) == (
            (1, 2) if sealed else (0, 0)
        ), crash
        assert (seen["rows"]["draw_result"], seen["rows"]["draw_line"] >= 4) == (
            (1, True) if drawn else (0, False)
        ), crash
        assert seen["state"] == ("drawn" if drawn else "sealed" if sealed else "ordered"), crash
    assert [step[2] for step in crash["after"]["steps"]].count(word) == 1, crash
    assert crash["after"]["steps"][-1][0] == crash["act"], "the repetition answers with the one act"


def sweep(told):
    """Run the sweep as a program of its own; return what it found at each statement."""
    paths = os.pathsep.join([str(ROOT / "tests"), str(ROOT)])
    ran = subprocess.run(
        [sys.executable, str(DRIVER), json.dumps(told)],
        capture_output=True, text=True, timeout=240, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-4000:]
    return json.loads(ran.stdout)
