"""Experts who are appointed: by the procurement law alone, approved by another, never drawn."""

from __future__ import annotations

import json

import msgspec
import pytest
from appointing import agent, ask_to_appoint, form_by_agent, some_experts
from draw_stage import BRIDGES, EVALUATION, ROADS, Stage, _expert

from api_spec import assembly
from bidding.answer.queries import seats
from bidding.appointment import queries
from bidding.appointment.commands import (
    approve_appointment,
    ask_appointment,
    refuse_appointment,
)
from bidding.appointment.schema import AppointmentForm
from bidding.draw.schema import Reason, StratumOrder
from bidding.draw_end.commands import close_draw
from bidding.draw_record.queries import auditor_file
from bidding.eligibility.queries import load
from bidding.eligibility.rules import Conditions
from bidding.frequency.queries import seated_experts
from bidding.recusal.commands import declare_recusal
from bidding.recusal.schema import RecusalForm
from bidding.roster.commands import admit_experts, change_standing, enrol
from bidding.roster.rules import REGISTER, Organisation, Step
from bidding.roster.schema import Admission, StandingOrder
from oversight.act import begin
from oversight.audit.engine import audit
from oversight.authority.rules import Actor, Post, Role
from oversight.errors import RuleBroken
from oversight.ledger.queries import entries_of_act, entry

LOCALLY = Reason("local-conditions")


@pytest.fixture
async def stage(house):
    return await Stage(house).set_up(experts=20)


async def audited(stage):
    return await audit(
        assembly.COVERAGE,
        assembly.REPLAYS,
        stage.house.directory / "audit",
        silent=assembly.LEAVES_NO_ROW,
        concealed=assembly.CONCEALED,
    )


def form(stage, experts, **changes):
    made = AppointmentForm(
        committee=stage.committee, experts=experts, ground="technically-complex", reason="Why."
    )
    return msgspec.structs.replace(made, **changes)


async def ask(stage, experts, **changes):
    made = form(stage, experts, **changes)
    return await ask_appointment(agent(stage), made, stage.house.occasion())


async def order(stage, seats, region="410000", **changes):
    """Order, as the agent, a draw of so many seats from two specialties."""
    first, second = seats
    strata = [StratumOrder(ROADS, region, first), StratumOrder(BRIDGES, region, second)]
    contributors = [stage.ids[Role.AGENT], stage.ids[Role.ADMINISTRATIVE_SUPERVISOR]]
    given = {"strata": strata, "contributors": contributors, "region_reason": LOCALLY} | changes
    return await stage.order(agent(stage), **given)


async def test_an_approved_appointment_is_logged_as_appointed_and_takes_the_seats(stage):
    asked = await ask_to_appoint(stage)
    assert (asked.state, asked.seats) == ("asked", 4)
    done = await approve_appointment(stage.supervisor, asked.id, stage.house.occasion())
    assert done.state == "appointed"
    await stage.house.settle()
    (logged,) = await entries_of_act(done.decided)
    assert (logged.kind, logged.subject) == ("bidding.appointment.appointed", stage.committee)
    with pytest.raises(RuleBroken, match="strata_ordered|seats_fit"):
        await order(stage, (2, 2))
    report = await audited(stage)
    assert (report.differences, report.unchecked) == ([], [])


async def test_no_entry_and_no_view_tells_who_is_appointed(stage):
    asked = await ask_to_appoint(stage)
    await approve_appointment(stage.supervisor, asked.id, stage.house.occasion())
    await stage.house.settle()
    experts = await some_experts(4)
    leaves = [(await entry(n)).data for n in range(await stage.house.count("entry"))]
    told = b"".join(leaf for leaf in leaves if b"bidding.appointment" in leaf)
    told += msgspec.json.encode(await queries.appointment(asked.id))
    assert b"bidding.appointment.appointed" in told
    assert not [expert for expert in experts if expert.encode() in told]
    assert b"accelerator" not in told
    assert (await queries.appointees_of(asked.id)).experts == experts


