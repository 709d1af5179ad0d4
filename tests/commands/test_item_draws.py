"""Draws from lists: every purpose is proved by both verifiers, what the law forbids leaves no trace."""

from __future__ import annotations

import pytest
from item_stage import OPEN, PURPOSES, ItemStage

from bidding.item_draw.queries import items_view


@pytest.fixture
async def stage(house):
    return await ItemStage(house).set_up()


@pytest.mark.parametrize("purpose", PURPOSES)
async def test_a_draw_for_any_purpose_is_valid_in_both_verifiers(stage, purpose):
    await stage.until_of(purpose)
    if purpose not in OPEN:
        await stage.open()
    ours, theirs = await stage.verdicts()
    assert (ours.exit, ours.verdict) == (0, "valid"), ours
    assert theirs["exit"] == 0, theirs
    assert theirs["verdict"] == ours.verdict
