"""`daylight verify`: a bundle judged offline, through the project's own rules.

Asks no service. Exit statuses are the verdict's (draw.md, "Verifying"): 0 valid, 1 failed,
2 unusable, 3 incomplete, 4 void.
"""

import sys
from pathlib import Path
from typing import Literal

import click

from oversight.remote import Remote

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify")
@click.argument("bundle", type=FILE)
@click.option("--trust", type=FILE, required=True, help="Whom you trust: your own file.")
@click.option("--auditor", type=FILE, help="The auditor's file, which opens the rosters.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
@click.pass_obj
def verify(
    service: Remote, bundle: Path, trust: Path, auditor: Path | None, lang: Literal["zh", "en"]
) -> None:
    """Check the record of a draw, offline. No service is asked.

    Exit statuses: 0 valid, 1 failed, 2 unusable, 3 incomplete, 4 void. `scripts/verify_proof.py`
    is the same check in one file that shares no code with this one.
    """
    import msgspec

    from bidding.report.rules import render
    from bidding.verdict.rules import judge

    opened = auditor.read_bytes() if auditor is not None else None
    report = judge(bundle.read_bytes(), trust.read_bytes(), opened)
    as_json = msgspec.json.encode(report).decode() + "\n"
    click.echo(as_json if service.as_json else render(report, lang), nl=False)
    sys.exit(report.exit)


COMMANDS: tuple[click.Command, ...] = (verify,)