async def test_some_are_appointed_and_the_others_are_drawn(stage):
    await form_by_agent(stage)
    asked = await ask(stage, await some_experts(1))
    await approve_appointment(stage.supervisor, asked.id, stage.house.occasion())
    with pytest.raises(RuleBroken, match="seats_fit"):
        await order(stage, (2, 2))
    await order(stage, (2, 1))
    with pytest.raises(RuleBroken, match=r"appointment\.fits"):
        await ask(stage, await some_experts(1, first=5))


async def test_where_a_draw_found_too_few_the_missing_ones_are_appointed(stage):
    await form_by_agent(stage, size=7)
    await order(stage, (4, 2), caps={"employer": 1})  # ten in each stratum: twelve are needed
    draw = stage.draw
    experts = await some_experts(5)
    short = {"ground": "roster-too-small", "draw": draw}
    with pytest.raises(RuleBroken, match=r"appointment\.fits"):  # the draw still stands
        await ask(stage, experts[:4], **short)
    closing = await stage.closing(Role.AGENT, "lapsed", "order-mistaken")
    await close_draw(agent(stage), draw, closing, stage.house.occasion())
    await stage.house.settle()
    with pytest.raises(RuleBroken, match=r"appointment\.grounded") as refused:
        await ask(stage, experts, **short)
    assert refused.value.found["lacking"] == 4
    with pytest.raises(RuleBroken, match=r"appointment\.grounded"):
        await ask(stage, experts[:4], ground="roster-too-small")
    asked = await ask(stage, experts[:4], **short)
    await approve_appointment(stage.supervisor, asked.id, stage.house.occasion())
    await order(stage, (1, 1))


async def test_seats_that_an_exhausted_draw_left_empty_are_appointed_or_drawn_never_both(stage):
    await form_by_agent(stage)
    stage.house.pass_time(hours=24)  # the draw's key settles
    await order(stage, (2, 2), caps={"employer": 1})
    stage.nonces.clear()
    for role in (Role.AGENT, Role.ADMINISTRATIVE_SUPERVISOR):
        await stage.commit(role)
    await stage.seal()
    for role in (Role.AGENT, Role.ADMINISTRATIVE_SUPERVISOR):
        await stage.reveal(role)
    await stage.run()
    everyone = await some_experts(20)
    with pytest.raises(RuleBroken, match=r"appointment\.fits"):
        await ask(stage, everyone[:1])
    while (first := (await seats(stage.draw))[0]).line is not None:
        await stage.answer(first.line)
    sitting = await seated_experts(stage.draw)
    with pytest.raises(RuleBroken, match="appointee_eligible") as refused:
        await ask(stage, sorted(sitting)[:1])
    assert refused.value.found["obstacles"] == {"on the committee": 1}
    asked = await ask(stage, [one for one in everyone if one not in sitting][:1])
    await approve_appointment(stage.supervisor, asked.id, stage.house.occasion())
    more = {"of": stage.draw, "strata": [StratumOrder(ROADS, "410900", 1)]}
    with pytest.raises(RuleBroken, match="seats_fit"):
        await order(stage, (1, 1), **more)


async def test_who_is_appointed_is_left_out_of_the_draw_for_the_other_seats(stage):
    await form_by_agent(stage)
    stage.house.pass_time(hours=24)
    experts = await some_experts(1)
    asked = await ask(stage, experts)
    await approve_appointment(stage.supervisor, asked.id, stage.house.occasion())
    await order(stage, (2, 1))
    for role in (Role.AGENT, Role.ADMINISTRATIVE_SUPERVISOR):
        await stage.commit(role)
    await stage.seal()
    file = json.loads(b"".join([piece async for piece in auditor_file(stage.draw)]))
    assert file["excluded"]["list"] == [[experts[0], "appointed"]]
    assert not [one for roster in file["entries"] for one in roster if one["expert"] in experts]


async def test_a_tender_appoints_nobody(stage):
    await form_by_agent(stage, rulebook="demo")
    with pytest.raises(RuleBroken, match=r"appointment\.lawful"):
        await ask(stage, await some_experts(4))


