"""Supplements: ordered when a stratum is exhausted, for its empty seats, judged with the parent."""

from __future__ import annotations

import asyncio
import json
from datetime import date

import pytest
from draw_stage import BRIDGES, ROADS, Stage
from published import Memory

from api_spec import assembly
from bidding.answer import queries as answers
from bidding.answer.commands import countersign
from bidding.draw import queries as draws
from bidding.draw.schema import StratumOrder
from bidding.draw_chain.rules import DRAW_CHAINS
from bidding.draw_order.commands import order_draw
from bidding.draw_record.queries import auditor_file
from bidding.roster.commands import change_employer
from bidding.roster.schema import EmployerChange, OrganisationForm
from bidding.supplement import queries as supplements
from oversight.audit.engine import audit
from oversight.authority.rules import Post, Role
from oversight.errors import RuleBroken
from oversight.ledger.facts import read_entry
from oversight.ledger.queries import entry
from oversight.public_audit.rules import told_of

WIDER, ELSEWHERE = "410000", "411000"
NARROW = [StratumOrder(ROADS, "410900", 2), StratumOrder(BRIDGES, "410900", 2)]


@pytest.fixture
async def stage(house):
    """A drawn draw with six experts in each stratum, and more elsewhere in the province."""
    stage = await Stage(house).set_up(experts=12)
    await stage.fill_pool(24, employers=100, region=ELSEWHERE)
    await stage.until("drawn", strata=NARROW)
    return stage


async def exhaust(stage, stratum=0):
    """Free a seat of the stratum again and again until nobody is left for it."""
    while True:
        seats = [one for one in await answers.seats(stage.draw) if one.stratum == stratum]
        if any(one.state == "exhausted" for one in seats):
            return
        await stage.answer(seats[0].line)


async def supplement(stage, word="drawn", seats=1, region=WIDER, **order):
    """Take a supplement of the stage's draw up to and including `word`; return the parent's id."""
    parent = stage.draw
    await stage.until(word, **({"of": parent, "strata": strata(seats, region)} | order))
    return parent


def strata(seats=1, region=WIDER):
    return [StratumOrder(ROADS, region, seats)]


async def whole_auditor_file(draw):
    return b"".join([piece async for piece in auditor_file(draw)])


async def check_audits(stage):
    """Hold rows against the log, and the log against the public rules of draws."""
    report = await audit(
        assembly.COVERAGE,
        assembly.REPLAYS,
        stage.house.directory / "audit",
        silent=assembly.LEAVES_NO_ROW,
        concealed=assembly.CONCEALED,
    )
    assert report.differences == [], report.differences
    assert report.unchecked == [], report.unchecked
    shelf = Memory()
    for index in range(await stage.house.count("entry")):
        told = told_of(index, read_entry((await entry(index)).data))
        judged = DRAW_CHAINS.judges.get(told.kind)
        assert judged is None or list(judged(told, shelf)) == [], told


async def valid(stage):
    """Let both verifiers judge the stage's draw, and every audit the whole instance."""
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("valid", 0), (own.steps, offline)
    await check_audits(stage)


async def test_an_exhausted_draw_is_supplemented_and_every_verifier_calls_it_valid(stage):
    await exhaust(stage)
    parent = await supplement(stage)
    found = await draws.case(stage.draw)
    assert (found.of, found.attempt, found.strata) == (parent, 1, [(f"{ROADS}@{WIDER}", 1)])
    assert [one.state for one in await answers.seats(stage.draw)] == ["seated"]
    await valid(stage)
    for draw in (parent, stage.draw):
        stage.draw = draw
        await stage.open()
    await valid(stage)


