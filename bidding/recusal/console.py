"""`daylight experts recuse|unavailable|declarations|lift`."""

import click

from bidding.recusal.rules import RecusalGround
from oversight.remote import Remote, remote

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("recuse")
@click.argument("expert")
@click.option("--ground", type=click.Choice([one.value for one in RecusalGround]), required=True)
@click.option("--uscc", default="", help="Code of the organisation.")
@click.option("--name", default="", help="Name of the organisation.")
@click.option("--subject", default="", help="Instead: id of a committee or a tender.")
@remote
def recuse(  # noqa: PLR0917, click passes by name
    service: Remote, expert: str, ground: str, uscc: str, name: str, subject: str
) -> None:
    """Declare that EXPERT stays away from an organisation or from one subject."""
    form = {"ground": ground, "uscc": uscc, "name": name, "subject": subject}
    made = service.post(f"/v1/roster/experts/{expert}/recusals", form)
    service.show(made, f"declared {made['id']}")


@click.command("unavailable")
@click.argument("expert")
@click.option("--from", "begins", type=DAY, required=True, help="First day.")
@click.option("--to", "ends", type=DAY, required=True, help="Last day, included.")
@remote
def unavailable(service: Remote, expert: str, begins: click.DateTime, ends: click.DateTime) -> None:
    """Declare days on which EXPERT is not available."""
    form = {"begins": f"{begins:%Y-%m-%d}", "ends": f"{ends:%Y-%m-%d}"}
    made = service.post(f"/v1/roster/experts/{expert}/absences", form)
    service.show(made, f"declared {made['id']}")


@click.command("declarations")
@click.argument("expert")
@remote
def declarations(service: Remote, expert: str) -> None:
    """List all that EXPERT declared."""
    found = service.get(f"/v1/roster/experts/{expert}/declarations")
    recusals = [
        f"{one['id']}  {one['ground']}  {one['uscc'] or one['name'] or one['subject']}"
        f"{'  (lifted)' if one['lifted_at'] else ''}"
        for one in found["recusals"]
    ]
    absences = [
        f"{one['id']}  away {one['begins']} to {one['ends']}"
        f"{'  (lifted)' if one['lifted_at'] else ''}"
        for one in found["absences"]
    ]
    service.show(found, *recusals, *absences)


@click.command("lift")
@click.argument("declaration")
@remote
def lift(service: Remote, declaration: str) -> None:
    """End a recusal or an absence."""
    made = service.write("DELETE", f"/v1/roster/declarations/{declaration}")
    service.show(made, f"lifted {made['id']}")


COMMANDS: tuple[click.Command, ...] = (recuse, unavailable, declarations, lift)
