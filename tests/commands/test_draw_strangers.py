"""What parties may not do to a draw that is not theirs, and the center not before its time."""

from __future__ import annotations

from datetime import date

import pytest
from draw_stage import EVALUATION, Stage

from bidding.draw.schema import ClosingTerms
from bidding.draw_end.commands import close_draw
from bidding.draw_end.queries import closing_statement_for
from oversight.authority.rules import Post, Role
from oversight.errors import RuleBroken
from oversight.identity.commands import revoke_signing_key
from oversight.identity.rules import KeyReason
from oversight.values.digests import to_base64


@pytest.fixture
async def stage(house):
    return await Stage(house).set_up()


def rival(stage):
    """Return a buyer's person who has nothing to do with the draw."""
    return stage.actor(Role.AGENT, Post.DRAW_APPLICANT, Post.DRAW_CONTRIBUTOR)


async def refused(stage, deed, code):
    before = await stage.house.log_rows()
    with pytest.raises(RuleBroken, match=code):
        await deed
    assert await stage.house.log_rows() == before


async def test_a_draw_is_ordered_for_ones_own_committee_alone(stage):
    parties = [stage.ids[Role.AGENT], stage.ids[Role.ADMINISTRATIVE_SUPERVISOR]]
    order = stage.order(actor=rival(stage), contributors=parties)
    await refused(stage, order, "draw_order.ordered_by_former")


@pytest.mark.parametrize("day", [date.min, EVALUATION.replace(day=1)])
async def test_nobody_is_judged_for_a_day_that_is_over(stage, day):
    await refused(stage, stage.order(evaluation_day=day), "draw_order.evaluation_ahead")


@pytest.mark.parametrize(("reason", "sealed"), [("superseded", True), ("compromised", False)])
async def test_a_commitment_under_a_compromised_key_is_not_sealed(stage, reason, sealed):
    await stage.until("committed")
    key = to_base64(stage.keys[stage.ids[Role.TENDERER]].public)
    await revoke_signing_key(stage.tenderer, key, KeyReason(reason), stage.house.occasion())
    await stage.house.settle()
    if sealed:
        await stage.seal()
    else:
        await refused(stage, stage.seal(), "terminal.contributor_key_good")


@pytest.mark.parametrize("word", ["ordered", "sealed", "drawn"])
async def test_no_other_buyer_lets_a_draw_lapse(stage, word):
    await stage.until(word)
    closing = await stage.closing(Role.AGENT, "lapsed", "postponed")
    close = close_draw(rival(stage), stage.draw, closing, stage.house.occasion())
    await refused(stage, close, "draw.closer_takes_part")
    terms = ClosingTerms("lapsed", "postponed", "00" * 32)
    with pytest.raises(RuleBroken, match="draw.closer_takes_part"):
        await closing_statement_for(rival(stage), stage.draw, terms)


async def test_the_center_closes_for_want_of_reveals_only_once_they_are_overdue(stage):
    await stage.until("sealed")
    closing = await stage.closing(Role.TRADING_CENTER, "voided", "missing-reveal")
    early = close_draw(stage.operator, stage.draw, closing, stage.house.occasion())
    await refused(stage, early, "draw.closer_takes_part")
    stage.house.pass_time(hours=1)
    await close_draw(stage.operator, stage.draw, closing, stage.house.occasion())
    await stage.house.settle()
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("void", 4), (own.steps, offline)
