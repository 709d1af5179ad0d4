"""How often an expert may serve: counted from recorded draws, refused where the edition says."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import msgspec
import pytest
from draw_stage import BRIDGES, EVALUATION, ROADS, Stage

from bidding.draw import queries as draws
from bidding.draw.schema import StratumOrder
from bidding.draw_record.queries import auditor_file
from bidding.eligibility.queries import barred
from bidding.frequency.queries import services
from bidding.roster.commands import change_standing
from bidding.roster.rules import Step
from bidding.roster.schema import StandingOrder
from oversight.authority.rules import Post, Role
from oversight.configuration import use_settings
from oversight.rulebook.rules import edition

LOCAL = "L-2025"
STRATA = [StratumOrder(ROADS, "410922", 2), StratumOrder(BRIDGES, "410922", 2)]


async def on_stage(house, *enforced):
    """Return a stage under the rules below the limits, these figures of theirs made hard."""
    stage = await Stage(house).set_up(experts=20, editions=("demo", LOCAL))
    figures = tuple(f"{LOCAL}:{name}" for name in enforced)
    house.settings = msgspec.structs.replace(house.settings, enforced_figures=figures)
    use_settings(house.settings)
    house.pass_time(hours=24)  # the draw's key settles
    await stage.fill_pool(4, employers=100)
    return stage


async def serve(stage, number, word="drawn"):
    """Take another committee's draw up to `word`."""
    await stage.form(tender=f"tender-{number}", rulebook=LOCAL)
    await stage.until(word, strata=STRATA)


async def excluded(draw):
    file = json.loads(b"".join([piece async for piece in auditor_file(draw)]))
    return {tuple(pair) for pair in file["excluded"]["list"]}


async def until_somebody_served(stage, times):
    """Draw until an expert has served so often; return how often each has."""
    for number in range(10, 40):
        await serve(stage, number)
        served = Counter(await services(EVALUATION, 30, ()))
        if max(served.values()) >= times:
            return served
    raise AssertionError("nobody served so often")


async def test_who_served_as_often_as_the_edition_allows_is_left_out(house):
    stage = await on_stage(house, "expert_draws_max")
    limit = edition(LOCAL).pool.draws_max
    served = await until_somebody_served(stage, limit)
    await serve(stage, 99, "sealed")
    full = {expert for expert, times in served.items() if times >= limit}
    assert await excluded(stage.draw) == {(expert, "over-frequency") for expert in full}


async def test_an_unconfirmed_limit_leaves_nobody_out(house):
    stage = await on_stage(house)
    await until_somebody_served(stage, edition(LOCAL).pool.draws_max)
    await serve(stage, 99, "sealed")
    assert await excluded(stage.draw) == set()


async def test_only_seats_held_in_the_period_count(house):
    stage = await on_stage(house)
    await serve(stage, 99)
    first = stage.draw
    seated = [line for line in await draws.lines(first) if line.holds_seat()]
    assert sum((await services(EVALUATION, 30, ())).values()) == len(seated) == 4
    assert await services(EVALUATION, 30, {first}) == {}
    assert await services(EVALUATION - timedelta(days=1), 30, ()) == {}
    assert sum((await services(EVALUATION + timedelta(days=29), 30, ())).values()) == 4
    assert await services(EVALUATION + timedelta(days=30), 30, ()) == {}
    before = Counter(await services(EVALUATION, 30, ()))
    await stage.answer(0, "declined")
    after = Counter(await services(EVALUATION, 30, ()))
    assert sum((before - after).values()) == sum((after - before).values()) == 1
    await stage.void()
    assert await services(EVALUATION, 30, ()) == {}


@pytest.mark.parametrize(("reason", "bars"), [("investigation", True), ("own-request", False)])
async def test_whom_the_pool_suspended_for_a_cause_is_barred_until_resumed(house, reason, bars):
    stage = await Stage(house).set_up(experts=2)
    (expert,) = await stage.fill_pool(1)
    reviewer = stage.actor(Role.TRADING_CENTER, Post.POOL_REVIEWER, person=4)
    await change_standing(reviewer, expert, Step.SUSPEND, StandingOrder(reason), house.occasion())
    assert (expert in await barred()) == bars
    order = StandingOrder("own-request")
    await change_standing(reviewer, expert, Step.RESUME, order, house.occasion())
    assert await barred() == frozenset()
