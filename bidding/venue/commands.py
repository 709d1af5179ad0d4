"""Planning the rooms of an evaluation."""

import msgspec

from bidding.draw import queries as draws
from bidding.draw.rules import Step, advance, check_experts
from bidding.suspension.queries import check_running
from bidding.venue import queries
from bidding.venue.facts import Planned
from bidding.venue.rules import PLAN_VENUE, Plan, check_plan
from bidding.venue.schema import PlanForm, PlanView
from bidding.venue.tables import VenuePlan
from oversight.act import begin
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.identity import queries as identity


async def plan_venue(actor: Actor, draw: str, form: PlanForm, occasion: Occasion) -> PlanView:
    """Say which seat of a draw sits in which room of which site; the newest plan counts.

    Raises:
        RuleBroken: DRAW_EXISTS; EXPERTS_DRAWN; STEP_LAWFUL before the draw or after its end;
            NOT_SUSPENDED; PARTY_KNOWN; PLAN_SOUND.
    """
    async with begin(actor, PLAN_VENUE, occasion) as act:
        found = await draws.case(draw, lock=True)
        check_experts(found.purpose)
        advance(found.state, Step.ANSWER)
        await check_running(found)
        plan = msgspec.convert(msgspec.to_builtins(form), Plan)
        for site in plan.sites:
            await identity.party(site.party)
        check_plan(plan, await identity.center(), *await queries.seats_of(found))
        number = await queries.plans(draw) + 1
        told = {"plan": msgspec.to_builtins(plan), "person": actor.person}
        fact = Planned(draw=draw, number=number, plan=act.conceal("plan", told))
        await act.record(fact, subject=found.subject)
        await VenuePlan.insert(
            VenuePlan(
                id=f"{draw}/{number}",
                draw=draw,
                number=number,
                plan=msgspec.json.encode(plan).decode(),
                person=actor.person,
                act=act.id,
            )
        )
        return act.answered(await queries.plan_view(draw))
