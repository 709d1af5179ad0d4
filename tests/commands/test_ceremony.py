"""The day as each post sees it; recordings, the head and the end."""

from __future__ import annotations

import pytest
from day_stage import REPRESENTATIVE, STRANGER, DayStage

from bidding.ceremony.queries import day_for, screen
from oversight.authority.rules import Role
from oversight.errors import RuleBroken


async def waits(stage, post="operator", actor=None):
    seen = await screen(actor or stage.operator, stage.draw, post)
    return {one.task: one.by for one in seen.waits}, seen


async def test_the_operators_screen_leads_through_the_day(house):
    stage = await DayStage(house).set_up()
    await stage.order()
    assert (await waits(stage))[0] == {"commit": ["contributors"]}
    for role in (Role.TENDERER, Role.ADMINISTRATIVE_SUPERVISOR):
        await stage.commit(role)
    told, seen = await waits(stage)
    assert told == {"seal": ["operator"]}
    assert "sealDraw" in seen.may
    await stage.seal()
    assert (await waits(stage))[0] == {"reveal": ["contributors"]}
    for role in (Role.TENDERER, Role.ADMINISTRATIVE_SUPERVISOR):
        await stage.reveal(role)
    assert (await waits(stage))[0] == {"run": ["operator"]}
    await stage.run()
    stage.configure()
    told, _ = await waits(stage)
    assert set(told) == {"plan-rooms", "name-representatives", "open-contact"}
    await stage.plan()
    await stage.represent()
    await stage.open_contact()
    assert (await waits(stage))[0] == {"accept": ["experts"]}
    await stage.let_accept()
    told, seen = await waits(stage)
    assert told == {"seal-list": ["operator"]}
    assert (seen.expected, seen.arrived) == (5, 0)
    await stage.seal_list()
    stage.house.now = stage.house.now.replace(day=4, hour=0)
    await stage.everybody_comes()
    told, seen = await waits(stage)
    assert told == {"open-list": ["operator", "supervisor"]}
    assert (seen.expected, seen.arrived) == (5, 5)
    await stage.open_list()
    assert set((await waits(stage))[0]) == {"elect-head", "conclude"}
    await stage.elect(line=await stage.at(0))
    await stage.conclude()
    assert (await waits(stage))[0] == {}


async def test_each_post_may_do_its_own_and_only_the_supervisor_sees_cards(house):
    stage = await DayStage(house).listed()
    await stage.card(STRANGER)
    operator = await screen(stage.operator, stage.draw, "operator")
    applicant = await screen(stage.tenderer, stage.draw, "applicant")
    supervisor = await screen(stage.supervisor, stage.draw, "supervisor")
    assert [one.cause for one in supervisor.turned_away] == ["unknown"]
    assert operator.turned_away == applicant.turned_away == []
    assert "openList" in supervisor.may
    assert "openList" not in operator.may
    assert applicant.may == ["closeDraw"]


async def test_a_stranger_sees_no_screen(house):
    stage = await DayStage(house).listed()
    stranger = stage.actor(Role.AGENT)
    with pytest.raises(RuleBroken, match=r"draw_record\.reader_entitled"):
        await screen(stranger, stage.draw, "applicant")


async def test_a_recording_is_vouched_for_with_times_that_can_be(house):
    stage = await DayStage(house).set_up()
    await stage.until("ordered")
    for wrong in (
        {"started_at": "2026-03-01T02:00:00Z"},
        {"ended_at": "2026-03-09T00:00:00Z"},
        {"ended_at": "2026-02-30T00:00:00Z"},
    ):
        with pytest.raises(RuleBroken, match=r"ceremony\.recording_sound"):
            await stage.record(**wrong)
    await stage.record()
    assert (await stage.record()).number == 2
    day = await day_for(stage.auditor, stage.draw)
    assert [one.place for one in day.recordings] == ["archive shelf 4"] * 2


async def test_the_head_is_a_member_who_came_and_in_procurement_no_representative(house):
    stage = await DayStage(house).listed()
    with pytest.raises(RuleBroken, match=r"ceremony\.list_opened_first"):
        await stage.elect(line=await stage.at(0))
    with pytest.raises(RuleBroken, match=r"ceremony\.list_opened_first"):
        await stage.conclude()
    await stage.card(await stage.card_of(0))
    await stage.card(REPRESENTATIVE)
    await stage.open_list(stage.supervisor, "short-of-members")
    for wrong in ({"line": await stage.at(1)}, {"line": 99}, {}):
        with pytest.raises(RuleBroken, match=r"ceremony\.head_eligible"):
            await stage.elect(**wrong)
    await stage.elect(line=await stage.at(0))
    (sent,) = await representatives(stage)
    assert (await stage.elect(representative=sent.id)).number == 2
    await stage.conclude()
    with pytest.raises(RuleBroken, match=r"ceremony\.concluded_once"):
        await stage.conclude()


async def representatives(stage):
    from bidding.representative.queries import sent

    return await sent(stage.draw)
