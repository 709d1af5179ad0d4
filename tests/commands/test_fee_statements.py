"""Fees of a whole day: from the door's times, by who ordered the draw, read by who may."""

from __future__ import annotations

import pytest
from day_stage import DayStage

from bidding.fee import commands
from bidding.fee.schema import FeeOrder, Travel
from oversight.authority.rules import Post, Role
from oversight.errors import RuleBroken
from oversight.values.money import Sum

RATE = FeeOrder(Sum("200.00", "CNY"), "濮财购〔2024〕3号")


@pytest.fixture
async def stage(house):
    """Everybody is in; one leaves after an hour; the evaluation ends after four."""
    stage = await DayStage(house).listed()
    await stage.everybody_comes()
    await stage.open_list()
    return stage


async def ended(stage):
    stage.house.pass_time(hours=1)
    left = await stage.at(0)
    proposed = await stage.say_departed(left)
    await stage.countersign(await stage.waiting_at(0))
    stage.house.pass_time(hours=3)
    await stage.conclude()
    assert proposed
    return left


async def stated(stage, order=RATE, actor=None):
    receipt = await commands.state_fees(
        actor or stage.tenderer, stage.draw, order, stage.house.occasion()
    )
    await stage.house.settle()
    return receipt


async def test_hours_are_those_between_the_doors_times_and_who_left_gets_nothing(stage):
    left = await ended(stage)
    other = await stage.at(1)
    order = FeeOrder(RATE.rate, RATE.basis, [Travel(other, Sum("88.50", "CNY"))])
    receipt = await stated(stage, order)
    shown = await commands.show_fees(stage.auditor, stage.draw, receipt.number, stage.house.clock)
    fees = {one.line: one for one in shown.fees}
    assert len(fees) == 4
    assert (fees[left].forfeit, fees[left].net) == ("left", "0.00")
    assert fees[other].paid_minutes >= 240
    assert fees[other].travel == "88.50"
    assert fees[other].name == (await stage.person_on(other)).name
    assert all(one.gross != "0.00" for one in shown.fees if one.line != left)


async def test_fees_wait_for_the_end_and_are_stated_by_whoever_ordered(stage):
    before = await stage.house.log_rows()
    with pytest.raises(RuleBroken, match="fee.due"):
        await stated(stage)
    await ended(stage)
    rows = await stage.house.log_rows()
    assert rows > before
    with pytest.raises(RuleBroken, match="fee.payer"):
        await stated(stage, actor=stage.actor(Role.AGENT, Post.DRAW_APPLICANT))
    stray = FeeOrder(RATE.rate, RATE.basis, [Travel(999, Sum("1.00", "CNY"))])
    with pytest.raises(RuleBroken, match="fee.travel_owed"):
        await stated(stage, stray)
    assert await stage.house.log_rows() == rows
    assert await stage.house.count("fee_statement") == 0


async def test_a_statement_is_read_by_who_may_read_the_list_and_the_reading_is_kept(stage):
    await ended(stage)
    receipt = await stated(stage)
    readings = await stage.house.count("reading")
    with pytest.raises(RuleBroken, match="reader"):
        await commands.show_fees(
            stage.actor(Role.AGENT, Post.DRAW_APPLICANT), stage.draw, receipt.number
        )
    with pytest.raises(RuleBroken, match="fee.known"):
        await commands.show_fees(stage.auditor, stage.draw, 7)
    await commands.show_fees(stage.auditor, stage.draw, receipt.number, stage.house.clock)
    assert await stage.house.count("reading") > readings
    read = await stage.house.count("reading")
    unnamed = await commands.show_fees(
        stage.tenderer, stage.draw, receipt.number, stage.house.clock
    )
    assert {one.name for one in unnamed.fees} == {""}
    assert await stage.house.count("reading") == read
