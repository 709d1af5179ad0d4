"""What neither an operator nor a stranger nor a second process can do with invitations."""

from __future__ import annotations

import asyncio
import json

import msgspec
import pytest
from asking import Asking
from contact_stage import ContactStage, code_in, link_in

from bidding.answer import queries as answers
from bidding.contact import queries
from bidding.contact.commands import go_on, invite, open_contact, propose_unreachable
from bidding.contact.hand import look_after
from bidding.contact.rules import OPEN_CONTACT, RING, SEE_CONTACT
from bidding.contact.schema import ContactOrder
from bidding.gateway.queries import gateway_key
from bidding.gateway.rules import signature
from bidding.invitation.rules import code_text, link_text
from bidding.reply.commands import answer, offer
from bidding.reply.schema import Reply
from bidding.terminal.commands import run_draw
from oversight.authority.rules import Post, Role
from oversight.configuration import use_settings
from oversight.database import run, writing
from oversight.errors import RuleBroken

ORDER = ContactOrder(hour=9, hours=4, region="410928")
WRONG = code_text(bytes(8))


async def staged(house):
    return await ContactStage(house).ready()


async def rung(house):
    stage = await staged(house)
    await stage.open_contact()
    await stage.hand()
    return stage


def impatient(house):
    house.settings = msgspec.structs.replace(house.settings, effect_wait_seconds=0.05)
    use_settings(house.settings)


async def test_nobody_is_contacted_before_the_drawn_entry_is_in_effect(house):
    stage = await ContactStage(house).set_up()
    stage.configure()
    await stage.until("revealed")
    await run_draw(stage.operator, stage.draw, house.occasion())  # and no checkpoint yet
    impatient(house)
    with pytest.raises(RuleBroken, match=r"draw\.prior_entry_effective"):
        await open_contact(stage.operator, stage.draw, ORDER, house.occasion())
    assert await house.count("invitation") == 0


async def test_a_replacement_is_not_contacted_before_its_entry_is_in_effect(house):
    stage = await rung(house)
    await stage.reply(code_in(next(iter(stage.outbox().values()))), "declined", "other")
    (proposal,) = (await answers.waiting(stage.draw)).values()
    settle, house.settle = house.settle, nothing
    await stage.vouch(proposal.id)
    before = stage.outbox()
    await look_after(house.clock)
    assert stage.newest(before) == []
    house.settle = settle
    await house.settle()
    await look_after(house.clock)
    assert len(stage.newest(before)) == 1


async def nothing():
    """Stand for a settling that does not come."""


async def test_invitations_are_opened_once_and_no_line_can_be_named(house):
    stage = await rung(house)
    with pytest.raises(RuleBroken, match=r"contact\.once"):
        await stage.open_contact()
    with pytest.raises(RuleBroken, match=r"contact\.deed_due"):
        await invite(stage.ids[Role.TRADING_CENTER], stage.draw, house.occasion())
    assert await house.count("invitation") == len(await stage.seated())


async def test_a_row_written_behind_the_back_invites_nobody_beyond_the_seats(house):
    stage = await rung(house)
    before, seated = stage.outbox(), await stage.seated()
    stranger = max(seated) + 1
    async with writing():
        await run(
            "INSERT INTO invitation (id, draw, line, round, pace, state, invited_at, act)"
            " SELECT {}, draw, {}, 1, pace, 'open', invited_at, act FROM invitation LIMIT 1",
            f"{stage.draw}/{stranger}",
            stranger,
        )
    await stage.hand(minutes=1)
    with pytest.raises(RuleBroken, match=r"contact\.line_invited"):
        await go_on(stage.ids[Role.TRADING_CENTER], stage.draw, stranger, house.occasion())
    assert stage.newest(before) == []


async def test_two_hands_at_once_never_ring_twice(house):
    stage = await staged(house)
    await stage.open_contact()
    await asyncio.gather(*(look_after(house.clock) for _ in range(4)))
    assert len(stage.outbox()) == await house.count("invitation_try") == 4
    assert {
        (row["sends"], row["state"])
        for row in await run("SELECT sends, state FROM gateway_message")
    } == {(1, "taken")}


async def test_an_operator_cannot_call_a_line_unreachable_before_its_tries_are_used_up(house):
    stage = await rung(house)
    with pytest.raises(RuleBroken, match=r"contact\.tries_used_up"):
        await propose_unreachable(stage.operator, stage.draw, 0, house.occasion())
    assert not await answers.waiting(stage.draw)


