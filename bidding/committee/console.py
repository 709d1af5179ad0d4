"""`daylight committee`: bodies that evaluate, from the command line."""

from typing import Any

import click

from bidding.committee.rules import Body
from oversight.remote import Remote, remote

BODIES = click.Choice([body.value for body in Body])


@click.group("committee")
def committee() -> None:
    """Bodies that evaluate offers; members are drawn into them."""


@committee.command("form")
@click.option("--tender", required=True, help="Identifier of the procurement case.")
@click.option("--lot", "lots", multiple=True, required=True, help="A lot; repeatable.")
@click.option("--body", type=BODIES, default=Body.EVALUATION_COMMITTEE.value, show_default=True)
@click.option("--rulebook", required=True, help="Edition under which the case began: T-2025, …")
@click.option("--size", type=int, required=True, help="Members, representatives included.")
@click.option("--representatives", type=int, default=0, show_default=True, help="Of the buyer.")
@click.option("--budget", metavar="YUAN", help="Of the lots together, as 12000000.00.")
@click.option("--demanding", is_flag=True, help="Technically complex, or of large impact.")
@click.option("--predecessor", help="Committee whose place this one takes.")
@remote
def form(service: Remote, /, lots: tuple[str, ...], budget: str | None, **form: Any) -> None:
    """Form a committee for a tender and its lots."""
    total = None if budget is None else {"amount": budget, "currency": "CNY"}
    made = service.post("/v1/committees", {**form, "lots": list(lots), "budget": total})
    missed = [f"  misses (not enforced): {name}" for name in made["advice"]]
    service.show(made, _line(made), *missed)


@committee.command("show")
@click.argument("committee_id")
@remote
def show(service: Remote, committee_id: str) -> None:
    """Show how a committee was formed."""
    found = service.get(f"/v1/committees/{committee_id}")
    service.show(found, _line(found))


@committee.command("list")
@click.option("--tender", required=True, help="Identifier of the procurement case.")
@remote
def list_committees(service: Remote, tender: str) -> None:
    """List a tender's committees."""
    found = list(service.items("/v1/committees", tender=tender))
    service.show(found, *map(_line, found))


def _line(one: dict[str, Any]) -> str:
    lots = ",".join(one["lots"])
    return (
        f"{one['id']}  {one['body']} no. {one['number']} for {one['tender']} lots {lots}: "
        f"{one['size']} members, {one['representatives']} of the buyer, {one['rulebook']}"
    )
