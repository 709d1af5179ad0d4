"""`daylight blind`: blind entries from the command line."""

import click

from oversight.remote import Remote, remote


@click.group("blind")
def blind() -> None:
    """Blind entries: what hides how many sealed bids arrived."""


@blind.command("pads")
@click.argument("index", type=click.IntRange(min=0))
@remote
def pads(service: Remote, index: int) -> None:
    """Open the pads of the blind entry at INDEX (auditors, after the last closing)."""
    found = service.get(f"/v1/ledger/blinds/{index}/pads")
    closed = len(found["leaves"]) - len(found["pads"])
    service.show(found, f"{index}  {len(found['pads'])} pads, {closed} receipts  {found['root']}")
