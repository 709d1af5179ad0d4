"""`daylight appointment …`: experts whom a purchaser appoints, from the command line."""

from typing import Any

import click

from bidding.appointment.rules import AppointmentGround
from oversight.remote import Remote, remote

_GROUNDS = click.Choice([one.value for one in AppointmentGround])


@click.group("appointment")
def appointment() -> None:
    """Experts who are appointed under the procurement law, never drawn."""


@appointment.command("ask")
@click.argument("committee")
@click.option("--expert", "experts", multiple=True, required=True, help="Id in the pool.")
@click.option("--ground", type=_GROUNDS, required=True)
@click.option("--draw", "draw_id", help="For roster-too-small: the draw closed before its seal.")
@click.option("--reason", required=True, help="In words; kept encrypted.")
@remote
def ask(
    service: Remote,
    /,
    *,
    committee: str,
    experts: tuple[str, ...],
    ground: str,
    draw_id: str | None,
    reason: str,
) -> None:
    """Ask the authority to let experts be appointed to COMMITTEE."""
    body = {
        "committee": committee,
        "experts": list(experts),
        "ground": ground,
        "draw": draw_id,
        "reason": reason,
    }
    _shown(service, service.post("/v1/appointments", body))


@appointment.command("approve")
@click.argument("appointment_id")
@remote
def approve(service: Remote, appointment_id: str) -> None:
    """Approve as the authority: they take their seats, appointed and not drawn."""
    _shown(service, service.post(f"/v1/appointments/{appointment_id}/approve"))


@appointment.command("refuse")
@click.argument("appointment_id")
@remote
def refuse(service: Remote, appointment_id: str) -> None:
    """Refuse as the authority."""
    _shown(service, service.post(f"/v1/appointments/{appointment_id}/refuse"))


@appointment.command("show")
@click.argument("appointment_id")
@click.option("--experts", is_flag=True, help="Ids and reason, for those who decide or audit.")
@remote
def show(service: Remote, appointment_id: str, experts: bool) -> None:
    """Show an appointment; who it is only with --experts."""
    if not experts:
        _shown(service, service.get(f"/v1/appointments/{appointment_id}"))
        return
    found = service.get(f"/v1/appointments/{appointment_id}/experts")
    service.show(found, *found["experts"], found["reason"])


def _shown(service: Remote, made: dict[str, Any]) -> None:
    service.show(made, f"{made['id']}  {made['seats']} by {made['ground']}  {made['state']}")


COMMANDS: tuple[click.Command, ...] = (appointment,)
