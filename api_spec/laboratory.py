"""What the fairness laboratory's commands do with an instance's settings, or with files."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from time import perf_counter

import click
import msgspec

from api_spec import assembly
from api_spec.database_audit import require_file, require_schema
from api_spec.instance import OWNER_ALONE, settings_file
from bidding.draw.console import read_cap, read_stratum
from bidding.fairness import queries as fairness
from bidding.fairness.console import render, winners_of
from bidding.fairness.rules import Book, audit
from bidding.simulation import queries as simulation
from bidding.simulation.console import charts, hold_draws, lines, read_pool, report
from bidding.simulation.detectors import judge
from bidding.simulation.rules import CAPPED, Entrant, Stratum, plan_of
from oversight.ambient import utc_now
from oversight.configuration import Settings, load, use_settings
from oversight.database import close_database, connect
from oversight.keys.directory import open_ring, use_ring

Flags = Mapping[str, str | None]


class Run(msgspec.Struct, frozen=True):
    """One simulation, as it was asked for."""

    strata: tuple[str, ...]
    caps: tuple[str, ...]
    pool: Path | None
    day: str | None
    draws: int
    seed: str
    processes: int
    level: float


def simulated(ctx: click.Context, run: Run, out: Path | None, flags: Flags) -> int:
    """Simulate, show and write the report; return the exit status.

    Raises:
        RuleBroken: SETTING_KNOWN, SETTING_READABLE, DATABASE_FOUND, SCHEMA_KNOWN, POOL_READABLE,
            STRATUM_FORMED, STRATUM_FILLED.
    """
    os.umask(OWNER_ALONE)
    strata = [Stratum(**read_stratum(text)) for text in run.strata]
    plan = plan_of(_pool(ctx, run, strata, flags), strata, _caps(run.caps))
    began = perf_counter()
    found = hold_draws(plan, run.seed.encode(), run.draws, run.processes)
    took = perf_counter() - began
    verdict = judge(plan, found, run.level)
    answer = report(plan, run.seed, verdict)
    if out is not None:
        out.mkdir(parents=True)
        (out / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(answer)))
        for name, chart in charts(verdict).items():
            (out / name).write_text(chart, encoding="utf-8")
    click.echo(f"{run.draws:,} draws in {took:.1f} s", err=True)
    ctx.obj.show(answer, *lines(verdict))
    return 1 if verdict.suspicious else 0


def _caps(texts: tuple[str, ...]) -> dict[str, int]:
    caps = dict(read_cap(text) for text in texts)
    if not set(caps) <= set(CAPPED) or any(maximum < 1 for maximum in caps.values()):
        raise click.BadParameter("a cap is of " + " or ".join(CAPPED) + ", and at least 1")
    return caps


def _pool(ctx: click.Context, run: Run, strata: list[Stratum], flags: Flags) -> list[Entrant]:
    if run.pool is not None:
        return read_pool(run.pool)
    try:
        on = date.fromisoformat(run.day) if run.day else utc_now().date()
    except ValueError:
        raise click.BadParameter(f"{run.day!r} is no day") from None

    async def read(settings: Settings) -> list[Entrant]:
        async with reading_instance(settings):
            return await simulation.pool(strata, on)

    return asyncio.run(read(load(settings_file(ctx), os.environ, flags)))


@asynccontextmanager
async def reading_instance(settings: Settings) -> AsyncIterator[bool]:
    """Open an instance's database, whose connections refuse to write; yield whether keys are here.

    Raises:
        RuleBroken: KEYS_PRIVATE, KEYS_COMPLETE, DATABASE_FOUND, DATABASE_REACHABLE, SCHEMA_KNOWN.
    """
    keys = _take_keys(Path(settings.key_dir))
    use_settings(settings)
    require_file(settings.dsn)
    await connect(settings.dsn, assembly.TABLES, settings.database_connections_max)
    try:
        await require_schema()
        yield keys
    finally:
        await close_database()


def _take_keys(directory: Path) -> bool:
    """Use the keys that lie there; tell whether any do."""
    here = directory.exists()
    use_ring(open_ring(directory) if here else None)
    return here


def audited(
    ctx: click.Context, winners: Path | None, small: int, level: float, flags: Flags
) -> int:
    """Audit all recorded draws of an instance, show the report, return the exit status.

    Raises:
        RuleBroken: as `reading_instance`; WINNERS_READABLE.
    """
    won = winners_of(winners)

    async def read(settings: Settings) -> Book:
        async with reading_instance(settings) as keys:
            return await fairness.book(keys)

    recorded = asyncio.run(read(load(settings_file(ctx), os.environ, flags)))
    found = audit(recorded, won, level, small)
    ctx.obj.show(msgspec.to_builtins(found) | {"status": found.status}, *render(found))
    return found.status
