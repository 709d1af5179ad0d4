"""Inviting those who were drawn: in turn, within the seats, and by nobody's choice."""

from __future__ import annotations

import contextlib

from contact_stage import ContactStage, code_in, link_in

from bidding.answer import queries as answers
from bidding.contact import queries
from oversight.errors import RuleBroken


async def staged(house, **settings):
    return await ContactStage(house).ready(**settings)


async def test_opening_invites_every_seated_line_and_all_telephones_ring_at_once(house):
    stage = await staged(house)
    receipt = await stage.open_contact()
    assert receipt.invited == len(await stage.seated()) == 4
    await stage.hand()
    messages = list(stage.outbox().values())
    assert len({one["to"] for one in messages}) == 4
    assert {one["channel"] for one in messages} == {"message"}
    view = await queries.view_for(stage.operator, stage.draw)
    assert [(one.seat, one.state) for one in view.seats] == [(n, "ringing") for n in (1, 2, 3, 4)]


async def test_an_expert_accepts_by_code_and_may_ask_for_leave_later(house):
    stage = await staged(house)
    await stage.open_contact()
    await stage.hand()
    before = stage.outbox()
    for message in before.values():
        await stage.reply(code_in(message).lower().replace("-", " "))
    assert await queries.accepted_lines(stage.draw) == set(await stage.seated())
    await stage.hand()
    confirmed = stage.newest(before)
    assert len(confirmed) == 4
    await stage.reply(link_in(confirmed[0]), "withdrew", "illness")
    assert len(await queries.accepted_lines(stage.draw)) == 3
    (waiting,) = (await answers.waiting(stage.draw)).values()
    assert (waiting.outcome, waiting.cause) == ("withdrew", "expert")


async def test_who_declines_is_replaced_by_the_next_in_line_once_it_is_vouched_for(house):
    stage = await staged(house)
    await stage.open_contact()
    await stage.hand()
    before = stage.outbox()
    first = next(iter(before.values()))
    await stage.reply(code_in(first), "declined", "time-conflict")
    (proposal,) = (await answers.waiting(stage.draw)).values()
    await stage.hand(seconds=1)
    assert stage.newest(before) == []
    await stage.vouch(proposal.id)
    await stage.hand(seconds=1)
    (new,) = stage.newest(before)
    assert new["to"] not in {one["to"] for one in before.values()}


async def test_unreachable_is_proposed_only_when_tries_and_times_are_used_up(house):
    stage = await staged(house)
    await stage.open_contact()
    await stage.hand()
    for _ in range(3):
        for message, one in stage.outbox().items():
            with contextlib.suppress(RuleBroken):
                await stage.report(
                    message, "delivered" if one["channel"] == "message" else "no-answer"
                )
        assert not await answers.waiting(stage.draw)
        await stage.hand(minutes=1)
    await stage.hand(minutes=2)
    waiting = await answers.waiting(stage.draw)
    assert {one.outcome for one in waiting.values()} == {"unreachable"}
    assert len(waiting) == 4
