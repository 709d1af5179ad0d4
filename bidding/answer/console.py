"""`daylight draw seats|proposals|recuse|dismiss`: what becomes of seats, from the command line."""

from typing import Any

import click

from bidding.answer.rules import DISMISSAL_REASONS
from bidding.draw.console import draw
from bidding.recusal.rules import RecusalGround
from oversight.remote import Remote, remote


@draw.command("seats")
@click.argument("draw_id")
@remote
def seats(service: Remote, draw_id: str) -> None:
    """Show seat numbers and states; who sits there is told to nobody."""
    found = list(service.items(f"/v1/draws/{draw_id}/seats"))
    service.show(found, *map(_seat, found))


@draw.command("proposals")
@click.argument("draw_id")
@click.option("--waiting", is_flag=True, help="Only those that wait for a countersignature.")
@remote
def proposals(service: Remote, draw_id: str, waiting: bool) -> None:
    """List what is said to have become of lines, oldest first."""
    every = service.items(f"/v1/draws/{draw_id}/proposals")
    found = [one for one in every if not waiting or one["state"] == "waiting"]
    service.show(found, *map(_proposal, found))


@draw.command("recuse")
@click.argument("draw_id")
@click.option("--line", type=int, required=True, help="Number of the line, from 0.")
@click.option("--ground", type=click.Choice([one.value for one in RecusalGround]), required=True)
@click.option("--note", default="", help="What it rests on: name documents, not people.")
@remote
def recuse(service: Remote, draw_id: str, line: int, ground: str, note: str) -> None:
    """Propose that the expert on a line stays away, on a ground that came out after the draw."""
    body = {"line": line, "ground": ground, "note": note}
    made = service.post(f"/v1/draws/{draw_id}/recusals", body)
    service.show(made, _proposal(made))


@draw.command("dismiss")
@click.argument("proposal")
@click.option("--reason", type=click.Choice(DISMISSAL_REASONS), required=True)
@remote
def dismiss(service: Remote, proposal: str, reason: str) -> None:
    """Refuse a proposal, or take back what the house proposed: the line stays seated."""
    made = service.post(f"/v1/proposals/{proposal}/dismissal", {"reason": reason})
    service.show(made, f"{made['proposal']}  {made['state']}")


def _seat(one: dict[str, Any]) -> str:
    line = "empty" if one["line"] is None else f"line {one['line']}"
    return f"seat {one['number']:3}  stratum {one['stratum']}  {line:10}  {one['state']}"


def _proposal(one: dict[str, Any]) -> str:
    said = f"line {one['line']}: {one['outcome']} ({one['cause']})"
    return f"{one['id']}  {said:36}  {one['state']}"


# The group of draws, to which these commands belong.
COMMANDS: tuple[click.Command, ...] = (draw,)
