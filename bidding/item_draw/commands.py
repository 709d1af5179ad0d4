"""Ordering a draw from lists, and what becomes of what was drawn."""

import msgspec

from bidding.answer.commands import propose
from bidding.answer.queries import proposal_view
from bidding.answer.rules import PROPOSE_ANSWER
from bidding.answer.schema import ProposalView
from bidding.closing.rules import CLOSED, State
from bidding.draw import queries as draws
from bidding.draw.commands import write_step
from bidding.draw.facts import Ordered
from bidding.draw.rules import (
    ATTEMPT_BEFORE_CLOSED,
    Case,
    Sender,
    check_caps,
    check_strata,
    next_attempt,
)
from bidding.draw.schema import CaseConditions, DrawReceipt
from bidding.draw_order.commands import check_parties, write_order
from bidding.draw_order.rules import check_day
from bidding.item_draw import queries
from bidding.item_draw.rules import (
    ORDER_ITEMS,
    Wanted,
    check_lists,
    check_one_rulebook,
    check_orderer,
    check_purpose,
    check_witnesses,
    outcome_of_failure,
)
from bidding.item_list.queries import entries_context
from bidding.item_list.rules import caps_of
from bidding.item_list.schema import Failure, ItemOrder
from bidding.item_list.tables import DrawList
from oversight.act import Act, begin
from oversight.authority.rules import TRUSTED_ROLE, Actor, require
from oversight.database import WRITES_DO_NOT_COLLIDE, retried
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.keys.directory import ring
from oversight.rulebook.queries import edition_in_force


async def order_items(actor: Actor, order: ItemOrder, occasion: Occasion) -> DrawReceipt:
    """Order a draw from the lists that come with the order.

    Raises:
        RuleBroken: EDITION_KNOWN, PURPOSE_LAWFUL, ONE_RULEBOOK, ORDERER_FITS, STRATA_ORDERED,
            LISTS_FIT, SUPPLIERS_ENOUGH, TIE_STANDS, ORDER_WHOLE, CAPS_POSSIBLE,
            EVALUATION_AHEAD, WITNESSES_CONTRIBUTE, ATTEMPT_BEFORE_CLOSED, ATTEMPTS_LIMITED,
            PRIOR_ENTRY_EFFECTIVE; and of the contributors as `check_parties`.
    """
    require(actor, ORDER_ITEMS)
    check_purpose(order.purpose, edition_in_force(order.rulebook))

    async def attempt() -> DrawReceipt:
        before = await draws.attempts([order.subject], order.purpose)
        previous = await _previous(before)
        async with begin(actor, ORDER_ITEMS, occasion) as act:
            await queries.hold(order.subject, order.purpose)
            if await draws.attempts([order.subject], order.purpose) != before:
                raise RuleBroken(WRITES_DO_NOT_COLLIDE, needed="trying again")
            ordered = await _decide(act, order, before)
            return act.answered(await _record(act, ordered, order, previous))

    return await retried(attempt)


async def propose_failure(
    actor: Actor, draw: str, failure: Failure, occasion: Occasion
) -> ProposalView:
    """Say that a drawn supplier gave no answer, or that a drawn item cannot be had.

    Once a countersigner vouches for it, the next in the order takes the place.

    Raises:
        RuleBroken: DRAW_EXISTS, LISTED; what `propose` refuses.
    """
    async with begin(actor, PROPOSE_ANSWER, occasion) as act:
        outcome = outcome_of_failure((await draws.case(draw)).purpose)
        record = {"reason": failure.reason, "note": failure.note}
        made = await propose(act, draw, failure.line, outcome, record)
        return act.answered(await proposal_view(made.id))


async def _previous(before: list[Case]) -> int | None:
    """Return the index of the closing of the attempt before, once it is in effect."""
    if not before:
        return None
    last = before[-1]
    if last.state not in CLOSED:
        raise RuleBroken(
            ATTEMPT_BEFORE_CLOSED, needed=f"a closing of draw {last.id}", state=last.state.value
        )
    return await draws.in_effect(last.steps[-1].act, last.steps[-1].ordinal)


async def _decide(act: Act, order: ItemOrder, before: list[Case]) -> Case:
    """Return the draw as it will stand, everything checked."""
    rulebook, party = edition_in_force(order.rulebook), act.actor.party
    check_one_rulebook(order.rulebook, await queries.rulebooks_of(order.subject))
    check_orderer(order.purpose, TRUSTED_ROLE[act.actor.role])
    check_day(order.day, act.at)
    strata = [(one.id, one.seats) for one in order.strata]
    check_strata(strata)
    lists = _wanted(order)
    check_lists(order.purpose, lists, rulebook)
    caps = caps_of(order.purpose, _caps(order))
    check_caps(caps, order.purpose)
    roles = await check_parties(act, order.contributors, before, rulebook, order.purpose)
    check_witnesses(order.purpose, party, lists, roles)
    return Case(
        id=act.new_id(),
        subject=order.subject,
        purpose=order.purpose,
        attempt=next_attempt([one.state for one in before], rulebook.draw.attempts_max),
        of=None,
        rulebook=order.rulebook,
        party=party,
        person=act.actor.person,
        state=State.ORDERED,
        strata=strata,
        caps=caps,
        senders=[Sender(one) for one in order.contributors],
        steps=[],
        request="",
        reveal_by=None,
    )


def _wanted(order: ItemOrder) -> list[Wanted]:
    return [
        Wanted(
            stratum=one.id,
            seats=one.seats,
            entries=[entry.id for entry in one.listed()],
            suppliers=len(one.suppliers),
            parties=[item.party for item in one.items],
        )
        for one in order.strata
    ]


def _caps(order: ItemOrder) -> dict[str, int] | None:
    return None if order.caps is None else {str(name): most for name, most in order.caps.items()}


async def _record(act: Act, ordered: Case, order: ItemOrder, previous: int | None) -> DrawReceipt:
    fact = Ordered(
        draw=ordered.id,
        previous=previous,
        purpose=ordered.purpose,
        attempt=ordered.attempt,
        of=None,
        terms=act.conceal("terms", msgspec.to_builtins(order) | {"person": ordered.person}),
        rulebook=ordered.rulebook,
    )
    ordinal = await act.record(fact, subject=ordered.subject)
    await write_order(act, ordered, CaseConditions(order.day, []))
    await _write_lists(act, ordered.id, order)
    return await write_step(act, ordered, "ordered", ordinal, State.ORDERED)


async def _write_lists(act: Act, draw: str, order: ItemOrder) -> None:
    for place, one in enumerate(order.strata):
        ident = f"{draw}/{place}"
        plain = msgspec.json.encode(one.listed())
        sealed = ring().fields.seal(plain, entries_context(ident))
        await DrawList.insert(
            DrawList(id=ident, draw=draw, stratum=place, entries=sealed, act=act.id)
        )
