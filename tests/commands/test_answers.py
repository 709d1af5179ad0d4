"""Answers to a draw: proposed, countersigned, the walk carried on; what both verifiers say."""

from __future__ import annotations

import asyncio
import json

import msgspec
import pytest
from draw_stage import BRIDGES, ROADS, Stage

from bidding.answer import queries
from bidding.answer.commands import countersign, propose_recusal
from bidding.answer.rules import COUNTERSIGN, DISMISS, PROPOSE_ANSWER, SEE_EVIDENCE
from bidding.answer.schema import FoundRecusal
from bidding.draw import queries as draws
from bidding.draw.schema import StratumOrder
from bidding.sealing.rules import evidence_digest
from bidding.walk.rules import ANSWERS
from oversight.authority.rules import Post, Role, permits
from oversight.errors import Ground, ProofRejected, RuleBroken
from oversight.idempotency.requests import Replayed
from oversight.identity import commands as identity
from oversight.identity.rules import KeyReason
from oversight.ledger.queries import entries_of_act
from oversight.values.digests import to_base64

SUPERVISOR = Role.ADMINISTRATIVE_SUPERVISOR
FIVE = [StratumOrder(ROADS, "410922", 3), StratumOrder(BRIDGES, "410922", 2)]


@pytest.fixture
async def stage(house):
    """A stage on which no two experts have one employer: nobody is passed over for a cap."""
    stage = await Stage(house).set_up(experts=12)
    await stage.fill_pool(24, employers=1000)
    return stage


async def judged(stage, verdict="valid", exit_status=0):
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == (verdict, exit_status), (own.steps, offline)


async def refused(stage, deed, match, failure=RuleBroken):
    """Await a deed that must be refused and leave nothing; return the refusal."""
    tables = ("draw_proposal", "draw_answer", "draw_line", "draw_step")
    before = [await stage.house.log_rows(), *[await stage.house.count(name) for name in tables]]
    lines = await draws.lines(stage.draw)
    with pytest.raises(failure, match=match) as caught:
        await deed
    after = [await stage.house.log_rows(), *[await stage.house.count(name) for name in tables]]
    assert (after, await draws.lines(stage.draw)) == (before, lines)
    return caught.value


async def states(stage):
    return [seat.state for seat in await queries.seats(stage.draw)]


async def test_a_committee_of_five_that_needs_thirty_answers_fills_without_a_restart(stage):
    await stage.fill_pool(36, employers=1000)
    await stage.form(tender="tender-30", size=7, representatives=2)
    await stage.until("drawn", strata=FIVE)
    codes = ["declined", "unreachable", "recused", "withdrew", "absent"]
    for number in range(30):
        assert await states(stage) == ["seated"] * 5
        seats = await queries.seats(stage.draw)
        receipt = await stage.answer(seats[number % 5].line, codes[number % 5])
        assert (receipt.step, receipt.state) == ("answered", "drawn")
    assert await states(stage) == ["seated"] * 5
    await judged(stage)
    await stage.open()
    await judged(stage)


async def test_an_exhausted_stratum_says_so_and_its_freed_seats_stay_empty(house):
    stage = await Stage(house).set_up(experts=12)  # six for roads, six for bridges
    await stage.until("drawn")
    for _ in range(6):
        seats = await queries.seats(stage.draw)
        await stage.answer(next(one.line for one in seats if one.line is not None), "unreachable")
    assert await states(stage) == ["exhausted", "exhausted", "seated", "seated"]
    lines = await draws.lines(stage.draw)
    assert sorted(line.position for line in lines if line.stratum == 0) == list(range(6))
    await stage.open()
    await judged(stage)


async def test_a_cap_goes_on_counting_whoever_was_ever_seated(house):
    stage = await Stage(house).set_up(experts=30)
    await stage.until("drawn", caps={"employer": 1})  # six employers of fifteen for each stratum
    for _ in range(5):
        seats = await queries.seats(stage.draw)
        await stage.answer(next(one.line for one in seats if one.line is not None), "declined")
    firsts = [line.outcomes[0] for line in await draws.lines(stage.draw) if line.stratum == 0]
    assert (firsts.count("seated"), firsts.count("cap")) == (6, 9)
    assert await states(stage) == ["exhausted", "seated", "seated", "seated"]
    await stage.open()
    await judged(stage)


async def test_whoever_left_is_followed_by_nobody(stage):
    await stage.until("drawn")
    before = len(await draws.lines(stage.draw))
    await stage.answer(1, "left")
    assert len(await draws.lines(stage.draw)) == before
    assert await states(stage) == ["seated", "left", "seated", "seated"]
    await stage.answer(0, "removed")
    assert len(await draws.lines(stage.draw)) > before
    assert await states(stage) == ["seated", "left", "seated", "seated"]
    await stage.open()
    await judged(stage)


