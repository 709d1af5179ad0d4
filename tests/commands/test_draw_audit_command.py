"""`daylight draw audit` beside real draws, as a process that is given a database and keys."""

from __future__ import annotations

import json

import pytest
import warm
from draw_stage import Stage

from oversight.database import run


@pytest.fixture
async def stage(house):
    return await Stage(house).set_up()


def audit(stage, *words):
    place = stage.house.settings
    command = ("draw", "audit", "--dsn", place.dsn, "--key-dir", place.key_dir, *words)
    return command, stage.house.directory


async def test_two_draws_and_an_answer_are_audited_without_a_name(stage):
    await stage.until("drawn")
    await stage.answer(0)
    await stage.form(tender="tender-2")
    await stage.until("identified")
    winners = stage.house.directory / "winners.csv"
    winners.write_text("case,winner\ntender-1,Works A\ntender-2,Works B\n")
    words, place = audit(stage, "--winners", winners, "--small", "8")
    done = warm.run(["--json", *words], place, {})
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["draws"], said["rosters"], said["experts"], said["answers"]) == (2, 4, 30, 1)
    figures = {one["name"]: one["tests"] for one in said["figures"]}
    assert (figures["first-places"], figures["seats-held"]) == (30, 30)
    assert figures.keys() <= {"first-places", "seats-held", "expert-and-winner"}
    assert {one["size"] for one in said["small"]} == {15}
    lines = warm.run(words, place, {}).stdout
    assert "Nothing suspicious." in lines
    for row in await run("SELECT id FROM expert"):
        assert row["id"] not in done.stdout + lines
    for number in range(30):
        assert f"专家{number:06d}" not in done.stdout + done.stderr + lines
