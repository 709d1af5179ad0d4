"""Readings that were recorded before they had a day get the day of their instant, in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import bidding
from bidding.reading.queries import readings_of
from oversight.database import engine, run, writing
from oversight.database_migrations import _load

FILE = Path(bidding.__file__).parent / "piccolo_migrations" / "bidding_0013_reading_day.py"
LATE = datetime(2026, 3, 2, 23, 59, 59, 999_999, tzinfo=UTC)
EARLY = datetime(2026, 3, 3, tzinfo=UTC)


async def take_back():
    """Make the table what it was before the migration."""
    await engine().run_ddl("DROP INDEX reading_day")
    await engine().run_ddl("ALTER TABLE reading DROP COLUMN day")
    await engine().run_ddl("CREATE INDEX reading_at ON reading (at)")


async def test_old_readings_get_their_day_and_stay_unchangeable(house):
    async with writing():
        await take_back()
        for at in (LATE, EARLY):
            await run(
                "INSERT INTO reading (expert, party, person, fields, purpose, at)"
                " VALUES ('e', 'p', 'q', 'name', 'why', {})",
                at,
            )
        await (await _load(FILE).forwards()).apply(engine())
    assert [one.at for one in await readings_of(date(2026, 3, 2))] == [
        "2026-03-02T23:59:59.999999Z"
    ]
    assert len(await readings_of(date(2026, 3, 3))) == 1
    with pytest.raises(Exception, match="append-only"):
        async with writing():
            await run("UPDATE reading SET purpose = 'another'")
