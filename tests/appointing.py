"""An agent that appoints experts under the procurement law, on the stage of a draw."""

from __future__ import annotations

import msgspec

from bidding.appointment.commands import ask_appointment
from bidding.appointment.schema import AppointmentForm
from bidding.committee.commands import form_committee
from bidding.committee.schema import CommitteeForm
from oversight.authority.rules import Post, Role
from oversight.configuration import use_settings
from oversight.database import run

LAW = "P-2025"


def agent(stage):
    return stage.actor(Role.AGENT, Post.DRAW_APPLICANT, Post.DRAW_CONTRIBUTOR)


async def form_by_agent(stage, tender="tender-p", rulebook=LAW, size=5):
    """Let the agent form a committee under the procurement law; the stage's next draw is for it."""
    editions = dict.fromkeys([*stage.house.settings.editions, LAW])
    stage.house.settings = msgspec.structs.replace(stage.house.settings, editions=tuple(editions))
    use_settings(stage.house.settings)
    form = CommitteeForm(tender=tender, lots=["1"], rulebook=rulebook, size=size, representatives=1)
    made = await form_committee(agent(stage), form, stage.house.occasion())
    stage.committee = made.id
    await stage.house.settle()
    return made


async def some_experts(count, first=0):
    rows = await run("SELECT id FROM expert WHERE status = 'admitted' ORDER BY id")
    return [row["id"] for row in rows][first : first + count]


async def ask_to_appoint(stage, tender="tender-p", experts=None, **changes):
    """Form a committee as the agent, and ask to appoint experts to all its seats."""
    committee = await form_by_agent(stage, tender)
    form = AppointmentForm(
        committee=committee.id,
        experts=experts or await some_experts(4),
        ground="technically-complex",
        reason="A particle accelerator.",
    )
    made = await ask_appointment(
        agent(stage), msgspec.structs.replace(form, **changes), stage.house.occasion()
    )
    await stage.house.settle()
    return made
