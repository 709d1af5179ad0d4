"""Proposing what became of a seated line, vouching for it, and carrying the walk on (step 6)."""

import json
from collections.abc import Mapping

import msgspec

from bidding.answer import queries
from bidding.answer.facts import Dismissed, Proposed
from bidding.answer.queries import Carried, answer_of
from bidding.answer.rules import (
    COUNTERSIGN,
    DISMISS,
    PROPOSE_ANSWER,
    RECUSED,
    Cause,
    Proposal,
    ProposalState,
    check_countersigner,
    check_dismissal,
    check_key,
    check_none_waits,
    check_not_superseded,
    check_previous,
    check_proposal,
    check_replaceable,
    check_waits,
    may_countersign,
)
from bidding.answer.schema import (
    CounterSignature,
    Dismissal,
    DismissalReceipt,
    FoundRecusal,
    ProposalView,
)
from bidding.answer.tables import DrawAnswer, DrawProposal
from bidding.draw import queries as draws
from bidding.draw.commands import take_step, write_step
from bidding.draw.facts import Answered
from bidding.draw.rules import Case, Step, advance
from bidding.draw.schema import DrawReceipt
from bidding.draw.tables import DrawLine
from bidding.recusal.rules import read_ground
from bidding.sealing.rules import SALT_BYTES, evidence_digest
from bidding.terminal.commands import line_rows
from bidding.walk.rules import walk_digest
from oversight.act import Act, begin
from oversight.ambient import fresh_bytes
from oversight.authority.rules import Actor, Post, Role, require
from oversight.idempotency.requests import Occasion
from oversight.identity import queries as identity
from oversight.keys.directory import ring
from oversight.keys.signing import verify
from oversight.values.digests import unbase64

EXPERT = "expert"  # actor and role of what an expert caused, until the reveal


async def propose(
    act: Act,
    draw: str,
    line: int,
    outcome: str,
    record: Mapping[str, object],
    *,
    by_expert: bool = False,
) -> Proposal:
    """Say, as part of an act, what became of a seated line; it waits for a countersignature.

    Args:
        act: what brings it: an expert's answer, tries used up, the sign-in.
        draw: whose line it is.
        line: number in the walk, from 0.
        outcome: code.
        record: what it rests on; it names nobody and goes to countersigner and auditor.
        by_expert: it is the expert's own answer: the log then names nobody but "expert".

    Raises:
        RuleBroken: DRAW_EXISTS; STEP_LAWFUL; RESULT_STANDS; ANSWER_KNOWN; LINE_SEATED;
            EXPERTS_OWN_ANSWER; ONE_PROPOSAL_WAITS.
    """
    found = await draws.case(draw, lock=True)
    advance(found.state, Step.ANSWER)
    check_replaceable(found.purpose)
    check_proposal(await draws.lines(draw), line, outcome, by_expert)
    check_none_waits((await queries.waiting(draw)).get(line))
    salt = fresh_bytes(SALT_BYTES)
    made = Proposal(
        id=act.new_id(),
        draw=draw,
        line=line,
        outcome=outcome,
        evidence=evidence_digest(salt, record).hex(),
        cause=Cause.EXPERT if by_expert else Cause.HOUSE,
        state=ProposalState.WAITING,
    )
    person = "" if by_expert else act.actor.person
    await _record_proposal(act, found, made, person)
    await _write_proposal(act, made, person, {"salt": salt.hex(), "record": record})
    return made


async def _record_proposal(act: Act, found: Case, made: Proposal, person: str) -> None:
    fact = Proposed(
        draw=made.draw,
        proposal=made.id,
        line=made.line,
        outcome=made.outcome,
        evidence=made.evidence,
        person=act.conceal("person", person) if person else "",
    )
    who = EXPERT if made.cause is Cause.EXPERT else None
    await act.record(fact, subject=found.subject, actor=who, role=who)


async def _write_proposal(
    act: Act, made: Proposal, person: str, opened: Mapping[str, object]
) -> None:
    sealed = ring().fields.seal(msgspec.json.encode(opened), queries.evidence_context(made.id))
    await DrawProposal.insert(
        DrawProposal(
            id=made.id,
            draw=made.draw,
            line=made.line,
            outcome=made.outcome,
            evidence=made.evidence,
            record=sealed,
            cause=made.cause.value,
            state=made.state.value,
            person=person,
            act=act.id,
        )
    )


async def propose_recusal(
    actor: Actor, draw: str, found: FoundRecusal, occasion: Occasion
) -> ProposalView:
    """Say that an expert must stay away on a ground that nobody could know before the draw.

    Raises:
        RuleBroken: GROUND_TYPED; what `propose` refuses.
    """
    async with begin(actor, PROPOSE_ANSWER, occasion) as act:
        record = {"ground": read_ground(found.ground).value, "note": found.note}
        made = await propose(act, draw, found.line, RECUSED, record)
        return act.answered(await queries.proposal_view(made.id))


