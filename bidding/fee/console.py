"""`daylight fee`: what experts are owed."""

import click

from oversight.remote import Remote, remote


@click.group("fee")
def fee() -> None:
    """Fee statements of evaluations."""


@fee.command("state")
@click.argument("draw")
@click.option("--rate", required=True, help="Yuan an hour, with two decimals.")
@click.option("--basis", required=True, help="The price list that sets the rate.")
@click.option("--travel", "travels", multiple=True, metavar="LINE=YUAN", help="To be repaid.")
@remote
def state(service: Remote, /, draw: str, rate: str, basis: str, travels: tuple[str, ...]) -> None:
    """State the fees of DRAW's evaluation, once it is concluded."""
    repaid = []
    for one in travels:
        line, _, yuan = one.partition("=")
        if not line.isdecimal():
            raise click.UsageError(f"{one!r} is not LINE=YUAN")
        repaid.append({"line": int(line), "amount": _sum(yuan)})
    body = {"rate": _sum(rate), "basis": basis, "travel": repaid}
    made = service.post(f"/v1/draws/{draw}/fees", body)
    service.show(made, f"statement {made['number']}")


@fee.command("show")
@click.argument("draw")
@click.argument("number", type=int)
@remote
def show(service: Remote, /, draw: str, number: int) -> None:
    """Show statement NUMBER of DRAW; that names were read is on record."""
    found = service.get(f"/v1/draws/{draw}/fees/{number}")
    lines = [
        f"  {one['name']:8} {one['paid_minutes'] / 60:g} h  {one['gross']} - {one['tax']} + "
        f"{one['travel']} = {one['net']}  {one['forfeit']}"
        for one in found["fees"]
    ]
    service.show(found, f"{found['rate']} an hour ({found['basis']})", *lines)


def _sum(yuan: str) -> dict[str, str]:
    return {"amount": yuan, "currency": "CNY"}


COMMANDS: tuple[click.Command, ...] = (fee,)