async def test_a_seat_keeps_its_number_whoever_fills_it(stage):
    await stage.until("drawn")
    await stage.answer(1, "declined")
    await stage.answer(0, "declined")
    seats = await queries.seats(stage.draw)
    assert [one.number for one in seats] == [1, 2, 3, 4]
    first, second = [line for line in range(4, 6) if await seat_of(stage, line)]
    assert (await seat_of(stage, first), await seat_of(stage, second)) == (2, 1)
    assert await seat_of(stage, 1) == 2, "what it held, it held"


async def seat_of(stage, line):
    return (await queries.line_state(stage.draw, line)).seat


async def test_a_line_is_in_effect_with_the_entry_that_appended_it(stage):
    await stage.until("drawn")
    proposal = await stage.propose(0)
    sent = await stage.countersignature(proposal)
    before = len(await draws.lines(stage.draw))
    await countersign(stage.supervisor, proposal.id, sent, stage.house.occasion())
    new = len(await draws.lines(stage.draw)) - 1
    assert new >= before
    assert not (await queries.line_state(stage.draw, new)).effective
    assert (await queries.line_state(stage.draw, 1)).effective
    await stage.house.settle()
    state = await queries.line_state(stage.draw, new)
    assert (state.effective, state.seat, state.holds_seat()) == (True, 1, True)


async def test_an_entry_names_the_countersigner_and_nobody_else(stage):
    await stage.until("drawn")
    declined = await stage.answer(0, "declined")
    late = await stage.answer(1, "late")
    (first,), (second,) = [await entries_of_act(one.act) for one in (declined, late)]
    assert (first.entry().actor, first.entry().role) == ("expert", "expert")
    assert second.entry().actor == first.entry().body["countersigner"] == stage.supervisor.party
    people = [stage.supervisor.person, stage.operator.person]
    assert not any(person.encode() in first.data + second.data for person in people)


# Refusals --------------------------------------------------------------------------------------


async def test_what_cannot_be_said_of_a_line_is_refused_and_leaves_no_trace(stage):
    await stage.order()
    await refused(stage, stage.propose(0), "draw.step_lawful")
    await stage.lapse()
    await stage.until("drawn")
    await stage.answer(0, "absent")
    for line, outcome, choices, code in (
        (1, "bored", {}, "draw.answer_known"),
        (1, "seated", {}, "draw.answer_known"),
        (0, "declined", {}, "draw.line_seated"),
        (99, "declined", {}, "draw.line_seated"),
        (-1, "declined", {}, "draw.line_seated"),
        (1, "declined", {"by_expert": False}, "draw.experts_own_answer"),
        (1, "withdrew", {"by_expert": False}, "draw.experts_own_answer"),
    ):
        await refused(stage, stage.propose(line, outcome, **choices), code)
    waits = await stage.propose(1, "late")
    refusal = await refused(stage, stage.propose(1, "absent"), "draw.one_proposal_waits")
    assert (refusal.rule.ground, refusal.found["proposal"]) == (Ground.CONFLICT, waits.id)
    await stage.void()
    await refused(stage, stage.propose(2, "late"), "draw.step_lawful")
    await refused(stage, stage.countersign(waits), "draw.step_lawful")


async def with_the_center(stage):
    """Draw with supervisor, tenderer, agent and center as contributors."""
    roles = (Role.TENDERER, SUPERVISOR, Role.AGENT, Role.TRADING_CENTER)
    await stage.order(contributors=[stage.ids[role] for role in roles])
    for role in roles:
        await stage.commit(role)
    await stage.seal()
    for role in roles:
        await stage.reveal(role)
    await stage.run()


async def test_only_an_independent_contributor_countersigns(stage):
    await with_the_center(stage)
    proposal = await stage.propose(0, "unreachable")
    for role in (Role.TENDERER, Role.AGENT, Role.TRADING_CENTER, Role.AUDIT_OFFICE):
        own = await stage.countersignature(proposal, role)
        actor = stage.actor(role, Post.DRAW_CONTRIBUTOR, person=2)
        for sent in (own, await stage.countersignature(proposal)):  # its own, or another's
            deed = stage.countersign(proposal, actor, sent)
            await refused(stage, deed, "draw.countersigner_independent")
    await refused(stage, stage.countersign(proposal, stage.operator), "authority.permission_held")
    await stage.countersign(proposal)
    await stage.open()
    await judged(stage)


