"""Declaring and lifting recusals and absences."""

from typing import Any

from bidding.recusal import queries
from bidding.recusal.facts import AbsenceDeclared, Declared, Lifted
from bidding.recusal.rules import (
    DECLARE,
    DECLARED_FOR_ONESELF,
    LIFT,
    Against,
    check_period,
    read_against,
    read_ground,
)
from bidding.recusal.schema import AbsenceForm, DeclarationReceipt, RecusalForm
from bidding.recusal.tables import Absence, Recusal
from bidding.roster import queries as roster
from oversight.act import Act, begin
from oversight.authority.rules import Actor, Post, Role
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.ledger.facts import Fact
from oversight.values.names import normalise_name

NOW = Occasion()
BY_EXPERT = "expert"  # stands for the party of an expert in entries that he caused


async def declare_recusal(
    actor: Actor, expert: str, form: RecusalForm, occasion: Occasion = NOW
) -> DeclarationReceipt:
    """Declare that an expert stays away from an organisation or from one subject.

    Raises:
        RuleBroken: AGAINST_NAMED; GROUND_TYPED; EXPERT_KNOWN; DECLARED_FOR_ONESELF.
    """
    against = read_against(Against(form.uscc, form.name, form.subject))
    ground = read_ground(form.ground)
    async with begin(actor, DECLARE, occasion) as act:
        _check_oneself(actor, await roster.expert(expert))
        ident = act.new_id()
        fact = Declared(
            declaration=ident,
            ground=ground.value,
            against=act.conceal(
                "against",
                {"uscc": against.uscc, "name": against.name, "subject": against.subject},
            ),
            person=act.conceal("person", actor.person),
        )
        await _record(act, fact, expert)
        await Recusal.insert(
            Recusal(
                id=ident,
                expert=expert,
                ground=ground.value,
                uscc=against.uscc,
                name=against.name,
                plain=normalise_name(against.name),
                subject=against.subject,
                declared_at=act.at,
                act=act.id,
            )
        )
        return act.answered(DeclarationReceipt(act.id, ident, expert))


async def declare_absence(
    actor: Actor, expert: str, form: AbsenceForm, occasion: Occasion = NOW
) -> DeclarationReceipt:
    """Declare that an expert is not available from one day to another, both included.

    Raises:
        RuleBroken: PERIOD_SOUND; EXPERT_KNOWN; DECLARED_FOR_ONESELF.
    """
    async with begin(actor, DECLARE, occasion) as act:
        check_period(form.begins, form.ends, act.at.date())
        _check_oneself(actor, await roster.expert(expert))
        ident = act.new_id()
        period = {"begins": form.begins.isoformat(), "ends": form.ends.isoformat()}
        fact = AbsenceDeclared(
            declaration=ident,
            period=act.conceal("period", period),
            person=act.conceal("person", actor.person),
        )
        await _record(act, fact, expert)
        await Absence.insert(
            Absence(
                id=ident,
                expert=expert,
                begins=form.begins,
                ends=form.ends,
                declared_at=act.at,
                act=act.id,
            )
        )
        return act.answered(DeclarationReceipt(act.id, ident, expert))


async def lift(actor: Actor, declaration: str, occasion: Occasion = NOW) -> DeclarationReceipt:
    """End a recusal or an absence; what was declared stays on record.

    Raises:
        RuleBroken: DECLARATION_KNOWN.
    """
    async with begin(actor, LIFT, occasion) as act:
        table, expert = await queries.standing(declaration)
        person = act.conceal("person", actor.person)
        await act.record(Lifted(declaration=declaration, person=person), subject=expert)
        lifted = Recusal if table == "recusal" else Absence
        await lifted.update({"lifted_at": act.at}).where(lifted.id == declaration)
        return act.answered(DeclarationReceipt(act.id, declaration, expert))


def _check_oneself(actor: Actor, row: Any) -> None:
    if Post.POOL_KEEPER not in actor.posts and row["person"] != actor.person:
        raise RuleBroken(DECLARED_FOR_ONESELF, needed="one's own entry in the pool")


async def _record(act: Act, fact: Fact, expert: str) -> None:
    """Record what an expert declared: on his own behalf if he came himself."""
    if Post.POOL_KEEPER in act.actor.posts:
        await act.record(fact, subject=expert)
    else:
        await act.record(fact, subject=expert, actor=BY_EXPERT, role=Role.EXPERT.value)
