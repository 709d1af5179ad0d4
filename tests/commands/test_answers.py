"""Answers to a draw: proposed, countersigned, the walk carried on; what both verifiers say."""

from __future__ import annotations

import msgspec
import pytest
from draw_stage import BRIDGES, ROADS, Stage

from bidding.answer import queries
from bidding.answer.commands import countersign, propose
from bidding.answer.rules import PROPOSE_ANSWER
from bidding.answer.schema import CounterSignature
from bidding.draw import queries as draws
from bidding.draw.schema import StratumOrder
from oversight.act import begin
from oversight.authority.rules import Role
from oversight.errors import ProofRejected, RuleBroken
from oversight.values.digests import to_base64

SUPERVISOR = Role.ADMINISTRATIVE_SUPERVISOR


@pytest.fixture
async def stage(house):
    return await Stage(house).set_up()


async def proposed(stage, line, outcome="declined", *, by_expert=True, actor=None, record=None):
    async with begin(actor or stage.operator, PROPOSE_ANSWER, stage.house.occasion()) as act:
        return await propose(
            act, stage.draw, line, outcome, record or {"channel": "phone"}, by_expert=by_expert
        )


async def signature_of(stage, proposal, role=SUPERVISOR, key=None):
    said = await queries.statement(proposal.id)
    signed = (key or stage.keys[stage.ids[role]]).sign(said.statement())
    return CounterSignature(said.previous, to_base64(signed))


async def answered(stage, line, outcome="declined", **choices):
    choices = {"by_expert": outcome in ("declined", "withdrew")} | choices
    one = await proposed(stage, line, outcome, **choices)
    await stage.house.settle()
    sent = await signature_of(stage, one)
    receipt = await countersign(stage.supervisor, one.id, sent, stage.house.occasion())
    await stage.house.settle()
    return receipt


async def test_a_committee_of_five_that_needs_thirty_answers_fills_without_a_restart(stage):
    await stage.fill_pool(30, employers=100)
    await stage.form(tender="tender-30", size=7, representatives=2)
    strata = [StratumOrder(ROADS, "410922", 3), StratumOrder(BRIDGES, "410922", 2)]
    await stage.until("drawn", strata=strata)
    codes = ["declined", "unreachable", "recused", "withdrew", "absent"]
    for number in range(30):
        seats = await queries.seats(stage.draw)
        assert [seat.state for seat in seats] == ["seated"] * 5
        receipt = await answered(stage, seats[number % 5].line, codes[number % 5])
        assert (receipt.step, receipt.state) == ("answered", "drawn")
    assert [seat.state for seat in await queries.seats(stage.draw)] == ["seated"] * 5
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("valid", 0), (own.steps, offline)
    await stage.open()
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("valid", 0), (own.steps, offline)
