"""`daylight ceremony …`: the day of an evaluation, from the command line of each post."""

from pathlib import Path
from typing import Any, TextIO

import click

from bidding.ceremony.rules import APPLICANT, OPERATOR, SUPERVISOR
from bidding.suspension.rules import Cause
from oversight.remote import Remote, json_of, remote

POSTS = click.Choice([APPLICANT, OPERATOR, SUPERVISOR])


@click.group("ceremony")
def ceremony() -> None:
    """The day of an evaluation: rooms, representatives, the sealed list, suspensions, the end."""


@ceremony.command("screen")
@click.argument("draw")
@click.option("--as", "post", type=POSTS, required=True, help="The post that you hold.")
@remote
def screen(service: Remote, /, draw: str, post: str) -> None:
    """Show what is done for DRAW, what is waited for, and what you may do next."""
    seen = service.get(f"/v1/draws/{draw}/screens/{post}")
    waits = [f"  waits: {one['task']} by {', '.join(one['by'])}" for one in seen["waits"]]
    held = seen["suspension"]
    stopped = [f"  SUSPENDED: {held['form_zh']} ({held['cause']})"] if held else []
    cards = [f"  card {one['number']}: {one['cause']} {one['at']}" for one in seen["turned_away"]]
    service.show(
        seen,
        f"{draw}  {seen['state']}  signed in: {seen['arrived']} of {seen['expected']}",
        f"  done:  {', '.join(seen['done'])}",
        *waits,
        *stopped,
        *cards,
        f"  you may: {', '.join(seen['may'])}",
    )


@ceremony.command("rooms")
@click.argument("draw")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@remote
def rooms(service: Remote, /, draw: str, file: TextIO) -> None:
    """Plan the rooms of DRAW as FILE (JSON as the API takes it; - for standard input) says."""
    made = service.post(f"/v1/draws/{draw}/venue", json_of(file))
    kind = "remote" if made["remote"] else "one site"
    service.show(made, f"plan {made['number']}: {kind}")


@ceremony.command("representative")
@click.argument("draw")
@click.option("--letter", metavar="SHA256", required=True, help="Of the letter of authority.")
@click.option("--declaration", metavar="SHA256", required=True, help="Of the declaration.")
@remote
def representative(service: Remote, /, draw: str, **papers: str) -> None:
    """Name a representative for DRAW; name and identity number are asked for."""
    body = {
        "name": click.prompt("Name", err=True),
        "id_number": click.prompt("Identity number", hide_input=True, err=True),
        **papers,
    }
    made = service.post(f"/v1/draws/{draw}/representatives", body)
    service.show(made, f"{made['id']}  {made['state']}")


@ceremony.command("seal-list")
@click.argument("draw")
@remote
def seal_list(service: Remote, /, draw: str) -> None:
    """Seal who sits in which room of DRAW."""
    _list(service, service.post(f"/v1/draws/{draw}/sealed-lists"))


@ceremony.command("open-list")
@click.argument("draw")
@click.option("--reason", help="Coded; for a supervisor, before all signed in.")
@remote
def open_list(service: Remote, /, draw: str, reason: str | None) -> None:
    """Open the newest sealed list of DRAW."""
    body = {"reason": reason} if reason else {}
    _list(service, service.post(f"/v1/draws/{draw}/sealed-lists/openings", body))


@ceremony.command("list")
@click.argument("draw")
@click.argument("number", type=int)
@remote
def show_list(service: Remote, /, draw: str, number: int) -> None:
    """Show list NUMBER of DRAW once it is opened; that it was shown is on record."""
    found = service.get(f"/v1/draws/{draw}/sealed-lists/{number}")
    lines = [f"  {one['site']} {one['room']}  {one['name']}" for one in found["members"]]
    service.show(found, f"list {number}, opened {found['about']['opened_at']}", *lines)


@ceremony.command("suspend")
@click.argument("draw")
@click.option("--cause", type=click.Choice([one.value for one in Cause]), required=True)
@click.option("--account", required=True, help="What happened; name seats, not people.")
@remote
def suspend(service: Remote, /, draw: str, **order: str) -> None:
    """Suspend the evaluation of DRAW."""
    made = service.post(f"/v1/draws/{draw}/suspensions", order)
    service.show(made, f"suspended: {made['form_zh']} ({made['form_en']})")


@ceremony.command("resume")
@click.argument("draw")
@click.option("--form", metavar="SHA256", required=True, help="Of the form that both sign.")
@remote
def resume(service: Remote, /, draw: str, form: str) -> None:
    """Agree to resume DRAW; the second of operator and supervisor ends the suspension."""
    made = service.post(f"/v1/draws/{draw}/resumptions", {"form": form})
    service.show(made, "resumed" if made["resumed_at"] else f"agreed by the {made['agreed']}")


@ceremony.command("witness")
@click.argument("draw")
@click.option("--recording", metavar="SHA256", required=True)
@click.option("--place", required=True, help="Where the file is kept.")
@click.option("--from", "started_at", required=True, metavar="INSTANT")
@click.option("--to", "ended_at", required=True, metavar="INSTANT")
@click.option("--statement", type=click.Path(path_type=Path, exists=True), required=True)
@remote
def witness(service: Remote, /, draw: str, statement: Path, **form: str) -> None:
    """Vouch, as the supervisor, for a recording of DRAW."""
    words = statement.read_text(encoding="utf-8")
    made = service.post(f"/v1/draws/{draw}/recordings", {**form, "statement": words})
    service.show(made, f"recording {made['number']}")


@ceremony.command("head")
@click.argument("draw")
@click.option("--line", type=int, help="Of the walk, from 0.")
@click.option("--representative", metavar="ID")
@remote
def head(service: Remote, /, draw: str, **form: Any) -> None:
    """Record the head whom the members of DRAW elected."""
    body = {name: value for name, value in form.items() if value is not None}
    made = service.post(f"/v1/draws/{draw}/heads", body)
    service.show(made, f"head recorded {made['at']}")


@ceremony.command("conclude")
@click.argument("draw")
@click.option("--remarks", default="", help="For the draw record; name no people.")
@remote
def conclude(service: Remote, /, draw: str, remarks: str) -> None:
    """Record that the evaluation of DRAW is over."""
    made = service.post(f"/v1/draws/{draw}/conclusion", {"remarks": remarks})
    service.show(made, f"concluded {made['at']}")


def _list(service: Remote, made: dict[str, Any]) -> None:
    opened = f", opened {made['opened_at']}" if made["opened_at"] else ""
    service.show(made, f"list {made['number']}  {made['digest']}{opened}")