async def test_a_countersignature_is_for_one_line_one_code_one_record_and_one_key(stage):
    await stage.until("drawn")
    proposal, other = await stage.propose(0, "unreachable"), await stage.propose(1, "unreachable")
    said = await queries.statement(proposal.id)
    key = stage.keys[stage.ids[SUPERVISOR]]
    change = msgspec.structs.replace
    for changes in (
        {"position": said.position + 1},
        {"outcome": "left"},
        {"evidence": other.evidence},
        {"request": "ab" * 32},
        {"previous": said.previous - 1},
    ):
        signature = to_base64(key.sign(change(said, **changes).statement()))
        sent = change(await stage.countersignature(proposal), signature=signature)
        await refused(stage, stage.countersign(proposal, sent=sent), "signature", ProofRejected)
    tenderers = await stage.countersignature(proposal, Role.TENDERER)
    await refused(stage, stage.countersign(proposal, sent=tenderers), "signature", ProofRejected)
    deed = stage.countersign(proposal, sent=await stage.countersignature(other))
    await refused(stage, deed, "signature", ProofRejected)


async def test_a_key_that_was_given_up_as_stolen_vouches_for_nothing(stage):
    await stage.until("drawn")
    proposal = await stage.propose(0, "unreachable")
    key = to_base64(stage.keys[stage.ids[SUPERVISOR]].public)
    await identity.revoke_signing_key(
        stage.supervisor, key, KeyReason.COMPROMISED, stage.house.occasion()
    )
    await stage.house.settle()
    await refused(stage, stage.countersign(proposal), "draw.countersigning_key_good")


# At the same time ------------------------------------------------------------------------------


async def test_of_two_operators_on_one_seat_one_wins_and_the_other_is_told_how_it_stands(stage):
    await stage.until("drawn")
    both = (stage.propose(0, "late"), stage.propose(0, "absent"))
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    (won,) = [one for one in outcomes if not isinstance(one, RuleBroken)]
    (lost,) = [one for one in outcomes if isinstance(one, RuleBroken)]
    assert (lost.rule.code, lost.rule.ground) == ("draw.one_proposal_waits", Ground.CONFLICT)
    told = {"line": 0, "proposal": won.id, "outcome": won.outcome, "state": "waiting"}
    assert lost.found == told
    assert await stage.house.count("draw_proposal") == 1


async def test_two_countersigners_of_one_proposal_free_one_seat_once(stage):
    await stage.until("drawn")
    proposal = await stage.propose(0)
    sent = await stage.countersignature(proposal)
    deeds = [stage.countersign(proposal, sent=sent) for _ in range(2)]
    outcomes = await asyncio.gather(*deeds, stage.house_hand(1.5), return_exceptions=True)
    (lost,) = [one for one in outcomes if isinstance(one, RuleBroken)]
    assert lost.rule.code == "draw.proposal_waits", lost
    assert await stage.house.count("draw_answer") == 1
    await judged(stage)


async def test_a_signature_behind_another_entry_is_told_the_newest_and_signs_again(stage):
    await stage.until("drawn")
    first, second = await stage.propose(0), await stage.propose(1)
    stale = await stage.countersignature(second)
    await stage.countersign(first)
    refusal = await refused(stage, stage.countersign(second, sent=stale), "draw.answer_current")
    newest = await stage.countersignature(second)
    assert refusal.rule.ground is Ground.CONFLICT
    assert refusal.found == {"previous": newest.previous, "signed": stale.previous}
    await stage.countersign(second, sent=newest)
    await judged(stage)


async def test_two_answers_at_once_stand_one_behind_the_other(stage):
    await stage.until("drawn")
    both = [await stage.propose(line) for line in (0, 1)]
    sent = [await stage.countersignature(one) for one in both]
    deeds = [stage.countersign(one, sent=its) for one, its in zip(both, sent, strict=True)]
    outcomes = await asyncio.gather(*deeds, stage.house_hand(1.5), return_exceptions=True)
    (lost,) = [one for one in outcomes if isinstance(one, RuleBroken)]
    assert lost.rule.code == "draw.answer_current", lost
    assert await stage.house.count("draw_answer") == 1
    await judged(stage)


async def test_a_repeated_request_answers_a_line_once(stage):
    await stage.until("drawn")
    proposal = await stage.propose(0)
    sent, occasion = await stage.countersignature(proposal), stage.house.occasion("once")
    await stage.countersign(proposal, sent=sent, occasion=occasion)
    with pytest.raises(Replayed):
        await stage.countersign(proposal, sent=sent, occasion=occasion)
    assert await stage.house.count("draw_answer") == 1


# Dismissals, and who sees what -----------------------------------------------------------------


