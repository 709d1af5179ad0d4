"""A whole draw, from the order to the identities, judged by both verifiers."""

from __future__ import annotations

import pytest
from draw_stage import Stage

from bidding.draw import queries as draws


@pytest.fixture
async def stage(house):
    return await Stage(house).set_up()


async def test_a_draw_that_ran_its_course_is_valid_for_both_verifiers(stage):
    await stage.until("identified")
    own, offline = await stage.verdicts()
    print(offline)
    assert own.verdict == "valid", own.steps
    assert offline["exit"] == 0, offline
    found = await draws.view(stage.draw)
    assert [step.word for step in found.steps] == [
        "ordered", "committed", "committed", "sealed",
        "revealed", "revealed", "drawn", "identified",
    ]  # fmt: skip
    assert (found.state, found.seated) == ("identified", 4)
