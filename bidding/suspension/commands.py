"""Suspending a draw with its evaluation, and resuming it by two people."""

from bidding.draw import queries as draws
from bidding.draw.rules import Case
from bidding.suspension import queries
from bidding.suspension.facts import Resumed, ResumptionAgreed, Suspended
from bidding.suspension.rules import (
    RESUME,
    SUSPEND,
    Cause,
    Side,
    Suspension,
    check_resuming,
    check_suspending,
    side_of,
)
from bidding.suspension.schema import ResumptionOrder, SuspensionOrder, SuspensionView
from bidding.suspension.tables import DrawSuspension
from oversight.act import Act, begin
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.keys.directory import ring


async def suspend(
    actor: Actor, draw: str, order: SuspensionOrder, occasion: Occasion
) -> SuspensionView:
    """Let everything rest that the protocol does not carry on by itself.

    Raises:
        RuleBroken: DRAW_EXISTS; CAUSE_CODED; FORM_SIGNER; SUSPENDED_ONCE.
    """
    session = queries.session_of(await draws.case(draw))
    async with begin(actor, SUSPEND, occasion) as act:
        found = await draws.case(session, lock=True)
        cause = check_suspending(actor, order.cause, found.state, await queries.standing(session))
        number = await queries.count(session) + 1
        details = {"cause": cause.value, "account": order.account, "person": actor.person}
        fact = Suspended(draw=session, number=number, details=act.conceal("details", details))
        await act.record(fact, subject=found.subject)
        await _write(act, found, number, cause, order.account)
        return act.answered(await queries.suspension_view(session, number))


async def _write(act: Act, found: Case, number: int, cause: Cause, account: str) -> None:
    ident = f"{found.id}/{number}"
    await DrawSuspension.insert(
        DrawSuspension(
            id=ident,
            draw=found.id,
            number=number,
            cause=cause.value,
            account=ring().fields.seal(account.encode(), queries.account_context(ident)),
            person=act.actor.person,
            suspended_at=act.at,
            side="",
            agreed_by="",
            agreement="",
            form="",
            resumed_by="",
            resumed_at=None,
            resumption="",
            act=act.id,
        )
    )


async def resume(
    actor: Actor, draw: str, order: ResumptionOrder, occasion: Occasion
) -> SuspensionView:
    """Agree to resume; the second of operator and supervisor ends the suspension.

    Raises:
        RuleBroken: DRAW_EXISTS; SUSPENSION_STANDS; BOTH_RESUME; ONE_FORM.
    """
    session = queries.session_of(await draws.case(draw))
    async with begin(actor, RESUME, occasion) as act:
        found = await draws.case(session, lock=True)
        standing, side = await queries.standing(session), side_of(actor)
        ends = check_resuming(standing, side, actor.person, order.form)
        assert standing is not None
        await (_end if ends else _agree)(act, found, standing, side, order.form)
        return act.answered(await queries.suspension_view(session, standing.number))


async def _agree(act: Act, found: Case, one: Suspension, side: Side, form: str) -> None:
    person = act.conceal("person", act.actor.person)
    fact = ResumptionAgreed(
        draw=one.draw, number=one.number, side=side.value, form=form, person=person
    )
    await act.record(fact, subject=found.subject)
    await DrawSuspension.update(
        {
            DrawSuspension.side: side.value,
            DrawSuspension.agreed_by: act.actor.person,
            DrawSuspension.agreement: act.id,
            DrawSuspension.form: form,
        }
    ).where(DrawSuspension.id == f"{one.draw}/{one.number}")


async def _end(act: Act, found: Case, one: Suspension, side: Side, form: str) -> None:
    assert side != one.side, "the other side was asked for"
    person = act.conceal("person", act.actor.person)
    fact = Resumed(draw=one.draw, number=one.number, form=form, person=person)
    await act.record(fact, subject=found.subject)
    await DrawSuspension.update(
        {
            DrawSuspension.resumed_by: act.actor.person,
            DrawSuspension.resumed_at: act.at,
            DrawSuspension.resumption: act.id,
        }
    ).where(DrawSuspension.id == f"{one.draw}/{one.number}")
