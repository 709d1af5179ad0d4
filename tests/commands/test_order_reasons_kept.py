"""Reasons of an order: asked for, kept encrypted, on the log as a commitment alone."""

from __future__ import annotations

import pytest
from draw_stage import BRIDGES, ROADS, Stage

from api_spec import assembly
from bidding.draw import queries as draws
from bidding.draw.schema import Reason, StratumOrder
from oversight.audit.engine import audit
from oversight.errors import RuleBroken

WHY = Reason("site-visit", "The bridge must be seen.")


@pytest.fixture
async def stage(house):
    stage = await Stage(house).set_up(experts=2, editions=("demo", "T-2025"))
    await stage.form(tender="tender-t", rulebook="T-2025")
    return stage


def strata(region):
    return [StratumOrder(ROADS, region, 2), StratumOrder(BRIDGES, "410000", 2)]


async def test_a_narrow_region_without_a_reason_leaves_no_trace(stage):
    before = await stage.house.log_rows()
    with pytest.raises(RuleBroken, match="region_reasoned"):
        await stage.order(strata=strata("410922"))
    assert await stage.house.log_rows() == before


async def test_a_reason_is_kept_for_those_who_audit_and_told_to_nobody_else(stage):
    receipt = await stage.order(strata=strata("410922"), region_reason=WHY)
    assert receipt.advice == ["draw_window_hours"]
    assert (await draws.conditions(stage.draw)).region_reason == WHY
    report = await audit(
        assembly.COVERAGE,
        assembly.REPLAYS,
        stage.house.directory / "audit",
        silent=assembly.LEAVES_NO_ROW,
        concealed=assembly.CONCEALED,
    )
    assert report.differences == [], report.differences
    shown = [await draws.view(stage.draw), await draws.order(stage.draw)]
    assert "site-visit" not in str(shown)
    assert "bridge" not in str(shown)


async def test_an_order_in_time_from_the_whole_province_is_advised_nothing(stage):
    receipt = await stage.order(
        strata=strata("410000"), early_reason=Reason("preparation", "A large pool.")
    )
    assert receipt.advice == []