async def test_a_dismissed_proposal_leaves_the_line_seated_and_makes_room(stage):
    await stage.until("drawn")
    mine = await stage.propose(0, "late")
    assert await states(stage) == ["proposed", "seated", "seated", "seated"]
    await stage.dismiss(mine, stage.operator, "mistaken")
    assert await states(stage) == ["seated"] * 4
    await refused(stage, stage.countersign(mine), "draw.proposal_waits")
    await refused(stage, stage.dismiss(mine), "draw.proposal_waits")
    experts = await stage.propose(0, "declined")
    deed = stage.dismiss(experts, stage.operator, "mistaken")
    await refused(stage, deed, "draw.dismisser_entitled")
    await refused(stage, stage.dismiss(experts, reason="bored"), "draw.dismissal_reasoned")
    tenderers = stage.dismiss(experts, stage.tenderer)
    await refused(stage, tenderers, "draw.dismisser_entitled")
    await stage.countersign(experts)
    await judged(stage)


async def test_salt_and_record_are_for_countersigner_and_auditor(stage):
    await with_the_center(stage)
    one = await stage.propose(0, "unreachable", {"tries": 3, "channel": "电话"})
    for reader in (stage.supervisor, stage.auditor):
        seen = await queries.evidence_for(reader, one.id)
        record = json.loads(seen.record)
        assert record == {"tries": 3, "channel": "电话"}
        assert evidence_digest(bytes.fromhex(seen.salt), record).hex() == one.evidence
        assert permits(reader, SEE_EVIDENCE)
    for reader in (stage.tenderer, stage.contributor, stage.actor(Role.AGENT)):
        with pytest.raises(RuleBroken, match="draw.countersigner_independent"):
            await queries.evidence_for(reader, one.id)
        with pytest.raises(RuleBroken, match="draw.countersigner_independent"):
            await queries.statement_for(reader, one.id)
    assert not any(permits(stage.operator, asked) for asked in (SEE_EVIDENCE, COUNTERSIGN))
    assert all(permits(stage.operator, asked) for asked in (PROPOSE_ANSWER, DISMISS))
    with pytest.raises(RuleBroken, match="draw.proposal_known"):
        await queries.evidence_for(stage.auditor, stage.draw)


async def test_seats_and_proposals_show_numbers_and_states_and_no_person(stage):
    await stage.until("drawn")
    await stage.propose(0, "unreachable", {"secret": "marked-record"})
    await stage.answer(1, "declined")
    for reader in (stage.operator, stage.tenderer, stage.supervisor, stage.auditor):
        seats = await queries.seats_for(reader, stage.draw)
        proposals = await queries.proposals_for(reader, stage.draw)
        assert {one.line: one.state for one in proposals} == {0: "waiting", 1: "countersigned"}
        told = msgspec.json.encode([seats, proposals]).decode()
        for hidden in ("专家", "Employer", "marked-record", stage.operator.person):
            assert hidden not in told
    stranger = stage.actor(Role.AGENT, Post.DRAW_CONTRIBUTOR)
    for question in (queries.seats_for, queries.proposals_for):
        with pytest.raises(RuleBroken, match="draw_record.reader_entitled"):
            await question(stranger, stage.draw)


async def test_a_recusal_found_after_opening_is_proposed_with_its_legal_ground(stage):
    await stage.until("drawn")
    found = FoundRecusal(0, "close-relative", "letter of 3 March")
    made = await propose_recusal(stage.operator, stage.draw, found, stage.house.occasion())
    assert (made.outcome, made.cause, made.state) == ("recused", "house", "waiting")
    seen = await queries.evidence_for(stage.auditor, made.id)
    assert json.loads(seen.record) == {"ground": "close-relative", "note": "letter of 3 March"}
    bored = FoundRecusal(1, "boredom")
    deed = propose_recusal(stage.operator, stage.draw, bored, stage.house.occasion())
    await refused(stage, deed, "recusal.ground_typed")


async def test_a_draw_with_answers_is_voided_with_the_walk_as_it_stands(stage):
    await stage.until("drawn")
    for number, code in enumerate(("late", "left", "declined")):
        await stage.answer(number, code)
    await stage.void()
    await judged(stage, "void", 4)
    await stage.until("drawn")
    await stage.answer(0, "identity-failed")
    await stage.open()
    await judged(stage)


async def test_every_code_of_the_protocol_can_be_given(stage):
    await stage.until("drawn")
    for code in ANSWERS:
        seats = [one for one in await queries.seats(stage.draw) if one.line is not None]
        await stage.answer(seats[-1].line, code)
    given = [code for _, code in await queries.answers(stage.draw)]
    assert given == list(ANSWERS)
    await stage.open()
    await judged(stage)
