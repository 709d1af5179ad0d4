"""Naming who gave no nonce, and bringing the round in time for a run."""

from bidding.closing.rules import State
from bidding.draw import queries as draws
from bidding.draw.commands import take_step, write_step
from bidding.draw.facts import Revealed
from bidding.draw.rules import Case, Step, advance
from bidding.draw.schema import BreachOrder, DrawReceipt
from bidding.draw.tables import DrawBreach
from bidding.reveal import queries
from bidding.reveal.rules import NAME_BREACH, check_breach, check_breach_time
from oversight.act import Act
from oversight.authority.rules import Actor
from oversight.beacon.commands import fetch_round
from oversight.beacon.queries import pinned_chain
from oversight.idempotency.requests import Occasion
from oversight.identity.queries import center
from oversight.ledger.effect import is_witnessed


async def name_breach(
    actor: Actor, draw: str, order: BreachOrder, occasion: Occasion
) -> DrawReceipt:
    """Log that a contributor gave no nonce in time, so that its silence stops nothing.

    One act and one entry for each: the next waits until this one is in effect (draw.md, step 4).

    Raises:
        RuleBroken: STEP_LAWFUL, CONTRIBUTOR_NAMED, REVEALED_ONCE, BREACH_LAWFUL.
    """

    async def deed(act: Act, found: Case, previous: int) -> DrawReceipt:
        state = advance(found.state, Step.REVEAL)
        check_breach(found, order.party, await center(), await is_witnessed(previous + 1))
        check_breach_time(found, act.at, queries.due_second(found))
        fact = Revealed(
            draw=draw,
            previous=previous,
            party=order.party,
            nonce=None,
            request=found.request,
            signature=None,
        )
        ordinal = await act.record(fact, subject=found.subject)
        await DrawBreach.insert(
            DrawBreach(id=f"{draw}/{order.party}", draw=draw, party=order.party, act=act.id)
        )
        return act.answered(await write_step(act, found, "revealed", ordinal, state))

    return await take_step(actor, NAME_BREACH, occasion, draw, deed)


async def bring_bound_round(actor: Actor, draw: str, occasion: Occasion) -> None:
    """Have the round here that a sealed draw waits for, if all its reveals are as they must be.

    This is an act of its own, before the run: no transaction is open while relays are asked.

    Raises:
        RuleBroken: DRAW_EXISTS, REVEALS_COMPLETE, REVEALS_SEEN, ROUND_DUE, ROUND_AT_HAND.
    """
    newest = await draws.newest_step(draw)
    await draws.in_effect(newest.act, newest.ordinal)
    found = await draws.case(draw)
    if found.state is State.SEALED and found.beacon is not None:
        await queries.check_inputs(found)
        chain = pinned_chain(found.beacon.chain)
        await fetch_round(actor, chain, found.beacon.round, Occasion(occasion.clock))
