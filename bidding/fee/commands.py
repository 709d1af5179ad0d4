"""Stating what experts are owed, and showing it with names."""

import msgspec

from bidding.draw import queries as draws
from bidding.fee import queries
from bidding.fee.facts import FeesStated
from bidding.fee.rules import STATE_FEES, Place, Statement, check_payer, fees
from bidding.fee.schema import FeeOrder, FeeReceipt, FeeView, StatementView
from bidding.fee.tables import FeeStatement
from bidding.sealed_list import queries as lists
from bidding.sealed_list.commands import show_list
from bidding.sealed_list.rules import LIST_OPEN, LIST_READER
from bidding.suspension.queries import session_of
from oversight.act import begin
from oversight.ambient import Clock, utc_now
from oversight.authority.rules import Actor
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.keys.directory import ring
from oversight.rulebook.rules import edition
from oversight.values.canonical import canonical
from oversight.values.money import Money, to_yuan_text


async def state_fees(actor: Actor, draw: str, order: FeeOrder, occasion: Occasion) -> FeeReceipt:
    """State what the experts of a concluded evaluation are owed.

    Raises:
        RuleBroken: DRAW_EXISTS; FEE_PAYER; FEES_DUE; TRAVEL_OWED.
    """
    async with begin(actor, STATE_FEES, occasion) as act:
        session = session_of(await draws.case(draw))
        found = await draws.case(session, lock=True)
        check_payer(actor.party, found.party)
        worked = await queries.worked(session)
        rate = order.rate.money().minor
        travel: dict[Place, int] = {}
        for one in order.travel:
            place = (one.draw or session, one.line)
            travel[place] = travel.get(place, 0) + one.amount.money().minor
        made = fees(worked, rate, travel, edition(found.rulebook).fee)
        told = Statement(session, actor.party, rate, order.basis, found.rulebook, made)
        number = await queries.count(session) + 1
        fact = FeesStated(
            draw=session,
            number=number,
            statement=act.conceal("statement", msgspec.to_builtins(told)),
            person=act.conceal("person", actor.person),
        )
        await act.record(fact, subject=found.subject)
        ident = f"{session}/{number}"
        sealed = ring().fields.seal(canonical(told), queries.statement_context(ident))
        await FeeStatement.insert(
            FeeStatement(
                id=ident, draw=session, number=number, statement=sealed,
                person=actor.person, act=act.id,
            )
        )  # fmt: skip
        return act.answered(FeeReceipt(session, number, act.id))


async def show_fees(actor: Actor, draw: str, number: int, clock: Clock = utc_now) -> StatementView:
    """Return a statement, with names for who may read the opened list, and that on record.

    Raises:
        RuleBroken: DRAW_EXISTS; READER_ENTITLED; FEES_KNOWN.
    """
    session = await lists.entitled(actor, draw)
    told, row = await queries.statement(session, number)
    names = await _names(actor, session, clock)
    return StatementView(
        draw=session,
        number=number,
        payer=told.payer,
        rate=_yuan(told.rate),
        basis=told.basis,
        edition=told.edition,
        fees=[
            FeeView(
                one.draw, one.line, names.get((one.draw, one.line), ""), one.minutes,
                one.paid_minutes, _yuan(one.gross), _yuan(one.tax), _yuan(one.travel),
                _yuan(one.net), one.forfeit,
            )
            for one in told.fees
        ],
        act=row["act"],
    )  # fmt: skip


async def _names(actor: Actor, session: str, clock: Clock) -> dict[tuple[str, int | None], str]:
    """Return the names of the newest list by draw and line; none to whom it stays closed."""
    newest = await lists.newest(session)
    if newest is None:
        return {}
    try:
        shown = await show_list(actor, session, newest["number"], clock)
    except RuleBroken as closed:
        if closed.rule not in (LIST_OPEN, LIST_READER):
            raise
        return {}
    return {(one.draw, one.line): one.name for one in shown.members}


def _yuan(fen: int) -> str:
    return to_yuan_text(Money(fen))
