"""Steps of a draw that contributors take, and the one form in which every step is taken.

A step begins only when the draw's entry before it is in effect, and no two steps of one draw
are ever taken side by side (draw.md, Steps).
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bidding.closing.rules import State
from bidding.contribution.rules import (
    COMMITTED_ONCE,
    REVEAL_OF_THIS_REQUEST,
    REVEALED_ONCE,
    check_nonce,
    check_reveal_time,
    commit_statement,
    reveal_statement,
)
from bidding.draw import queries
from bidding.draw.facts import Committed, Revealed
from bidding.draw.rules import (
    COMMIT_NONCE,
    REVEAL_NONCE,
    Case,
    Sender,
    Step,
    advance,
)
from bidding.draw.schema import Commitment, DrawReceipt, Reveal
from bidding.draw.tables import Draw, DrawContributor, DrawStep
from oversight.act import Act, begin
from oversight.authority.rules import Actor, Permission, require
from oversight.database import WRITES_DO_NOT_COLLIDE, retried
from oversight.errors import ProofRejected, RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.identity import queries as identity
from oversight.keys.signing import verify
from oversight.values.digests import unbase64, unhex
from oversight.values.instants import to_micro_text

T = TypeVar("T")
Deed = Callable[[Act, Case, int], Awaitable[T]]  # act, draw so far, index of its newest entry


async def take_step(
    actor: Actor,
    permission: Permission,
    occasion: Occasion,
    draw: str,
    deed: Deed[T],
    *,
    snapshot: bool = False,
) -> T:
    """Wait until the draw's newest entry is in effect, then do `deed` in one act.

    When another step was taken meanwhile, everything is undone and begun again behind it.

    Raises:
        RuleBroken: the permission is not held; DRAW_EXISTS; PRIOR_ENTRY_EFFECTIVE; whatever
            the deed refuses.
    """
    require(actor, permission)

    async def attempt() -> T:
        before = await queries.newest_step(draw)
        previous = await queries.in_effect(before.act, before.ordinal)
        async with begin(actor, permission, occasion, snapshot=snapshot) as act:
            found = await queries.case(draw, lock=True)
            if found.steps[-1] != before:
                raise RuleBroken(WRITES_DO_NOT_COLLIDE, needed="trying again")
            return await deed(act, found, previous)

    return await retried(attempt)


async def write_step(act: Act, found: Case, word: str, ordinal: int, state: State) -> DrawReceipt:
    """Write that a step was taken and where the draw stands now."""
    number = len(found.steps)
    await DrawStep.insert(
        DrawStep(
            id=f"{found.id}/{number}",
            draw=found.id,
            number=number,
            word=word,
            ordinal=ordinal,
            at=act.at,
            act=act.id,
        )
    )
    if state is not found.state:
        await Draw.update({Draw.state: state.value}).where(Draw.id == found.id)
    return DrawReceipt(found.id, state.value, found.attempt, word, act.id, to_micro_text(act.at))


async def commit_contribution(
    actor: Actor, draw: str, sent: Commitment, occasion: Occasion
) -> DrawReceipt:
    """Bind the actor's party to a nonce that nobody else knows (draw.md, step 2).

    Raises:
        RuleBroken: STEP_LAWFUL, CONTRIBUTOR_NAMED, COMMITTED_ONCE.
        ProofRejected: no current key of the party made the signature.
    """

    async def deed(act: Act, found: Case, previous: int) -> DrawReceipt:
        state = advance(found.state, Step.COMMIT)
        sender = found.sender(actor.party)
        if sender.commitment:
            raise RuleBroken(COMMITTED_ONCE, needed="nothing: the commitment stands")
        statement = commit_statement(draw, sender.party, unhex(sent.commitment, 32))
        key = await key_that_signed(sender.party, sent.signature, statement)
        fact = Committed(
            draw=draw,
            previous=previous,
            party=sender.party,
            commitment=sent.commitment,
            signature=sent.signature,
        )
        ordinal = await act.record(fact, subject=found.subject)
        await _write_sender(draw, Sender(sender.party, key, sent.commitment))
        return act.answered(await write_step(act, found, "committed", ordinal, state))

    return await take_step(actor, COMMIT_NONCE, occasion, draw, deed)


async def reveal_contribution(
    actor: Actor, draw: str, sent: Reveal, occasion: Occasion
) -> DrawReceipt:
    """Put a contributor's nonce on the log; whoever holds the signed reveal may bring it (step 4).

    The entry's actor is the party that signed, whoever brought it.

    Raises:
        RuleBroken: STEP_LAWFUL, CONTRIBUTOR_NAMED, REVEALED_ONCE, REVEAL_OF_THIS_REQUEST,
            REVEALED_IN_TIME, NONCE_OPENS.
        ProofRejected: the key in the request did not sign this nonce for this request.
    """

    async def deed(act: Act, found: Case, previous: int) -> DrawReceipt:
        state = advance(found.state, Step.REVEAL)
        sender = found.sender(sent.party)
        _check_reveal(act, found, sender, sent)
        fact = Revealed(
            draw=draw,
            previous=previous,
            party=sender.party,
            nonce=sent.nonce,
            request=sent.request,
            signature=sent.signature,
        )
        role = (await identity.party(sender.party)).role
        ordinal = await act.record(fact, subject=found.subject, actor=sender.party, role=role.value)
        await _write_sender(
            draw,
            Sender(sender.party, sender.key, sender.commitment, sent.nonce, sent.signature),
        )
        return act.answered(await write_step(act, found, "revealed", ordinal, state))

    return await take_step(actor, REVEAL_NONCE, occasion, draw, deed)


def _check_reveal(act: Act, found: Case, sender: Sender, sent: Reveal) -> None:
    if sender.nonce:
        raise RuleBroken(REVEALED_ONCE, needed="nothing: the reveal stands")
    if sent.request != found.request:
        raise RuleBroken(
            REVEAL_OF_THIS_REQUEST, needed=f"a reveal signed for request {found.request}"
        )
    assert found.reveal_by is not None
    check_reveal_time(act.at, found.reveal_by)
    nonce = unhex(sent.nonce, 32)
    check_nonce(found.id, sender.party, nonce, unhex(sender.commitment, 32))
    statement = reveal_statement(found.id, unhex(found.request, 32), nonce)
    verify(unbase64(sender.key, 32), unbase64(sent.signature, 64), statement)


async def key_that_signed(party: str, signature: str, statement: bytes) -> str:
    """Return the party's current key under which the signature holds."""
    for key in await identity.party_keys(party):
        try:
            verify(unbase64(key, 32), unbase64(signature, 64), statement)
        except ProofRejected:
            continue
        return key
    raise ProofRejected("no current key of the party made this signature")


async def _write_sender(draw: str, sender: Sender) -> None:
    await DrawContributor.update(
        {
            DrawContributor.key: sender.key,
            DrawContributor.commitment: sender.commitment,
            DrawContributor.nonce: sender.nonce,
            DrawContributor.signature: sender.signature,
        }
    ).where((DrawContributor.draw == draw) & (DrawContributor.party == sender.party))
