"""Closing a draw without a result, and opening identities (draw.md, steps 7 and 8)."""

import msgspec

from bidding.closing.rules import (
    NO_PROOF,
    ORDERER_DOES_NOT_VOID,
    Closers,
    State,
    check_closing,
    check_no_proof,
    check_takes_part,
)
from bidding.draw import queries as draws
from bidding.draw.commands import key_that_signed, take_step, write_step
from bidding.draw.facts import Identified, Lapsed, Voided
from bidding.draw.rules import IDENTIFY_DRAW, LAPSE_DRAW, VOID_DRAW, Case, Step, advance
from bidding.draw.schema import Closing, ClosingTerms, DrawReceipt
from bidding.draw.tables import DrawClosing
from bidding.draw_end import queries
from bidding.draw_end.rules import check_closed_yet
from bidding.reveal.queries import complete_since
from bidding.sealing.rules import openings_digest, statement_digest
from bidding.suspension.queries import check_running
from bidding.terminal.commands import write_openings, write_result
from oversight.act import Act
from oversight.authority.rules import Actor, different_person
from oversight.idempotency.requests import Occasion
from oversight.identity import queries as identity
from oversight.keys.directory import ring
from oversight.values.digests import unhex


async def close_draw(actor: Actor, draw: str, closing: Closing, occasion: Occasion) -> DrawReceipt:
    """Close a draw in public, with a signed reason; what the inputs gave is logged with it.

    Raises:
        RuleBroken: STEP_LAWFUL, CLOSER_ENTITLED, CLOSER_TAKES_PART, CLOSING_REASONED,
            ORDERER_DOES_NOT_VOID, PROOF_OVERDUE, ROUND_AT_HAND, VRF_KEY_AT_HAND.
        ProofRejected: the actor's party did not sign this closing of this draw as it stands.
    """
    voids = State(closing.state) is State.VOIDED

    async def deed(act: Act, found: Case, previous: int) -> DrawReceipt:
        state = advance(found.state, Step.VOID if voids else Step.LAPSE)
        await _check_closer(act, found, state, closing.reason)
        statement = statement_digest(unhex(closing.salt, 32), closing.text).hex()
        given = await queries.known(found, closing.reason, act.at)
        if closing.reason == NO_PROOF:
            check_no_proof(await complete_since(found), given.pi is not None, act.at)
        terms = ClosingTerms(closing.state, closing.reason, statement)
        signed = queries.closing(found, terms, given).signed()
        await key_that_signed(actor.party, closing.signature, signed)
        fact = (Voided if voids else Lapsed)(
            draw=draw,
            previous=previous,
            reason=closing.reason,
            statement=statement,
            signature=closing.signature,
            alpha=given.alpha,
            pi=given.pi,
            walk=given.walk,
        )
        ordinal = await act.record(fact, subject=found.subject)
        if found.state is State.SEALED and given.alpha is not None:
            await write_result(act, draw, given.alpha, given.result)
        await _write_closing(act, draw, closing, statement)
        return act.answered(await write_step(act, found, closing.state, ordinal, state))

    permission = VOID_DRAW if voids else LAPSE_DRAW
    return await take_step(actor, permission, occasion, draw, deed)


async def _check_closer(act: Act, found: Case, state: State, reason: str) -> None:
    if state is State.VOIDED:
        different_person(found.person, act.actor.person, ORDERER_DOES_NOT_VOID)
    roles = {party: trusted.role for party, trusted in (await identity.trust_parties()).items()}
    contributors = [one.party for one in found.senders] if found.request else []
    closers = Closers(roles, contributors, found.missing())
    check_closing(state, act.actor.party, closers, reason)
    named, overdue = [one.party for one in found.senders], found.is_overdue(act.at)
    check_takes_part(act.actor.party, roles[act.actor.party], named, overdue)


async def _write_closing(act: Act, draw: str, closing: Closing, statement: str) -> None:
    words = msgspec.json.encode({"salt": closing.salt, "text": closing.text})
    await DrawClosing.insert(
        DrawClosing(
            draw=draw,
            state=closing.state,
            reason=closing.reason,
            statement=statement,
            text=ring().fields.seal(words, draws.closing_context(draw)),
            signature=closing.signature,
            party=act.actor.party,
            person=act.actor.person,
            act=act.id,
        )
    )


async def open_identities(actor: Actor, draw: str, occasion: Occasion) -> DrawReceipt:
    """Open who holds a seat, to whom the edition allows; nothing was opened before.

    Raises:
        RuleBroken: STEP_LAWFUL, OPENED_ONCE, NOT_SUSPENDED.
    """

    async def deed(act: Act, found: Case, previous: int) -> DrawReceipt:
        state = advance(found.state, Step.IDENTIFY)
        check_closed_yet(found.purpose)
        await check_running(found)
        opened = await queries.openings(found)
        digest = openings_digest(opened).hex()
        fact = Identified(draw=draw, previous=previous, openings=digest)
        ordinal = await act.record(fact, subject=found.subject)
        await write_openings(act, draw, opened)
        return act.answered(await write_step(act, found, "identified", ordinal, state))

    return await take_step(actor, IDENTIFY_DRAW, occasion, draw, deed)
