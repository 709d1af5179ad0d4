"""`daylight external-draw …`: draws made elsewhere from the command line."""

import json
from pathlib import Path
from typing import Any

import click

from oversight.remote import Remote

remote = click.make_pass_decorator(Remote)


@click.group("external-draw")
def external_draw() -> None:
    """Draws that a provincial terminal made."""


@external_draw.command("record")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@remote
def record(service: Remote, file: Path) -> None:
    """Record the draw that FILE (JSON, as the API takes it) describes."""
    made = service.post("/v1/external-draws", json.loads(file.read_text("utf-8")))
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
