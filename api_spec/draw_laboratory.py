"""`daylight draw simulate|audit`: is the lottery one, and did the recorded draws look like it?

Both read an instance's database as `daylight audit` does, or a file; neither changes anything.
What they need is loaded when they are called.
"""

import os
import sys
from pathlib import Path

import click

from bidding.draw.console import draw
from oversight.configuration import DOCS

DRAWS = 100_000
LEVEL = 0.001
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_DIRECTORY = click.Path(file_okay=False, path_type=Path)
level_option = click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=LEVEL,
    show_default=True,
    help="How often chance alone may be called suspicious, all tests together.",
)
dsn_option = click.option(
    "--dsn", metavar="DSN", help="Database: " + DOCS["dsn"].partition(": ")[2]
)
key_dir_option = click.option("--key-dir", metavar="DIR", help=DOCS["key_dir"])


@draw.command("simulate")
@click.option(
    "--stratum", "strata", multiple=True, required=True, help="As ordered: A080104@410922=2"
)
@click.option("--pool", type=FILE, help="CSV or JSON file; by default the instance's pool.")
@click.option("--cap", "caps", multiple=True, help="employer=1, or region=2; by default none.")
@click.option("--day", help="Day for which the instance's experts are judged; by default today.")
@click.option(
    "--draws", type=click.IntRange(min=100), default=DRAWS, show_default=True, help="How many."
)
@click.option("--seed", default="daylight", show_default=True, help="The same gives the same run.")
@click.option("--processes", type=click.IntRange(min=1), help="By default one for each processor.")
@click.option("--out", type=NEW_DIRECTORY, help="New directory for report.json and charts (SVG).")
@level_option
@dsn_option
@key_dir_option
@click.pass_context
def simulate(
    ctx: click.Context,
    /,
    *,
    strata: tuple[str, ...],
    pool: Path | None,
    caps: tuple[str, ...],
    day: str | None,
    draws: int,
    seed: str,
    processes: int | None,
    out: Path | None,
    level: float,
    **flags: str | None,
) -> None:
    """Hold many draws over one pool by the service's own engine, and test them for chance.

    Exit statuses: 0 nothing suspicious, 1 something is (or the order was refused, which is said).
    """
    from api_spec.laboratory import Run, simulated

    if out is not None and out.exists():
        raise click.UsageError(f"{out} exists; a report is written into a new directory")
    run = Run(strata, caps, pool, day, draws, seed, processes or os.cpu_count() or 1, level)
    sys.exit(simulated(ctx, run, out, flags))


@draw.command("audit")
@click.option(
    "--winners", type=FILE, help="CSV file with the columns case (committee or tender) and winner."
)
@click.option(
    "--small",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Name the strata with fewer experts than this for each seat.",
)
@level_option
@dsn_option
@key_dir_option
@click.pass_context
def audit(
    ctx: click.Context,
    /,
    *,
    winners: Path | None,
    small: int,
    level: float,
    **flags: str | None,
) -> None:
    """Hold all recorded draws of the instance beside it against what their odds give.

    Names nobody: an expert is a pseudonym and his lines; who he is, the auditor's file tells, by
    two people. Without a key directory the rosters stay closed, and the audit is incomplete.

    Exit statuses: 0 nothing suspicious, 1 something is, 3 something could not be checked.
    """
    from api_spec.laboratory import audited

    sys.exit(audited(ctx, winners, small, level, flags))


COMMANDS: tuple[click.Command, ...] = (draw,)
