"""Doors to appointments."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.appointment import commands, queries
from bidding.appointment.rules import (
    ASK_APPOINTMENT,
    DECIDE_APPOINTMENT,
    SEE_APPOINTEES,
    SEE_APPOINTMENTS,
)
from bidding.appointment.schema import AppointeesView, AppointmentForm, AppointmentView
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

TAGS = ["appointments"]


@post(
    "/v1/appointments",
    opt={"permission": ASK_APPOINTMENT},
    operation_id="askAppointment",
    summary="Ask to appoint experts",
    tags=TAGS,
)
async def post_appointment(
    data: JSONBody[AppointmentForm],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> AppointmentView:
    """Ask the authority to let experts be appointed whom a draw cannot give (procurement law)."""
    return await commands.ask_appointment(actor, data, occasion)


@post(
    "/v1/appointments/{appointment:str}/approve",
    opt={"permission": DECIDE_APPOINTMENT},
    operation_id="approveAppointment",
    summary="Approve an appointment",
    tags=TAGS,
)
async def post_approval(
    appointment: IdInPath, actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> AppointmentView:
    """Approve as the authority: logged as appointed, never as drawn."""
    return await commands.approve_appointment(actor, appointment, occasion)


@post(
    "/v1/appointments/{appointment:str}/refuse",
    opt={"permission": DECIDE_APPOINTMENT},
    operation_id="refuseAppointment",
    summary="Refuse an appointment",
    tags=TAGS,
)
async def post_refusal(
    appointment: IdInPath, actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> AppointmentView:
    """Refuse as the authority."""
    return await commands.refuse_appointment(actor, appointment, occasion)


@get(
    "/v1/appointments/{appointment:str}",
    opt={"permission": SEE_APPOINTMENTS},
    operation_id="getAppointment",
    summary="Show an appointment",
    tags=TAGS,
)
async def get_appointment(appointment: IdInPath) -> AppointmentView:
    """Show that experts were appointed, how many and on which ground; not who."""
    return await queries.appointment(appointment)


@get(
    "/v1/appointments/{appointment:str}/experts",
    opt={"permission": SEE_APPOINTEES},
    operation_id="getAppointees",
    summary="Show who is to be appointed",
    tags=TAGS,
)
async def get_appointees(appointment: IdInPath) -> AppointeesView:
    """Show ids and reason to those who decide and those who audit."""
    return await queries.appointees_of(appointment)
