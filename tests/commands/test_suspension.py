"""Suspension: its causes, forms and signers; what rests and what goes on; resumed by two people."""

from __future__ import annotations

import pytest
from day_stage import FORM, STARTS, DayStage

from bidding.ceremony.queries import day_for, screen
from bidding.contact.commands import go_on, invite
from oversight.authority.rules import Post, Role
from oversight.errors import RuleBroken
from oversight.values.digests import sha256


@pytest.fixture
async def stage(house):
    return await DayStage(house).listed()


def other(stage, role, post):
    return stage.actor(role, post, person=7)


@pytest.mark.parametrize(
    ("cause", "by", "refused"),
    [
        ("power", "operator", None),
        ("network", "supervisor", None),
        ("illness", "operator", None),
        ("impersonation", "operator", "suspension.form_signer"),
        ("impersonation", "supervisor", None),
        ("code-list", "supervisor", "suspension.form_signer"),
        ("code-list", "operator", None),
        ("boredom", "operator", "suspension.cause_coded"),
    ],
)
async def test_each_cause_has_its_form_and_whoever_signs_it(sqlite_house, cause, by, refused):
    stage = await DayStage(sqlite_house).set_up()
    await stage.until("ordered")
    if refused:
        with pytest.raises(RuleBroken) as broken:
            await stage.suspend(cause, getattr(stage, by))
        assert broken.value.rule.code == refused
        return
    made = await stage.suspend(cause, getattr(stage, by))
    assert made.form_zh
    assert made.resumed_at == ""


async def test_it_takes_operator_and_supervisor_and_one_form_to_resume(stage):
    with pytest.raises(RuleBroken, match=r"suspension\.stands"):
        await stage.resume(stage.operator)
    await stage.suspend()
    with pytest.raises(RuleBroken, match=r"suspension\.suspended_once"):
        await stage.suspend("network", stage.supervisor)
    assert (await stage.resume(stage.operator)).agreed == "operator"
    for again in (stage.operator, other(stage, Role.TRADING_CENTER, Post.DRAW_OPERATOR)):
        with pytest.raises(RuleBroken, match=r"suspension\.both_resume"):
            await stage.resume(again)
    with pytest.raises(RuleBroken, match=r"suspension\.one_form"):
        await stage.resume(stage.supervisor, sha256(b"another paper").hex())
    assert (await stage.resume(stage.supervisor)).resumed_at
    assert (await stage.suspend("network")).number == 2


async def test_while_it_is_suspended_no_card_opens_the_door_and_no_list(stage):
    number = await stage.card_of(0)
    await stage.suspend()
    for deed in (
        stage.card(number),
        stage.open_list(stage.supervisor, "complaint"),
        stage.seal_list(),
        stage.say_absent(),
        stage.plan(),
        stage.open(),
    ):
        with pytest.raises(RuleBroken, match=r"suspension\.not_suspended") as refused:
            await deed
        assert refused.value.found == {"suspension": 1, "cause": "power"}
    await stage.resume(stage.operator)
    await stage.resume(stage.supervisor)
    assert (await stage.card(number)).told == "yes"


async def test_who_is_inside_may_go_while_everything_rests(stage):
    number = await stage.card_of(0)
    await stage.card(number)
    await stage.suspend("illness")
    assert (await stage.card_out(number)).told == "yes"


async def test_the_hand_stops_ringing_and_begins_again(house):
    stage = await DayStage(house).ready()
    await stage.open_contact()
    await stage.suspend("network")
    await stage.hand(seconds=1)
    assert stage.outbox() == {}
    for deed in (
        go_on(stage.operator.party, stage.draw, await stage.at(0), house.occasion()),
        invite(stage.operator.party, stage.draw, house.occasion()),
        stage.open_contact(),
    ):
        with pytest.raises(RuleBroken, match=r"suspension\.not_suspended"):
            await deed
    await stage.resume(stage.operator)
    await stage.resume(stage.supervisor)
    await stage.hand(seconds=1)
    assert len(stage.outbox()) == 4


async def test_a_seal_waits_and_reveals_and_the_run_go_on(house):
    stage = await DayStage(house).set_up()
    await stage.until("committed")
    await stage.suspend("code-list")
    with pytest.raises(RuleBroken, match=r"suspension\.not_suspended"):
        await stage.seal()
    await stage.resume(stage.operator)
    await stage.resume(stage.supervisor)
    await stage.seal()
    await stage.suspend()
    for role in (Role.TENDERER, Role.ADMINISTRATIVE_SUPERVISOR):
        await stage.reveal(role)
    await stage.run()


async def test_the_screens_say_who_is_to_resume_and_the_day_keeps_it(stage):
    await stage.suspend("impersonation", stage.supervisor)
    seen = await screen(stage.operator, stage.draw, "operator")
    assert seen.suspension.cause == "impersonation"
    assert "resumeDraw" in seen.may
    assert not {"sealList", "openList", "suspendDraw", "proposeAbsences"} & set(seen.may)
    (resume,) = [one for one in seen.waits if one.task == "resume"]
    assert resume.by == ["operator", "supervisor"]
    await stage.resume(stage.operator)
    seen = await screen(stage.operator, stage.draw, "operator")
    assert [one.by for one in seen.waits if one.task == "resume"] == [["supervisor"]]
    await stage.resume(stage.supervisor)
    day = await day_for(stage.auditor, stage.draw)
    assert [(one.number, one.cause, one.form) for one in day.suspensions] == [
        (1, "impersonation", FORM)
    ]
    assert stage.house.now < STARTS


async def test_nobody_is_late_by_the_time_for_which_everything_rested(stage):
    number = await stage.card_of(0)
    stage.house.now = STARTS
    await stage.suspend()
    stage.house.pass_time(minutes=30)
    await stage.resume(stage.operator)
    await stage.resume(stage.supervisor)
    stage.house.pass_time(minutes=14)
    assert (await stage.card(number)).told == "yes"
    stage.house.pass_time(minutes=1)
    assert (await stage.card(await stage.card_of(1))).told == "wait"
