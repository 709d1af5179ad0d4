"""Restored and recovered with an entry of every kind, as the audit sees it."""

from __future__ import annotations

import msgspec
import pytest
from engines import create_database, drop_database, named_database
from every_kind import everything

from api_spec import assembly
from api_spec.database_audit import audit_open
from oversight.database import run
from oversight.publication.source import open_source
from oversight.recovery.backup import take_backup
from oversight.recovery.losses import losses
from oversight.recovery.recover import recover
from oversight.recovery.restore import restore

OF_THE_LOG = {"pending", "act_key", "entry", "node", "head", "checkpoint", "cosignature"}


@pytest.fixture
async def lost(house, request, tmp_path):
    """A house, and settings of an instance that is not there yet on the same engine."""
    place, before = tmp_path / "elsewhere", (house.dsn, house.settings)
    dsn, server = f"sqlite:///{place}/daylight.sqlite", ""
    if house.engine == "postgres":
        server = request.getfixturevalue("server")
        dsn = named_database(server, await create_database(server))
    yield (
        house,
        msgspec.structs.replace(
            house.settings, data_dir=str(place), public_dir=str(place / "public"), dsn=dsn
        ),
    )
    await house.close()
    house.dsn, house.settings = before
    await house.open()
    if server:
        await drop_database(dsn)


async def restored(house, backup, settings):
    await house.close()
    await restore(backup, settings, assembly.TABLES, assembly.MIGRATED)
    house.dsn, house.settings = settings.dsn, settings
    await house.open()


async def rows():
    """Return all rows of all tables, as texts."""
    return {
        table._meta.tablename: sorted(
            str(sorted(dict(row).items()))
            for row in await run(f"SELECT * FROM {table._meta.tablename}")
        )
        for table in assembly.TABLES
    }


async def test_every_row_of_every_table_is_restored_and_the_audit_finds_nothing(lost, tmp_path):
    house, settings = lost
    await everything(house, tmp_path / "story")
    await house.settle()
    await take_backup(house.settings, None, tmp_path / "backup")
    before = await rows()
    await restored(house, tmp_path / "backup", settings)
    assert await rows() == before
    report = await audit_open(tmp_path / "audit")
    assert (report.differences, report.unchecked) == ([], [])


async def test_what_an_old_backup_lost_is_named_row_by_row_and_counted_by_kind(lost, tmp_path):
    house, settings = lost
    await take_backup(house.settings, None, tmp_path / "backup")
    await everything(house, tmp_path / "story")
    signed = await house.settle()
    source = open_source(house.settings.public_dir)
    before = await rows()
    await restored(house, tmp_path / "backup", settings)
    done = await recover(house.settings, [source])
    assert (done.before, done.size, done.lost) == (0, signed.size, range(signed.size, signed.size))
    after = await rows()
    assert all(after[table] == before[table] for table in ("entry", "act_key", "head", "pending"))
    counted = await losses(0, done.size, assembly.TABLES, assembly.CONCEALED)
    assert sum(one.entries for one in counted) == done.size
    assert sum(one.values for one in counted) == len(before["payload"])
    assert all(one.without_rows == one.entries for one in counted)
    report = await audit_open(tmp_path / "audit")
    named = {one.table for one in report.differences}
    assert not named & OF_THE_LOG
    assert report.differences_total >= 30
