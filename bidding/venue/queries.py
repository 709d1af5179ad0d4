"""Questions about rooms."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bidding.committee import queries as committees
from bidding.draw.rules import Case
from bidding.draw_record.queries import readable
from bidding.venue.rules import PLAN_KNOWN, Plan
from bidding.venue.schema import PlanForm, PlanView
from bidding.venue.tables import VenuePlan
from oversight.authority.rules import Actor
from oversight.errors import RuleBroken


async def plan(draw: str) -> tuple[int, Plan]:
    """Return number and content of the plan that counts.

    Raises:
        RuleBroken: PLAN_KNOWN.
    """
    row = await _newest(draw)
    if row is None:
        raise RuleBroken(PLAN_KNOWN, needed="planning the rooms of this draw")
    return row["number"], read(row["plan"])


async def plans(draw: str) -> int:
    """Return how many plans there are."""
    return int(await VenuePlan.count().where(VenuePlan.draw == draw))


async def plan_view(draw: str) -> PlanView:
    """Return the plan that counts as it is shown; raises as `plan`."""
    row = await _newest(draw)
    if row is None:
        raise RuleBroken(PLAN_KNOWN, needed="planning the rooms of this draw")
    made = read(row["plan"])
    form = msgspec.convert(msgspec.to_builtins(made), PlanForm)
    return PlanView(draw, row["number"], made.remote, form.sites, row["act"])


async def plan_for(actor: Actor, draw: str) -> PlanView:
    """Return the plan to those who may read the draw; raises READER_ENTITLED, and as `plan`."""
    await readable(actor, draw)
    return await plan_view(draw)


async def seats_of(found: Case) -> tuple[int, int]:
    """Return the number of seats of a draw, and of members whom the buyer sends to it.

    Representatives sit with the draw that a supplement completes.
    """
    sent = 0 if found.of else (await committees.committee(found.subject)).representatives
    return sum(count for _, count in found.strata), sent


def read(text: str) -> Plan:
    """Return a plan as its row keeps it."""
    return msgspec.json.decode(text, type=Plan)


async def _newest(draw: str) -> Mapping[str, Any] | None:
    return (
        await VenuePlan.select()
        .where(VenuePlan.draw == draw)
        .order_by(VenuePlan.number, ascending=False)
        .first()
    )
