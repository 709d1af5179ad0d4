"""Forming a body: composed as its edition demands; a second for a lot follows the first."""

from __future__ import annotations

import asyncio

import pytest
from draw_stage import Stage
from published import Memory

from bidding.committee import queries
from bidding.committee.commands import form_committee
from bidding.committee.rules import Body
from bidding.committee.schema import CommitteeForm
from bidding.draw_chain.rules import judge_formed
from oversight.authority.rules import Post, Role
from oversight.errors import RuleBroken
from oversight.ledger.queries import entries_of_act
from oversight.public_audit.rules import told_of
from oversight.values.money import Sum

LARGE = Sum("10000000.00", "CNY")  # from here on the procurement law asks for a larger body


@pytest.fixture
async def stage(house):
    stage = Stage(house)
    stage.ids = {role: f"party-{role}" for role in (Role.TENDERER, Role.TRADING_CENTER)}
    return stage


def form(**changes):
    told = {"tender": "t-1", "lots": ["1"], "rulebook": "T-2025", "size": 5, "representatives": 1}
    return CommitteeForm(**told | changes)


async def formed(stage, **changes):
    return await form_committee(stage.tenderer, form(**changes), stage.house.occasion())


async def traces(stage):
    tables = ("committee", "committee_lot", "entry", "pending", "payload")
    return [await stage.house.count(table) for table in tables]


async def test_a_committee_is_on_the_log_as_it_was_formed(stage):
    made = await formed(stage, lots=["2", "1"])
    await stage.house.settle()
    (entry,) = await entries_of_act(made.act)
    assert (entry.kind, entry.subject) == ("bidding.committee.formed", made.id)
    assert entry.entry().body == {
        "tender": "t-1", "lots": ["1", "2"], "body": "evaluation-committee", "number": 1,
        "predecessor": None, "rulebook": "T-2025", "size": 5, "representatives": 1,
    }  # fmt: skip
    assert (await queries.committee(made.id)).lots == ["1", "2"]


@pytest.mark.parametrize(
    ("changes", "code", "figure"),
    [
        ({"size": 3, "representatives": 0}, "committee.composition_lawful", "committee_size_min"),
        ({"size": 6}, "committee.composition_lawful", "committee_size_odd"),
        ({"representatives": 2}, "committee.composition_lawful", "committee_expert_share_min"),
        ({"rulebook": "P-2025", "demanding": True}, "committee.composition_lawful",
         "committee_large_size_min"),
        ({"rulebook": "P-2025", "budget": LARGE}, "committee.composition_lawful",
         "committee_large_size_min"),
        ({"body": Body.NEGOTIATION_GROUP}, "committee.body_of_regime", None),
        ({"lots": ["1", "1"]}, "committee.lots_distinct", None),
        ({"rulebook": "Q-1"}, "rulebook.edition_known", None),
    ],
)  # fmt: skip
async def test_an_unlawful_body_is_refused_with_its_figure_and_leaves_no_trace(
    stage, changes, code, figure
):
    with pytest.raises(RuleBroken, match=code) as refusal:
        await formed(stage, **changes)
    assert refusal.value.found.get("figure") == figure
    assert figure is None or refusal.value.found["article"]
    assert await traces(stage) == [0, 0, 0, 0, 0]


async def test_a_fen_below_the_large_budget_asks_for_no_larger_body(stage):
    made = await formed(stage, rulebook="P-2025", budget=Sum("9999999.99", "CNY"))
    assert (made.size, made.advice) == (5, [])


async def test_a_figure_that_is_only_local_is_told_and_does_not_refuse(stage):
    made = await formed(stage, size=9, representatives=3)
    assert made.advice == ["committee_buyer_seats_max"]


async def test_a_second_body_for_a_lot_names_the_one_whose_place_it_takes(stage):
    first = await formed(stage, lots=["1", "2"])
    with pytest.raises(RuleBroken, match="committee.predecessor_named"):
        await formed(stage, lots=["2", "3"])
    second = await formed(stage, lots=["2", "3"], predecessor=first.id)
    assert (second.number, await queries.line_of(second.id)) == (2, [second.id, first.id])
    with pytest.raises(RuleBroken, match="committee.predecessor_fits"):
        await formed(stage, predecessor=first.id)
    with pytest.raises(RuleBroken, match="committee.predecessor_fits"):
        await formed(stage, lots=["3"], predecessor=second.id, tender="t-2")
    other = await formed(stage, lots=["2"], body=Body.PREQUALIFICATION_COMMITTEE)
    assert other.number == 1


async def judged(committees):
    """Return what the audit from outside finds in the entries of these committees."""
    said, shelf = [], Memory()
    for made in committees:
        (logged,) = await entries_of_act(made.act)
        told = told_of(logged.index, logged.entry())
        said += [finding.text for finding in judge_formed(told, shelf)]
    return said


async def test_a_lot_that_was_left_out_goes_on_counting_where_its_line_stands(stage):
    both = await formed(stage, lots=["1", "2"])
    one = await formed(stage, lots=["1"], predecessor=both.id)
    with pytest.raises(RuleBroken, match="committee.predecessor_named") as refusal:
        await formed(stage, lots=["2"])
    assert refusal.value.found["standing"] == both.id
    third = await formed(stage, lots=["3"])
    with pytest.raises(RuleBroken, match="committee.predecessor_named"):
        await formed(stage, lots=["2", "3"], predecessor=third.id)
    two = await formed(stage, lots=["2"], predecessor=one.id)
    assert (two.number, await queries.line_of(two.id)) == (3, [two.id, one.id, both.id])
    with pytest.raises(RuleBroken, match="committee.predecessor_fits") as refusal:
        await formed(stage, lots=["4"], predecessor=two.id)
    assert refusal.value.found["differs_in"] == ["lots"]
    await stage.house.settle()
    assert await judged([both, one, third, two]) == []


async def test_of_two_bodies_formed_at_once_for_one_lot_one_stands(stage):
    ends = await asyncio.gather(formed(stage), formed(stage), return_exceptions=True)
    refused = [end for end in ends if isinstance(end, RuleBroken)]
    assert len(refused) == 1, ends
    assert (await traces(stage))[:2] == [1, 1]


async def test_only_who_orders_draws_forms_bodies(stage):
    operator = stage.actor(Role.TRADING_CENTER, Post.DRAW_OPERATOR)
    with pytest.raises(RuleBroken, match="authority.permission_held"):
        await form_committee(operator, form(), stage.house.occasion())


async def test_the_committees_of_a_tender_come_page_by_page_in_order_of_their_ids(stage):
    made = [(await formed(stage, lots=[str(lot)])).id for lot in range(3)]
    first = await queries.committees_of("t-1", limit=2)
    rest = await queries.committees_of("t-1", first.next, limit=2)
    assert [one.id for one in (*first.items, *rest.items)] == sorted(made)  # all of one instant
    assert (bool(first.next), rest.next) == (True, "")
    assert (await queries.committees_of("t-2")).items == []
