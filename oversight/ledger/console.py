"""`daylight act`: how far an act has come, and the proofs of its entries."""

from pathlib import Path
from typing import Any

import click

from oversight.remote import Remote, remote


@click.group("act")
def act() -> None:
    """What became of an act. Every command that writes tells its act on standard error."""


@act.command("show")
@click.argument("act_id", metavar="ACT")
@remote
def show(service: Remote, act_id: str) -> None:
    """Show how far each entry of ACT has come: recorded, covered by a checkpoint, in effect."""
    found = service.get(f"/v1/ledger/acts/{act_id}")
    service.show(found, f"{act_id}  {found['state']}", *map(_line, found["entries"]))


@act.command("prove")
@click.argument("act_id", metavar="ACT")
@click.argument("n", type=click.IntRange(min=0), default=0)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; by default the screen.",
)
@remote
def prove(service: Remote, act_id: str, n: int, out: Path | None) -> None:
    """Fetch the proof (`.tlog-proof`, C2SP) of the N-th entry of ACT, counted from 0.

    It says that the entry stands under the newest checkpoint in effect or, before there is one,
    under the newest that is signed.
    """
    entries = service.get(f"/v1/ledger/acts/{act_id}")["entries"]
    if n >= len(entries):
        raise click.UsageError(f"the act has {len(entries)} entries, counted from 0")
    if entries[n]["index"] is None:
        raise click.ClickException("no checkpoint covers the entry yet: ask again in a moment")
    text = service.get(f"/v1/ledger/entries/{entries[n]['index']}/proof")
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    click.echo(f"{out}: entry {entries[n]['index']}, {entries[n]['state']}", err=True)


def _line(one: dict[str, Any]) -> str:
    place = "" if one["index"] is None else f"  entry {one['index']} of {one['checkpoint_size']}"
    return f"{one['n']}  {one['kind']}  {one['state']}{place}"