async def test_of_two_operators_at_one_seat_one_wins_and_the_other_sees_the_state(house):
    stage = await rung(house)
    for ident in stage.outbox():
        await stage.report(ident, "no-answer")
    for _ in range(2):
        before = stage.outbox()
        await stage.hand(minutes=1)
        house.pass_time(seconds=1)
        for message in stage.newest(before):
            await stage.report(message["id"], "no-answer")
    ends = await asyncio.gather(
        *(propose_unreachable(stage.operator, stage.draw, 0, house.occasion()) for _ in "ab"),
        return_exceptions=True,
    )
    (refused,) = [one for one in ends if isinstance(one, RuleBroken)]
    assert refused.rule.code == "contact.line_invited"
    assert refused.found["state"] == "unreachable"
    assert len(await answers.waiting(stage.draw)) == 1


async def test_secrets_that_are_wrong_used_over_or_for_another_end_are_refused_alike(house):
    stage = await rung(house)
    asking = Asking(house)
    first, second, third, _ = stage.outbox().values()
    await stage.reply(code_in(first))
    await stage.reply(code_in(second), "declined", "illness")
    sent = [
        (WRONG, "accepted", ""),
        (link_text(bytes(32)), "accepted", ""),
        (code_in(first), "accepted", ""),  # used
        (link_in(first), "declined", "other"),  # its invitation is answered
        (link_in(second), "accepted", ""),
        (code_in(third), "withdrew", "illness"),  # made for another end
    ]
    said = set()
    for secret, reply, reason in sent:
        body = {"secret": secret, "answer": reply, "reason": reason}
        refused = await asking.ask("POST", "/v1/answers", body)
        said.add((refused.status_code, refused.content))
    house.pass_time(days=4)
    body = {"secret": code_in(third), "answer": "accepted", "reason": ""}
    over = await asking.ask("POST", "/v1/answers", body)
    said.add((over.status_code, over.content))
    assert len(said) == 1
    assert said.pop()[0] == 404
    offers = [
        (await asking.ask("POST", "/v1/answers/offers", {"secret": secret})).content
        for secret in (WRONG, code_in(first), code_in(third))
    ]
    assert len(set(offers)) == 1


async def test_whoever_guesses_codes_is_made_to_wait_and_nobody_else_is(house):
    stage = await rung(house)
    good, other = list(stage.outbox().values())[:2]
    for _ in range(10):
        with pytest.raises(RuleBroken, match=r"contact\.answer_opens"):
            await answer(Reply(WRONG, "accepted"), "203.0.113.9", house.occasion())
    for secret in (WRONG, code_in(good)):
        with pytest.raises(RuleBroken, match=r"contact\.answers_calm"):
            await answer(Reply(secret, "accepted"), "203.0.113.9", house.occasion())
    with pytest.raises(RuleBroken, match=r"contact\.answers_calm"):
        await offer(link_text(bytes(32)), "203.0.113.9", house.clock())
    await stage.reply(link_in(other), source="203.0.113.9")  # nobody guesses a link
    await stage.reply(code_in(good), source="203.0.113.10")
    house.pass_time(minutes=15)
    with pytest.raises(RuleBroken, match=r"contact\.answer_opens"):
        await answer(Reply(WRONG, "accepted"), "203.0.113.9", house.occasion())


async def test_an_answer_leads_nobody_to_the_case(house):
    stage = await rung(house)
    code = code_in(next(iter(stage.outbox().values())))
    asking, body = Asking(house), {"secret": code, "answer": "accepted"}
    offered = await asking.ask("POST", "/v1/answers/offers", {"secret": code})
    first = await asking.ask("POST", "/v1/answers", body, key="the-experts-key")
    again = await asking.ask("POST", "/v1/answers", body, key="the-experts-key")
    assert (first.status_code, again.content) == (201, first.content)
    for got in (offered, first, again):
        assert "daylight-act" not in got.headers
        for hidden in (stage.draw, stage.committee, "tender-1", *stage.ids.values()):
            assert hidden not in got.text + str(got.headers)


async def test_a_code_answers_once_however_often_and_fast_it_is_sent(house):
    stage = await rung(house)
    code = code_in(next(iter(stage.outbox().values())))
    ends = await asyncio.gather(
        *(answer(Reply(code, said, reason), "192.0.2.1", house.occasion())
          for said, reason in [("accepted", ""), ("declined", "other")] * 3),
        return_exceptions=True,
    )  # fmt: skip
    refused = [one for one in ends if isinstance(one, RuleBroken)]
    assert len(refused) == 5
    assert {one.rule.code for one in refused} == {"contact.answer_opens"}


def report_of(house, message, event="key", key="2", *, shared=None, seconds=None):
    body = json.dumps({"message": message, "event": event, "key": key}).encode()
    seconds = int(house.now.timestamp()) if seconds is None else seconds
    return body, {
        "Daylight-Timestamp": str(seconds),
        "Daylight-Signature": signature(shared or gateway_key(), seconds, body),
    }


