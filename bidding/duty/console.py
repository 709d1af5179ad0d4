"""`daylight duty`: the duty roster of supervisors from the command line."""

from typing import Any

import click

from oversight.remote import Remote, remote


@click.group("duty")
def duty() -> None:
    """Who of a supervisor's office is on duty when."""


@duty.command("plan")
@click.option("--person", required=True, help="Id of who is on duty.")
@click.option("--deputy", required=True, help="Id of who stands in.")
@click.option("--from", "starts", required=True, help="As 2026-03-04T00:30:00Z.")
@click.option("--to", "ends", required=True, help="As 2026-03-04T10:00:00Z.")
@remote
def plan(service: Remote, person: str, deputy: str, starts: str, ends: str) -> None:
    """Plan a shift for one's own office."""
    body = {"person": person, "deputy": deputy, "starts": starts, "ends": ends}
    made = service.post("/v1/duty", body)
    service.show(made, _line(made))


@duty.command("list")
@click.option("--party", default="", help="Only this office.")
@remote
def list_shifts(service: Remote, party: str) -> None:
    """List shifts, newest planned first."""
    found = list(service.items("/v1/duty", party=party))
    service.show(found, *map(_line, found))


@duty.command("now")
@click.argument("party")
@remote
def now(service: Remote, party: str) -> None:
    """Show who is on duty at PARTY."""
    found = list(service.items("/v1/duty/now", party=party))
    service.show(found, *map(_line, found))


@duty.command("hand-over")
@click.argument("shift")
@remote
def hand_over(service: Remote, shift: str) -> None:
    """Let the deputy take over for the rest of SHIFT."""
    made = service.post(f"/v1/duty/{shift}/hand-over")
    service.show(made, _line(made))


@duty.command("cancel")
@click.argument("shift")
@remote
def cancel(service: Remote, shift: str) -> None:
    """Let SHIFT fall away."""
    made = service.post(f"/v1/duty/{shift}/cancel")
    service.show(made, _line(made))


def _line(one: dict[str, Any]) -> str:
    people = f"{one['person_name']} (deputy {one['deputy_name']})"
    return f"{one['id']}  {one['starts']} to {one['ends']}  {people}  {one['state']}"


COMMANDS: tuple[click.Command, ...] = (duty,)