async def test_everyone_whom_the_parent_knew_stands_in_the_supplement_as_he_stood_there(stage):
    await exhaust(stage)
    moved = await whole_auditor_file(stage.draw)
    for roster in json.loads(moved)["entries"]:
        for one in roster:
            change = EmployerChange(OrganisationForm("Another Works"), date(2026, 3, 1))
            keeper = stage.actor(Role.TRADING_CENTER, Post.POOL_KEEPER, person=3)
            await change_employer(keeper, one["expert"], change, stage.house.occasion())
    await supplement(stage)
    audited = await whole_auditor_file(stage.draw)
    before, after = (
        {one["expert"]: one for roster in json.loads(file)["entries"] for one in roster}
        for file in (moved, audited)
    )
    assert json.loads(moved)["secret"] == json.loads(audited)["secret"]
    shared = before.keys() & after.keys()
    assert len(shared) == 6
    assert all(before[one] == after[one] for one in shared)
    own, offline = await stage.verdicts(auditor_file=audited)
    assert own.verdict == offline["verdict"] == "incomplete"
    open_steps = [one.step for one in own.steps if one.outcome == "incomplete"]
    assert open_steps == ["eligibility"], own.steps


async def test_whom_the_parent_met_is_a_duplicate_in_the_supplement(stage):
    await exhaust(stage)
    parent = await supplement(stage)
    met = {line.commitment for line in await draws.lines(parent)}
    while not any(one.state == "exhausted" for one in await answers.seats(stage.draw)):
        await stage.answer((await answers.seats(stage.draw))[0].line)
    lines = await draws.lines(stage.draw)
    assert len(lines) == 18
    again = [line for line in lines if line.commitment in met]
    assert [line.outcomes for line in again] == [("duplicate",)] * 6
    await valid(stage)


async def test_a_supplement_is_supplemented_in_its_turn(stage):
    await exhaust(stage)
    await supplement(stage, region=ELSEWHERE)
    await exhaust(stage)
    await stage.fill_pool(8, employers=100, region="412000")
    await supplement(stage)
    await valid(stage)
    await stage.answer((await answers.seats(stage.draw))[0].line)
    await valid(stage)


async def test_a_further_attempt_to_supplement_follows_the_closing_of_the_one_before(stage):
    await exhaust(stage)
    parent = await supplement(stage, "revealed")
    with pytest.raises(RuleBroken, match="attempt_before_closed"):
        await stage.order(of=parent, strata=strata())
    await stage.lapse()
    await stage.until("drawn", of=parent, strata=strata())
    found = await draws.case(stage.draw)
    assert (found.of, found.attempt) == (parent, 2)
    await valid(stage)


async def test_a_parent_goes_on_in_a_stratum_that_is_not_exhausted_until_the_seal(stage):
    await exhaust(stage)
    parent = await supplement(stage, "committed")
    child, stage.draw = stage.draw, parent
    bridges = [one for one in await answers.seats(parent) if one.stratum == 1]
    await stage.answer(bridges[0].line)
    stage.draw = child
    await stage.seal()
    stage.draw = parent
    bridges = [one for one in await answers.seats(parent) if one.stratum == 1]
    proposal = await stage.propose(bridges[0].line)
    with pytest.raises(RuleBroken, match="parent_superseded"):
        await stage.countersign(proposal)
    await stage.dismiss(proposal)
    await stage.answer(bridges[0].line, "left")  # appends no line
    stage.draw = child
    for step in ("revealed", "drawn"):
        await stage._take(step)
    await valid(stage)


async def test_a_supplement_is_not_sealed_for_fewer_seats_than_are_empty(stage):
    await exhaust(stage)
    parent = await supplement(stage, "committed")
    child, stage.draw = stage.draw, parent
    held = [one for one in await answers.seats(parent) if one.state == "seated"]
    await stage.answer(held[0].line)
    stage.draw = child
    before = await stage.house.log_rows()
    with pytest.raises(RuleBroken, match="supplement_fills") as refused:
        await stage.seal()
    assert (refused.value.found["seats"], refused.value.found["empty"]) == (1, 2)
    assert await stage.house.log_rows() == before
    await stage.lapse()
    await stage.until("drawn", of=parent, strata=strata(2))
    await valid(stage)


