"""`daylight draw print`: the record of a draw as a file."""

from pathlib import Path

import click

from bidding.draw.console import NEW_FILE, draw
from oversight.remote import Remote, remote


@draw.command("print")
@click.argument("ident", metavar="DRAW")
@click.option("--out", type=NEW_FILE, required=True, help="Where the PDF goes.")
@click.option("--remarks", default="", help="Printed as they are; name seats, not people.")
@remote
def print_record(service: Remote, ident: str, out: Path, remarks: str) -> None:
    """Print the record (抽取记录表) of a draw as it stands now."""
    made = service.post(f"/v1/draws/{ident}/sheets", {"remarks": remarks})
    out.write_bytes(service.file(f"/v1/draws/{ident}/sheets/{made['number']}"))
    service.show(made, f"record {made['number']}, sha256 {made['digest']}")


# The group of draws, to which this command belongs.
COMMANDS: tuple[click.Command, ...] = (draw,)