async def test_who_asks_does_not_approve_and_what_is_decided_stays(stage):
    asked = await ask_to_appoint(stage)
    same = Actor(
        stage.supervisor.party, stage.supervisor.role, agent(stage).person,
        frozenset({Post.DRAW_SUPERVISOR}),
    )  # fmt: skip
    before = await stage.house.log_rows()
    for decide in (approve_appointment, refuse_appointment):
        with pytest.raises(RuleBroken, match="approved_by_another"):
            await decide(same, asked.id, stage.house.occasion())
    assert await stage.house.log_rows() == before
    await refuse_appointment(stage.supervisor, asked.id, stage.house.occasion())
    with pytest.raises(RuleBroken, match=r"appointment\.waits"):
        await approve_appointment(stage.supervisor, asked.id, stage.house.occasion())
    await order(stage, (2, 2))


@pytest.mark.parametrize("twice", [False, True])
async def test_no_more_are_appointed_than_seats_are_free_and_nobody_twice(stage, twice):
    await form_by_agent(stage)
    experts = await some_experts(5)
    with pytest.raises(RuleBroken, match=r"appointment\.fits"):
        await ask(stage, [experts[0], experts[0]] if twice else experts)


async def test_nobody_is_appointed_whom_a_draw_would_leave_out(stage):
    await form_by_agent(stage)
    keeper = stage.actor(Role.TRADING_CENTER, Post.POOL_KEEPER, person=3)
    reviewer = stage.actor(Role.TRADING_CENTER, Post.POOL_REVIEWER, person=4)
    barred, recused, free = await some_experts(3)
    for expert in (barred, recused):
        await ask(stage, [expert])
    asked = await ask(stage, [barred])
    order = StandingOrder("investigation")
    await change_standing(reviewer, barred, Step.SUSPEND, order, stage.house.occasion())
    against = RecusalForm("economic-interest", subject=stage.committee)
    await declare_recusal(keeper, recused, against, stage.house.occasion())
    for expert, obstacle in ((barred, "barred"), (recused, "recused")):
        with pytest.raises(RuleBroken, match="appointee_eligible") as refused:
            await ask(stage, [expert])
        assert obstacle in refused.value.found["obstacles"]
        assert expert not in str(refused.value.found)
    with pytest.raises(RuleBroken, match="appointee_eligible"):  # as things stand at the decision
        await approve_appointment(stage.supervisor, asked.id, stage.house.occasion())
    (own,) = await stage.fill_pool(1, employer=_agent())
    with pytest.raises(RuleBroken, match="appointee_eligible") as refused:
        await ask(stage, [own])
    assert refused.value.found["obstacles"] == {"of the buyer": 1}
    await ask(stage, [free])


def _agent():
    return Organisation(Role.AGENT.value)


async def test_only_the_party_that_formed_the_committee_appoints(stage):
    await form_by_agent(stage)
    other = msgspec.structs.replace(
        agent(stage), party=stage.ids[Role.TENDERER], role=Role.PURCHASER
    )
    with pytest.raises(RuleBroken, match="by_former"):
        await ask_appointment(other, form(stage, await some_experts(1)), stage.house.occasion())


async def test_whom_the_purchaser_recommends_is_drawn_like_all_others_once_admitted(stage):
    """198号 13: recommended persons enter the pool by two people, and are drawn from then on."""

    keeper = stage.actor(Role.TRADING_CENTER, Post.POOL_KEEPER, Post.POOL_REVIEWER, person=3)
    async with begin(keeper, REGISTER, stage.house.occasion()) as act:
        (recommended,) = await enrol(act, [_expert(500, 600)], name_registrar=True)

    async def drawable():
        loaded = await load([(ROADS, "410922")], Conditions(EVALUATION, 3))
        return {one.expert for one in loaded.matching[0]}

    assert recommended not in await drawable()
    with pytest.raises(RuleBroken, match="two_people"):
        await admit_experts(keeper, Admission([recommended]), stage.house.occasion())
    reviewer = stage.actor(Role.TRADING_CENTER, Post.POOL_REVIEWER, person=4)
    await admit_experts(reviewer, Admission([recommended]), stage.house.occasion())
    assert recommended in await drawable()
