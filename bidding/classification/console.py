"""`daylight catalogue …`: the lists of codes from the command line."""

from pathlib import Path

import click

from bidding.classification.rules import Kind
from oversight.remote import Remote, remote

KINDS = click.Choice([kind.value for kind in Kind])


@click.group("catalogue")
def catalogue() -> None:
    """Specialty trees and regions."""


@catalogue.command("list")
@remote
def list_lists(service: Remote) -> None:
    """List the lists in use, with version and source."""
    found = service.get("/v1/classification/lists")["items"]
    service.show(
        found,
        *(
            f"{one['kind']:8} {one['version']}  {one['codes']} codes  {one['source']}"
            f"{'  (seed)' if one['seed'] else ''}"
            for one in found
        ),
    )


@catalogue.command("codes")
@click.argument("kind", type=KINDS)
@click.option("--begins", default="", help="Only codes that begin so.")
@remote
def codes(service: Remote, kind: str, begins: str) -> None:
    """List the codes of the list KIND."""
    query = {"begins": begins} if begins else {}
    found = list(service.items(f"/v1/classification/lists/{kind}/codes", **query))
    service.show(found, *(f"{one['code']:10} {one['name']}" for one in found))


@catalogue.command("import")
@click.argument("kind", type=KINDS)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--version", required=True, help="A name for this version.")
@click.option("--source", required=True, help="Document that the list is from.")
@remote
def import_list(service: Remote, kind: str, file: Path, version: str, source: str) -> None:
    """Import a version of the list KIND from FILE, UTF-8 CSV; it replaces the one before."""
    text = file.read_text("utf-8-sig")
    order = {"kind": kind, "version": version, "source": source, "csv": text}
    made = service.post("/v1/classification/lists", order)
    service.show(made, f"{made['kind']} {made['version']}: {made['codes']} codes")


COMMANDS: tuple[click.Command, ...] = (catalogue,)