async def test_a_supplement_is_not_sealed_once_its_parent_is_closed(stage):
    await exhaust(stage)
    parent = await supplement(stage, "committed")
    child, stage.draw = stage.draw, parent
    await stage.void()
    stage.draw = child
    with pytest.raises(RuleBroken, match="supplement_needed"):
        await stage.seal()


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        ({"strata": strata(2)}, "seats_fit"),
        ({"strata": strata(1, "410900")}, "supplement_wider"),
        ({"of": "0195a000-0000-7000-8000-00000000beef"}, "draw.exists"),
    ],
)
async def test_an_order_that_does_not_fit_leaves_no_trace(stage, order, rule):
    await exhaust(stage)
    before = await stage.house.log_rows()
    with pytest.raises(RuleBroken, match=rule):
        await supplement(stage, "ordered", **order)
    assert await stage.house.log_rows() == before


async def test_a_draw_with_anybody_left_for_its_seats_is_not_supplemented(stage):
    with pytest.raises(RuleBroken, match="supplement_needed"):
        await supplement(stage, "ordered")
    await stage.answer((await answers.seats(stage.draw))[0].line, "left")
    with pytest.raises(RuleBroken, match="supplement_needed"):
        await supplement(stage, "ordered")


async def test_a_supplement_is_for_its_parents_committee(stage):
    await exhaust(stage)
    await stage.form(tender="tender-2")
    with pytest.raises(RuleBroken, match="supplement_fits"):
        await supplement(stage, "ordered")


async def test_whom_the_parent_met_does_not_make_a_roster_large_enough(house):
    stage = await Stage(house).set_up(experts=12)
    await stage.fill_pool(4, employers=100, region=ELSEWHERE)  # two of them for roads
    await stage.until("drawn", strata=NARROW)
    await exhaust(stage)
    await supplement(stage, "committed")
    with pytest.raises(RuleBroken, match="roster_large_enough") as refused:
        await stage.seal()
    (small,) = refused.value.found["strata"]
    assert (small["eligible"], small["needed"]) == (2, 3)


async def test_a_reader_of_the_supplements_bundle_reads_its_parents(stage):
    await exhaust(stage)
    await supplement(stage)
    for reader in (stage.tenderer, stage.supervisor, stage.auditor):
        given, _ = await stage.files(reader)
        assert json.loads(given)["parent"]["request"]["of"] is None
    with pytest.raises(RuleBroken, match="reader_entitled"):
        await stage.files(stage.actor(Role.AGENT))


async def test_of_two_orders_for_the_same_supplement_one_wins(stage):
    await exhaust(stage)
    parent = stage.draw
    form = stage.order_form(of=parent, strata=strata())
    orders = [order_draw(stage.tenderer, form, stage.house.occasion()) for _ in range(2)]
    *made, _ = await asyncio.gather(*orders, stage.house_hand(3), return_exceptions=True)
    won = [one for one in made if not isinstance(one, Exception)]
    (lost,) = [one for one in made if isinstance(one, RuleBroken)]
    assert len(won) == 1
    assert lost.rule.code in ("draw.attempt_before_closed", "database.writes_do_not_collide")
    assert len(await supplements.attempts(parent, "evaluation-committee")) == 1


async def test_an_order_beside_an_answer_of_the_parent_follows_the_newest_entry(stage):
    await exhaust(stage)
    parent = stage.draw
    bridges = [one for one in await answers.seats(parent) if one.stratum == 1]
    proposal = await stage.propose(bridges[0].line)
    sent = await stage.countersignature(proposal)
    form = stage.order_form(of=parent, strata=strata())
    made, _, _ = await asyncio.gather(
        order_draw(stage.tenderer, form, stage.house.occasion()),
        countersign(stage.supervisor, proposal.id, sent, stage.house.occasion()),
        stage.house_hand(3),
    )
    stage.draw = made.draw
    await stage.house.settle()
    for step in ("committed", "sealed", "revealed", "drawn"):
        await stage._take(step)
    await valid(stage)
