"""The audit with the database, as a command: an instance's settings in, a report out."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec

from api_spec import assembly
from api_spec.instance import OWNER_ALONE, settings_file
from oversight.audit.engine import audit
from oversight.audit.report import Progress, Report, render
from oversight.audit.rules import DATABASE_FOUND, SCHEMA_KNOWN
from oversight.configuration import Settings, load, use_settings
from oversight.database import close_database, connect, run
from oversight.database_migrations import known_migrations
from oversight.errors import RuleBroken
from oversight.keys.directory import open_ring, use_ring
from oversight.ledger.terms import Terms, use_terms

STATE = "audit"  # directory in data_dir, unless one is named
SQLITE = "sqlite:///"


def audit_database(ctx: click.Context, state: Path | None, flags: Mapping[str, object]) -> int:
    """Audit the database that settings and flags name, show the report, return the exit status.

    Raises:
        RuleBroken: SETTING_KNOWN, SETTING_READABLE, KEYS_PRIVATE, KEYS_COMPLETE, STATE_FREE,
            DATABASE_FOUND, DATABASE_REACHABLE, SCHEMA_KNOWN.
    """
    os.umask(OWNER_ALONE)
    settings = load(settings_file(ctx), os.environ, flags)
    directory = state or Path(settings.data_dir, STATE)
    keys = Path(settings.key_dir).exists()
    use_ring(open_ring(Path(settings.key_dir)) if keys else None)
    require_file(settings.dsn)
    report = asyncio.run(_audited(settings, directory, keys))
    answer = msgspec.to_builtins(report) | {"status": report.status}
    ctx.obj.show(answer, *render(report))
    return report.status


async def _audited(settings: Settings, state: Path, keys: bool) -> Report:
    """Open the database for reading and audit it, without keys as far as that goes."""
    use_settings(settings)
    use_terms(
        Terms(settings.origin, settings.pending_max, settings.signer_dir, settings.public_dir)
    )
    await connect(settings.dsn, assembly.TABLES, settings.database_connections_max)
    try:
        await require_schema()
        return await audit_open(state, keys)
    finally:
        await close_database()


async def audit_open(state: Path, keys: bool = True) -> Report:
    """Audit the database that is open; `keys`: with the key ring that is in use."""
    return await audit(
        assembly.COVERAGE,
        assembly.REPLAYS,
        state,
        _say,
        silent=assembly.LEAVES_NO_ROW.keys(),
        concealed=assembly.CONCEALED,
        keys=keys,
    )


def require_file(dsn: str) -> None:
    """Refuse a file that is not there, which SQLite would make."""
    if dsn.startswith(SQLITE) and not Path(dsn.removeprefix(SQLITE)).is_file():
        raise RuleBroken(DATABASE_FOUND, needed="the settings of the instance, or --dsn")


async def require_schema() -> None:
    """Refuse a database whose migrations are not this program's."""
    known = known_migrations(assembly.MIGRATED)
    rows = await run("SELECT name FROM migration")
    other = sorted(set(known) ^ {row["name"] for row in rows})
    if other:
        raise RuleBroken(SCHEMA_KNOWN, needed="the program that serves it", migrations=other)


def _say(progress: Progress) -> None:
    """Tell how far the audit has come, on the terminal only."""
    if sys.stderr.isatty():
        total = f" of {progress.total:,}" if progress.total else ""
        click.echo(f"{progress.phase}: {progress.done:,}{total}", err=True)