async def voice(stage):
    """Let the first try end in vain, and return a call of the second one."""
    for ident in stage.outbox():
        await stage.report(ident, "no-answer")
    before = stage.outbox()
    await stage.hand(minutes=1)
    return next(one for one in stage.newest(before) if one["channel"] == "voice")


async def test_a_report_that_the_gateway_did_not_sign_moves_nothing(house):
    stage = await rung(house)
    message, asking = (await voice(stage))["id"], Asking(house)
    log = await house.log_rows()
    body, signed = report_of(house, message, shared=bytes(32))
    old_body, old = report_of(house, message, seconds=int(house.now.timestamp()) - 301)
    good_body, good = report_of(house, message)
    for content, headers in (
        (body, signed),
        (old_body, old),
        (good_body.replace(b'"2"', b'"1"'), good),
    ):
        refused = await asking.ask("POST", "/v1/gateway/reports", content=content, headers=headers)
        assert refused.status_code == 422, refused.text
    unsigned = await asking.ask("POST", "/v1/gateway/reports", content=good_body)
    assert unsigned.status_code == 400
    assert await house.log_rows() == log


async def test_a_pressed_key_is_the_experts_answer_and_its_replay_is_nothing(house):
    stage = await rung(house)
    call, asking = await voice(stage), Asking(house)
    body, signed = report_of(house, call["id"])
    first = await asking.ask(
        "POST", "/v1/gateway/reports", content=body, headers=signed, key="the-gateways-key"
    )
    assert first.json()["answer"] == "declined"
    assert "daylight-act" not in first.headers
    log = await house.log_rows()
    again = await asking.ask(
        "POST", "/v1/gateway/reports", content=body, headers=signed, key="the-gateways-key"
    )
    assert again.content == first.content
    assert "daylight-act" not in again.headers
    replayed = await asking.ask("POST", "/v1/gateway/reports", content=body, headers=signed)
    assert replayed.status_code == 409
    assert replayed.json()["code"] == "contact.try_under_way"
    assert await house.log_rows() == log
    (waiting,) = (await answers.waiting(stage.draw)).values()
    assert (waiting.outcome, waiting.cause) == ("declined", "expert")


async def test_a_replay_does_not_answer_an_invitation_that_was_opened_again(house):
    stage = await rung(house)
    call, asking = await voice(stage), Asking(house)
    body, signed = report_of(house, call["id"])
    assert (
        await asking.ask("POST", "/v1/gateway/reports", content=body, headers=signed)
    ).status_code == 201
    (proposal,) = (await answers.waiting(stage.draw)).values()
    await stage.dismiss(proposal)
    await stage.hand()
    view = await queries.invitation_state(stage.draw, proposal.line)
    assert view.state == "ringing"
    replayed = await asking.ask("POST", "/v1/gateway/reports", content=body, headers=signed)
    assert replayed.status_code == 409


async def test_a_key_that_was_not_offered_answers_nothing(house):
    stage = await rung(house)
    call = await voice(stage)
    with pytest.raises(RuleBroken, match=r"contact\.key_offered"):
        await stage.report(call["id"], "key", "9")


async def test_an_answer_needs_its_reason_and_says_so_to_anybody_alike(house):
    stage = await rung(house)
    code = code_in(next(iter(stage.outbox().values())))
    for secret in (code, WRONG):
        for said, reason in (("declined", ""), ("accepted", "illness"), ("declined", "emergency")):
            with pytest.raises(RuleBroken, match=r"contact\.answer_reasoned"):
                await answer(Reply(secret, said, reason), "192.0.2.1", house.occasion())


async def test_no_other_post_opens_or_rings_and_the_view_is_for_those_who_take_part(house):
    stage, asking = await staged(house), Asking(house)
    for permission in (OPEN_CONTACT, RING):
        assert permission.posts == {Post.DRAW_OPERATOR}
        assert permission.roles == {Role.TRADING_CENTER}
    assert Post.EXPERT not in SEE_CONTACT.posts
    await stage.open_contact()
    stranger = stage.actor(Role.AGENT, Post.DRAW_APPLICANT)
    with pytest.raises(RuleBroken, match=r"draw_record"):
        await queries.view_for(stranger, stage.draw)
    assert (await asking.ask("GET", f"/v1/draws/{stage.draw}/contact")).status_code == 401


async def test_a_draw_that_was_closed_rings_nobody_and_takes_no_answer(house):
    stage = await rung(house)
    before = stage.outbox()
    await stage.void()
    await stage.hand(minutes=5)
    assert stage.newest(before) == []
    with pytest.raises(RuleBroken, match=r"contact\.answer_opens"):
        await stage.reply(code_in(next(iter(before.values()))))
