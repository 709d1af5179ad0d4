"""`daylight external-draw …`: draws made elsewhere from the command line."""

from typing import Any, TextIO

import click

from oversight.remote import Remote, json_of, remote


@click.group("external-draw")
def external_draw() -> None:
    """Draws that a provincial terminal made."""


@external_draw.command("record")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@remote
def record(service: Remote, file: TextIO) -> None:
    """Record the draw that FILE (JSON as the API takes it; - for standard input) describes."""
    made = service.post("/v1/external-draws", json_of(file))
    service.show(made, *_lines(made))


@external_draw.command("show")
@click.argument("draw")
@remote
def show(service: Remote, draw: str) -> None:
    """Show DRAW with its verdict."""
    found = service.get(f"/v1/external-draws/{draw}")
    service.show(found, *_lines(found))


def _lines(one: dict[str, Any]) -> list[str]:
    outcomes = ", ".join(f"{code} {count}" for code, count in one["outcomes"].items())
    return [
        f"{one['id']}  {one['terminal']} {one['terminal_number']}  {one['drawn_at']}",
        f"  calls: {outcomes}",
        f"  verdict: {one['verdict']['zh']} ({one['verdict']['en']})",
    ]


COMMANDS: tuple[click.Command, ...] = (external_draw,)
