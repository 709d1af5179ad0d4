"""A recovery that is killed at its k-th statement and run again, for every k.

    python recover_crash.py JSON     what to recover: see `Told`; prints the number of deaths

Each life is a forked child on a fresh copy of the restored instance. After a death, nothing may
be added unless all is back; after the next recovery, all rows and the signer's state are those
of a recovery that nobody disturbed.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import msgspec
from crashing import Death, MortalPostgres, MortalSqlite, Places, in_a_child, stepping_files
from engines import create_database, drop_database, named_database

from api_spec import assembly
from oversight.configuration import Settings, use_settings
from oversight.database import attach, close_database, engine, make_engine, run
from oversight.keys.directory import open_ring, use_ring
from oversight.ledger.terms import Terms, use_terms
from oversight.publication.source import open_source
from oversight.recovery import recover as recovering
from oversight.recovery.presence import BEGUN, begin
from oversight.signer.state import read_state

TABLES = ("entry", "act_key", "node", "head", "checkpoint", "cosignature", "pending")
DATABASE = "daylight.sqlite"


class Told(msgspec.Struct):
    """What is recovered, from where, and how often it is killed."""

    engine: str
    server: str
    template: str  # name of the database to copy (PostgreSQL)
    pristine: str  # directory: signer's state, and the database where that is SQLite
    public: str
    keys: str
    stride: int
    before: int
    signed: int


async def instance(told: Told, number: int) -> Settings:
    """Return a fresh copy of the restored instance."""
    place = Path(told.pristine).with_name(f"copy-{number}")
    shutil.copytree(told.pristine, place)
    if told.engine == "sqlite":
        dsn = f"sqlite:///{place}/{DATABASE}"
    else:
        name = await create_database(told.server, told.template)
        dsn = named_database(told.server, name)
    return Settings(data_dir=str(place), dsn=dsn, key_dir=told.keys)


async def live(settings: Settings, told: Told, death: int | None) -> None:
    """Recover, until death; without one, leave what came of it in a file."""
    mortal = make_engine(settings.dsn, connections_max=2)
    if told.engine == "sqlite":
        mortal.connection_kwargs["factory"] = MortalSqlite  # type: ignore[union-attr]
    else:
        mortal.config["connection_class"] = MortalPostgres  # type: ignore[union-attr]
    attach(mortal, assembly.TABLES)
    await engine().start_connection_pool()
    if death is None:
        await check_between(settings, told)
    Places.signer, Places.public = settings.signer_dir, str(Path(settings.data_dir, BEGUN))
    sys.addaudithook(stepping_files)
    Death.left = death
    done = await recovering.recover(settings, [open_source(told.public)])
    Death.left = None
    assert (done.before, done.size, done.lost) == (told.before, told.signed, range(0)), done
    if death is None:
        write(settings, json.dumps(await came(settings)))
    await close_database()


def write(settings: Settings, text: str) -> None:
    """Leave what came of a recovery for the comparison."""
    Path(settings.data_dir, "came").write_text(text)


async def check_between(settings: Settings, told: Told) -> None:
    """After a death: a prefix is there, and where it grew, the state was raised before."""
    rows = await run('SELECT "index" FROM entry ORDER BY "index"')
    size = (await run("SELECT size FROM head"))[0]["size"]
    state = read_state(Path(settings.signer_dir))
    assert state is not None
    assert [row["index"] for row in rows] == list(range(size)), "a gap"
    assert told.before <= size <= told.signed
    assert state.size in {told.before, told.signed}
    if size > told.before:
        assert state.size == told.signed, "entries came back before the state was raised"
        assert begin(Path(settings.data_dir), -1) == told.before


async def came(settings: Settings) -> dict[str, Any]:
    """Return everything that a recovery leaves."""
    found: dict[str, Any] = {"state": str(read_state(Path(settings.signer_dir)))}
    for table in TABLES:
        rows = await run(f"SELECT * FROM {table}")
        found[table] = sorted(str(sorted(dict(row).items())) for row in rows)
    return found


def once(told: Told, number: int) -> bool:
    """Die at one statement and recover; False if it came to its end before."""
    settings = asyncio.run(instance(told, number))
    use_settings(settings)
    use_terms(Terms(settings.origin, 100_000, settings.signer_dir, settings.public_dir))
    place = Path(settings.data_dir)
    try:
        death = number or None
        code = in_a_child(live(settings, told, death))
        if number:
            assert code in {0, -signal.SIGKILL}, f"statement {number}: exit code {code}"
            assert in_a_child(live(settings, told, None)) == 0, f"after statement {number}"
            reference = place.with_name("copy-0") / "came"
            assert (place / "came").read_text() == reference.read_text(), f"statement {number}"
        else:
            assert code == 0, f"undisturbed: exit code {code}"
    finally:
        if number:
            shutil.rmtree(place)
        if told.engine == "postgres":
            asyncio.run(drop_database(settings.dsn))
    return code != 0


def main(told: Told) -> None:
    """Die at every `stride`-th statement."""
    recovering.BATCH_ENTRIES = 256  # several transactions
    use_ring(open_ring(Path(told.keys)))
    once(told, 0)
    death, deaths = 1, 0
    while once(told, death):
        death, deaths = death + told.stride, deaths + 1
    print(deaths)


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=Told))
