"""Forming a body that evaluates."""

from bidding.committee import queries, rules
from bidding.committee.facts import Formed
from bidding.committee.rules import FORM_COMMITTEE, Composition
from bidding.committee.schema import CommitteeForm, CommitteeView
from bidding.committee.tables import Committee, CommitteeLot
from oversight.act import Act, begin
from oversight.authority.rules import Actor
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.rulebook.queries import edition_in_force


async def form_committee(actor: Actor, form: CommitteeForm, occasion: Occasion) -> CommitteeView:
    """Form a body for a tender and its lots, put it on the log, all or nothing.

    Raises:
        RuleBroken: the edition is not in force; the composition misses a hard figure; another body
            stands for one of the lots; the predecessor does not fit.
    """
    async with begin(actor, FORM_COMMITTEE, occasion) as act:
        lots = rules.check_lots(form.lots)
        advice = rules.check_composition(_composition(form), edition_in_force(form.rulebook))
        number = await _number(form, lots)
        formed = _view(act, form, lots, number, advice)
        await act.record(_fact(formed), subject=formed.id)
        await _write(act, formed)
        return act.answered(formed)


def _composition(form: CommitteeForm) -> Composition:
    budget = None if form.budget is None else form.budget.money()
    return Composition(form.body, form.size, form.representatives, budget, form.demanding)


async def _number(form: CommitteeForm, lots: list[str]) -> int:
    """Return the body's place in the line that it begins or continues."""
    predecessor, line = None, list[str]()
    if form.predecessor is not None:
        predecessor = await queries.standing(form.predecessor)
        line = await queries.line_of(form.predecessor)
    return rules.place_in_line(
        form.tender,
        form.body,
        form.rulebook,
        predecessor=predecessor,
        line=line,
        standing=await queries.standing_for(form.tender, lots, form.body),
    )


def _view(
    act: Act, form: CommitteeForm, lots: list[str], number: int, advice: list[str]
) -> CommitteeView:
    return CommitteeView(
        id=act.new_id(),
        tender=form.tender,
        lots=lots,
        body=form.body.value,
        number=number,
        predecessor=form.predecessor,
        rulebook=form.rulebook,
        size=form.size,
        representatives=form.representatives,
        party=act.actor.party,
        act=act.id,
        advice=advice,
    )


def _fact(formed: CommitteeView) -> Formed:
    return Formed(
        tender=formed.tender,
        lots=formed.lots,
        body=formed.body,
        number=formed.number,
        predecessor=formed.predecessor,
        rulebook=formed.rulebook,
        size=formed.size,
        representatives=formed.representatives,
    )


async def _write(act: Act, formed: CommitteeView) -> None:
    """Insert the rows; two that form the same body at once meet at the unique key."""
    await Committee.insert(
        Committee(
            id=formed.id,
            tender=formed.tender,
            body=formed.body,
            number=formed.number,
            predecessor=formed.predecessor,
            rulebook=formed.rulebook,
            size=formed.size,
            representatives=formed.representatives,
            party=formed.party,
            act=act.id,
        )
    )
    written = (
        await CommitteeLot.insert(
            *(
                CommitteeLot(
                    id=act.new_id(),
                    committee=formed.id,
                    tender=formed.tender,
                    lot=lot,
                    body=formed.body,
                    number=formed.number,
                    act=act.id,
                )
                for lot in formed.lots
            )
        )
        .on_conflict(action="DO NOTHING")
        .returning(CommitteeLot.id)
    )
    if len(written) != len(formed.lots):
        raise RuleBroken(rules.PREDECESSOR_NAMED, needed="the committee formed a moment ago")
