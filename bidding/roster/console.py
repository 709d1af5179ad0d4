"""`daylight experts list|detail|add|admit|decline|propose|suspend|resume|remove|retire`."""

from typing import Any, TextIO

import click

from bidding.roster.rules import REASONS, Status, Step
from oversight.remote import Remote, json_of, remote


@click.command("list")
@click.option("--specialty", default="", help="Only those admitted for exactly this code.")
@click.option("--region", default="", help="Only this region and all within it (GB/T 2260).")
@click.option(
    "--status", default="", type=click.Choice(["", *Status]), help="Only with this standing."
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Stop after so many.",
)
@remote
def list_experts(service: Remote, specialty: str, region: str, status: str, limit: int) -> None:
    """List experts. Names, id numbers and phones are not in it: see `show`."""
    asked = {"specialty": specialty, "region": region, "status": status}
    found = []
    for one in service.items("/v1/roster/experts", **{k: v for k, v in asked.items() if v}):
        found.append(one)
        if len(found) >= limit:
            break
    service.show(found, *map(_line, found))


def _line(one: dict[str, Any]) -> str:
    codes = ",".join(one["specialties"])
    return f"{one['id']}  {one['status']:9}  {one['region']}  {codes}  {one['employer_name']}"


@click.command("find")
@click.option("--id-number", default="", help="Asked for when given as -.", metavar="NUMBER")
@click.option("--phone", default="", metavar="NUMBER")
@click.option("--name", default="", help="The whole name.")
@remote
def find_expert(service: Remote, id_number: str, phone: str, name: str) -> None:
    """Find an expert by id number, phone or whole name."""
    if id_number == "-":
        id_number = click.prompt("id number", hide_input=True)
    if not (id_number or phone or name):
        raise click.UsageError("say --id-number, --phone or --name")
    wanted = {"id_number": id_number, "phone": phone, "name": name}
    found = service.post("/v1/roster/searches", wanted)["items"]
    service.show(found, *map(_line, found))


@click.command("detail")
@click.argument("expert")
@remote
def detail(service: Remote, expert: str) -> None:
    """Show EXPERT with his history, without protected fields."""
    found = service.get(f"/v1/roster/experts/{expert}")
    steps = [
        f"  {one['at']}  {one['step']:8} → {one['status']}  {one['reason']}"
        for one in found["history"]
    ]
    former = [
        f"  left {one['until'] or '?'}: {one['name']} {one['uscc']}"
        for one in found["former_employers"]
    ]
    service.show(found, _line(found["expert"]), *steps, *former)


@click.command("add")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@remote
def add(service: Remote, file: TextIO) -> None:
    """Register the person whom FILE (JSON as the API takes it; - for standard input) describes.

    Personal fields are read from a file, because others on a machine may see a command's words.
    """
    made = service.post("/v1/roster/experts", json_of(file))
    service.show(made, f"{made['expert']}  {made['status']}")


@click.command("admit")
@click.argument("experts", nargs=-1)
@click.option("--registered-by", default="", metavar="ACT", help="All that this act registered.")
@remote
def admit(service: Remote, experts: tuple[str, ...], registered_by: str) -> None:
    """Admit EXPERTS, or all of an import: as the second of two people."""
    order = {"experts": list(experts), "registered_by": registered_by}
    made = service.post("/v1/roster/admissions", order, timeout=600.0)
    service.show(made, f"admitted {made['admitted']} experts")


def _standing_command(step: Step) -> click.Command:
    """Return the command for one step in an expert's standing."""
    reasons = sorted(REASONS[step])

    @click.command(step.value, help=f"{step.value.capitalize()} EXPERT, for a coded reason.")
    @click.argument("expert")
    @click.option("--reason", type=click.Choice(reasons), required=True)
    @click.option("--statement", default="", help="Kept private.")
    @remote
    def change(service: Remote, expert: str, reason: str, statement: str) -> None:
        path = "proposals" if step is Step.PROPOSE else f"standing/{step.value}"
        order = {"reason": reason, "statement": statement}
        made = service.post(f"/v1/roster/experts/{expert}/{path}", order)
        service.show(made, f"{made['expert']}  {made['status']}")

    return change


COMMANDS: tuple[click.Command, ...] = (
    list_experts,
    find_expert,
    detail,
    add,
    admit,
    *(_standing_command(step) for step in REASONS),
)
