"""`daylight sign-in …`: the clerk's door, and what operator and supervisor say of it."""

from typing import Any

import click

from oversight.remote import Remote, remote

METHODS = click.Choice(["card-reader", "document-seen", "biometric"])


@click.group("sign-in")
def sign_in() -> None:
    """Cards at the door: expected or not. There is no list."""


@sign_in.command("card")
@click.argument("draw")
@click.option("--method", type=METHODS, default="document-seen", show_default=True)
@click.option("--reference", metavar="SHA256", help="Of a biometric check's record.")
@click.option("--another-person", is_flag=True, help="The card is not its bearer's.")
@remote
def card(
    service: Remote, /, draw: str, method: str, reference: str | None, another_person: bool
) -> None:
    """Check a card for DRAW; its number is asked for, and not shown."""
    body = {"id_number": _number(), "method": method, "own": not another_person}
    if reference:
        body["reference"] = reference
    _answer(service, service.post(f"/v1/draws/{draw}/sign-ins", body))


@sign_in.command("out")
@click.argument("draw")
@remote
def out(service: Remote, /, draw: str) -> None:
    """Sign out the bearer of a card; its number is asked for, and not shown."""
    _answer(service, service.post(f"/v1/draws/{draw}/sign-outs", {"id_number": _number()}))


@sign_in.command("absent")
@click.argument("draw")
@remote
def absent(service: Remote, /, draw: str) -> None:
    """Propose `absent` for all who did not come to DRAW in time."""
    _proposed(service, service.post(f"/v1/draws/{draw}/absences"))


@sign_in.command("departed")
@click.argument("draw")
@click.option("--line", type=int, required=True, help="Of the walk, from 0.")
@click.option("--outcome", type=click.Choice(["left", "removed"]), required=True)
@click.option("--reason", required=True, help="Coded: illness, emergency, misconduct, …")
@remote
def departed(service: Remote, /, draw: str, **order: Any) -> None:
    """Propose that the expert on a line left, or is removed."""
    _proposed(service, service.post(f"/v1/draws/{draw}/departures", order))


def _number() -> str:
    return str(click.prompt("Identity number", hide_input=True, err=True))


def _answer(service: Remote, found: dict[str, Any]) -> None:
    room = f"  {found['room']}" if found["room"] else ""
    service.show(found, f"{found['told']}{room}  {found['zh']} ({found['en']})")


def _proposed(service: Remote, made: dict[str, Any]) -> None:
    lines = [f"line {one['line']}: {one['outcome']} ({one['state']})" for one in made["items"]]
    service.show(made, *lines)
