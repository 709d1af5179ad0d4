"""`daylight experts show|readings|digest-readings`."""

import click

from bidding.reading.rules import PROTECTED
from oversight.remote import Remote, remote


@click.command("show")
@click.argument("expert")
@click.option(
    "--field", "fields", type=click.Choice(PROTECTED), multiple=True, default=("name",),
    show_default=True, help="What to see; repeatable.",
)  # fmt: skip
@click.option("--purpose", required=True, help="Why; it is on record with the showing.")
@remote
def show(service: Remote, expert: str, fields: tuple[str, ...], purpose: str) -> None:
    """Show protected fields of EXPERT. That they were shown is on record."""
    asked = {"fields": list(fields), "purpose": purpose}
    shown = service.post(f"/v1/roster/experts/{expert}/showings", asked)
    service.show(shown, *(f"{field}: {shown[field]}" for field in fields))


@click.command("readings")
@click.option("--expert", default="", help="Only of this expert.")
@remote
def readings(service: Remote, expert: str) -> None:
    """List who saw which protected fields, newest first."""
    query = {"expert": expert} if expert else {}
    found = list(service.items("/v1/roster/readings", **query))
    service.show(
        found,
        *(f"{one['at']}  {one['person']}  {one['fields']}  {one['purpose']}" for one in found),
    )


@click.command("digest-readings")
@click.argument("day", metavar="YYYY-MM-DD")
@remote
def digest_readings(service: Remote, day: str) -> None:
    """Put the digest of a DAY's showings (UTC) on the log."""
    made = service.post("/v1/roster/reading-digests", {"day": day})
    service.show(made, f"{made['readings']} readings of {made['day']}: {made['sha256']}")


COMMANDS: tuple[click.Command, ...] = (show, readings, digest_readings)
