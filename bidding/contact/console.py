"""`daylight contact`: inviting those who were drawn, and answering an invitation."""

from typing import Any

import click

from bidding.invitation.rules import DECLINE_REASONS, LEAVE_REASONS, Response
from oversight.remote import Remote, remote


@click.group("contact")
def contact() -> None:
    """Invitations: seat numbers and states, never names."""


@contact.command("open")
@click.argument("draw_id")
@click.option("--hour", type=click.IntRange(0, 23), required=True, help="Of the start, local time.")
@click.option("--hours", type=click.IntRange(1, 240), required=True, help="Length, about.")
@click.option("--region", required=True, help="GB/T 2260 code of the place.")
@click.option("--remote-evaluation", is_flag=True, help="Exempt from working days before.")
@remote
def open_contact(
    service: Remote, /, *, draw_id: str, hour: int, hours: int, region: str, remote_evaluation: bool
) -> None:
    """Begin to invite everybody who holds a seat; the service rings from now on."""
    body = {"hour": hour, "hours": hours, "region": region, "remote": remote_evaluation}
    made = service.post(f"/v1/draws/{draw_id}/contact", body)
    missed = f"  soft figures not kept: {', '.join(made['missed'])}" if made["missed"] else ""
    service.show(made, f"{made['invited']} invited{missed}")


@contact.command("show")
@click.argument("draw_id")
@remote
def show(service: Remote, draw_id: str) -> None:
    """Show each seat and how far its invitation is."""
    found = service.get(f"/v1/draws/{draw_id}/contact")
    service.show(found, *map(_seat, found["seats"]))


@contact.command("unreachable")
@click.argument("draw_id")
@click.argument("line", type=click.IntRange(min=0))
@remote
def unreachable(service: Remote, draw_id: str, line: int) -> None:
    """Propose that LINE is unreachable; refused with what is missing until tries are used up."""
    made = service.post(f"/v1/draws/{draw_id}/contact/{line}/unreachable")
    service.show(made, f"proposed: {made['proposal']}")


@contact.command("offer")
@click.option("--secret", prompt=True, hide_input=True, help="Code, or end of the link.")
@remote
def offer(service: Remote, secret: str) -> None:
    """Show an expert what his code or link is for."""
    found = service.post("/v1/answers/offers", {"secret": secret})
    told = [f"{name}: {found[name]}" for name in ("day", "hour", "hours", "region")]
    service.show(found, *told, "may answer: " + ", ".join(found["answers"]))


@contact.command("answer")
@click.argument("answer", type=click.Choice([one.value for one in Response]))
@click.option(
    "--reason",
    default="",
    type=click.Choice(["", *dict.fromkeys((*DECLINE_REASONS, *LEAVE_REASONS))]),
    help="To decline, or to ask for leave.",
)
@click.option("--secret", prompt=True, hide_input=True, help="Code, or end of the link.")
@remote
def answer(service: Remote, /, *, answer: str, reason: str, secret: str) -> None:
    """Answer an invitation as its expert, with the code or the link that came."""
    body = {"secret": secret, "answer": answer, "reason": reason}
    made = service.post("/v1/answers", body)
    service.show(made, f"{made['answer']}  {made['at']}")


def _seat(one: dict[str, Any]) -> str:
    line = "-" if one["line"] is None else one["line"]
    tries = f"{one['tries']}/{one['tries_of']}"
    return f"seat {one['seat']:3}  line {line:>4}  {one['state']:12}  {tries}  {one['next_at']}"


COMMANDS: tuple[click.Command, ...] = (contact,)
