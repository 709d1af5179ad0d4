"""`daylight draw order-items|items|failed`: draws from lists by the command line."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from bidding.draw.console import draw
from bidding.sheet.queries import open_sheet
from oversight.errors import RuleBroken
from oversight.remote import Remote, remote
from oversight.values.identifiers import check_uscc

ITEM_COLUMNS = ("item", "label")
SUPPLIER_COLUMNS = ("uscc", "name")
OPTIONAL_COLUMNS = ("party", "controller")

Line = dict[str, str]


def read_list(text: str, encoding: str = "") -> dict[str, Any]:
    """Read "lot-1=3=suppliers.csv": name of the list, seats, a table of suppliers or items.

    A table of suppliers has the columns uscc, name and perhaps controller; one of items has item,
    label and perhaps party.

    Raises:
        click.BadParameter: naming the line that is at fault.
        RuleBroken: as `open_sheet`.
    """
    name, _, rest = text.partition("=")
    seats, _, file = rest.partition("=")
    if not (name and seats.isascii() and seats.isdigit() and Path(file).is_file()):
        raise click.BadParameter(f"{text!r} is not NAME=SEATS=FILE")
    lines = list(_lines(Path(file), encoding))
    suppliers = bool(lines) and "uscc" in lines[0]
    return {"id": name, "seats": int(seats), "suppliers" if suppliers else "items": lines}


def _lines(path: Path, encoding: str) -> Iterator[Line]:
    with path.open("rb") as file:
        rows = open_sheet(file, _expected, encoding).rows()
        header = [str(value or "").strip() for value in next(rows).values]
        if not _expected(header):
            raise click.BadParameter(f"{path.name} has neither uscc and name nor item and label")
        for row in rows:
            if row.doubtful:
                raise click.BadParameter(f"{path.name}, line {row.number}: say its --encoding")
            cells = [str(value or "").strip() for value in row.values]
            line = {name: cell for name, cell in zip(header, cells, strict=False) if name}
            yield _checked(line, f"{path.name}, line {row.number}")


def _expected(header: Sequence[str]) -> bool:
    names = {name.strip() for name in header}
    return names >= set(SUPPLIER_COLUMNS) or names >= set(ITEM_COLUMNS)


def _checked(line: Line, where: str) -> Line:
    known = {*SUPPLIER_COLUMNS, *ITEM_COLUMNS, *OPTIONAL_COLUMNS}
    if unknown := sorted(line.keys() - known):
        raise click.BadParameter(f"{where}: no list has the column {unknown[0]}")
    if "uscc" in line:
        try:
            return line | {"uscc": check_uscc(line["uscc"])}
        except ValueError as fault:
            raise click.BadParameter(f"{where}: {fault}") from None
    return line


@draw.command("order-items")
@click.argument("subject")
@click.option("--purpose", required=True, help="supplier-invitation, tie-break, parameter, …")
@click.option("--rulebook", required=True, help="Edition under which the case began.")
@click.option("--list", "lists", multiple=True, required=True, help="NAME=SEATS=FILE (.csv, .xlsx)")
@click.option("--contributor", "contributors", multiple=True, required=True, help="Id of a party.")
@click.option("--day", required=True, help="Day for which it is drawn, as 2026-03-04.")
@click.option("--per-controller", type=int, help="Suppliers of one controller; by default one.")
@click.option("--encoding", type=click.Choice(["utf-8", "gb18030"]), help="Of the CSV files.")
@remote
def order_items(
    service: Remote,
    /,
    *,
    subject: str,
    purpose: str,
    rulebook: str,
    lists: tuple[str, ...],
    contributors: tuple[str, ...],
    day: str,
    per_controller: int | None,
    encoding: str | None,
) -> None:
    """Order a draw for SUBJECT (a tender, lot or programme) from lists in files."""
    try:
        strata = [read_list(text, encoding or "") for text in lists]
    except RuleBroken as refusal:
        raise click.ClickException(f"{refusal}") from None
    body: dict[str, Any] = {
        "subject": subject,
        "purpose": purpose,
        "rulebook": rulebook,
        "strata": strata,
        "contributors": list(contributors),
        "day": day,
    }
    if per_controller is not None:
        body["caps"] = {"controller": per_controller}
    made = service.post("/v1/item-draws", body)
    service.show(made, f"{made['draw']}  ordered, attempt {made['attempt']}")


@draw.command("items")
@click.argument("draw_id")
@remote
def items(service: Remote, draw_id: str) -> None:
    """Show a draw of items as everybody may watch it: the roster, then what was drawn."""
    found = service.get(f"/v1/draws/{draw_id}/items")
    roster = [f"  {one['stratum']}  {one['item']}  {one['label']}" for one in found["roster"]]
    result = [
        f"  {one['stratum']}  {one['place']}. {one['label']} ({one['item']})"
        for one in found["result"]
    ]
    state = f"{draw_id}  {found['draw']['purpose']}  {found['draw']['state']}"
    service.show(found, state, *(["drawn from:", *roster] if roster else []), *result)


@draw.command("failed")
@click.argument("draw_id")
@click.argument("line", type=int)
@click.option("--reason", required=True, help="Code, as no-answer or site-closed.")
@click.option("--note", default="", help="What it rests on; for countersigner and auditor alone.")
@remote
def failed(service: Remote, draw_id: str, line: int, reason: str, note: str) -> None:
    """Propose that the supplier or item on LINE makes way; a contributor countersigns it."""
    sent = {"line": line, "reason": reason, "note": note}
    made = service.post(f"/v1/draws/{draw_id}/failures", sent)
    service.show(made, f"{made['id']}  waits for a countersignature")


COMMANDS: tuple[click.Command, ...] = (draw,)