async def countersign(
    actor: Actor, proposal_id: str, sent: CounterSignature, occasion: Occasion
) -> DrawReceipt:
    """Vouch for a proposed answer: it is logged, and the next in line takes the seat.

    Raises:
        RuleBroken: PROPOSAL_KNOWN; PROPOSAL_WAITS; STEP_LAWFUL; LINE_SEATED; ANSWER_CURRENT;
            COUNTERSIGNER_INDEPENDENT; COUNTERSIGNING_KEY_GOOD; PARENT_SUPERSEDED.
        ProofRejected: the party's key in the request did not sign this statement.
    """
    require(actor, COUNTERSIGN)
    draw = (await queries.proposal(proposal_id)).draw

    async def deed(act: Act, found: Case, previous: int) -> DrawReceipt:
        one = await queries.proposal(proposal_id)
        check_waits(one)
        state = advance(found.state, Step.ANSWER)
        check_countersigner(*queries.countersigner(actor, found))
        check_previous(sent.previous, previous)
        carried = await _vouched(actor, found, one, sent)
        ordinal = await _record_answer(act, found, one, sent, carried)
        await _write_answer(act, one, sent, carried)
        return act.answered(await write_step(act, found, "answered", ordinal, state))

    return await take_step(actor, COUNTERSIGN, occasion, draw, deed)


async def _vouched(actor: Actor, found: Case, one: Proposal, sent: CounterSignature) -> Carried:
    """Return the walk after an answer whose countersignature holds."""
    lines = await draws.lines(found.id)
    check_proposal(lines, one.line, one.outcome, one.cause is Cause.EXPERT)
    key = found.sender(actor.party).key
    check_key(key, (await identity.trust_parties())[actor.party].keys)
    answer = answer_of(found, lines, one, sent.previous)
    verify(unbase64(key, 32), unbase64(sent.signature, 64), answer.statement())
    request = await draws.request(found.id)
    assert request is not None, "a draw that is answered is sealed"
    carried = await queries.carry_on(found, request, lines, one.line, one.outcome)
    check_not_superseded(await queries.superseded(found.id), len(carried.new))
    return carried


async def _record_answer(
    act: Act, found: Case, one: Proposal, sent: CounterSignature, carried: Carried
) -> int:
    fact = Answered(
        draw=found.id,
        previous=sent.previous,
        line=one.line,
        outcome=one.outcome,
        evidence=one.evidence,
        countersigner=act.actor.party,
        signature=sent.signature,
        walk=walk_digest(carried.lines).hex(),
        person=act.conceal("person", act.actor.person),
    )
    who = EXPERT if one.cause is Cause.EXPERT else None
    return await act.record(fact, subject=found.subject, actor=who, role=who)


async def _write_answer(act: Act, one: Proposal, sent: CounterSignature, carried: Carried) -> None:
    before = len(carried.lines) - len(carried.new)
    number = len(await queries.answers(one.draw))
    await DrawAnswer.insert(
        DrawAnswer(
            id=f"{one.draw}/{number}",
            draw=one.draw,
            number=number,
            line=one.line,
            outcome=one.outcome,
            evidence=one.evidence,
            lines=before,
            countersigner=act.actor.party,
            signature=sent.signature,
            person=act.actor.person,
            act=act.id,
        )
    )
    outcomes = json.dumps(list(carried.lines[one.line].outcomes))
    await DrawLine.update({DrawLine.outcomes: outcomes}).where(
        (DrawLine.draw == one.draw) & (DrawLine.number == one.line)
    )
    if carried.new:
        await DrawLine.insert(*line_rows(one.draw, carried.new, carried.paths, before))
    await _end(one, ProposalState.COUNTERSIGNED)


async def dismiss(
    actor: Actor, proposal_id: str, sent: Dismissal, occasion: Occasion
) -> DismissalReceipt:
    """Refuse a proposal as a countersigner, or take back what the house proposed.

    Raises:
        RuleBroken: PROPOSAL_KNOWN; PROPOSAL_WAITS; DISMISSER_ENTITLED; DISMISSAL_REASONED.
    """
    async with begin(actor, DISMISS, occasion) as act:
        found = await draws.case((await queries.proposal(proposal_id)).draw, lock=True)
        one = await queries.proposal(proposal_id)
        check_waits(one)
        operator = actor.role is Role.TRADING_CENTER and Post.DRAW_OPERATOR in actor.posts
        vouches = may_countersign(*queries.countersigner(actor, found))
        check_dismissal(one, vouches, operator, sent.reason)
        fact = Dismissed(
            draw=one.draw,
            proposal=one.id,
            evidence=one.evidence,
            reason=sent.reason,
            person=act.conceal("person", actor.person),
        )
        await act.record(fact, subject=found.subject)
        await _end(one, ProposalState.WITHDRAWN)
        return act.answered(DismissalReceipt(one.id, ProposalState.WITHDRAWN.value, act.id))


async def _end(one: Proposal, state: ProposalState) -> None:
    await DrawProposal.update({DrawProposal.state: state.value}).where(DrawProposal.id == one.id)
