"""Who saw what."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any

from bidding.reading.rules import Reading
from oversight.database import run
from oversight.values.instants import to_micro_text
from oversight.wire import PAGE_LIMIT, Page, page_of, read_cursor

_COLUMNS = "id, expert, party, person, fields, purpose, at"


async def readings_of(day: date) -> list[Reading]:
    """Return a day's readings (UTC) in the order in which they were recorded."""
    rows = await run(
        f"SELECT {_COLUMNS} FROM reading WHERE day = {{}} ORDER BY id",  # noqa: S608
        day,
    )
    return [read(row) for row in rows]


async def readings(expert: str, cursor: str) -> Page[Reading]:
    """Return a page of the readings of one expert (empty: of all), newest first."""
    before = read_cursor(cursor, int)
    conditions, values = [], []
    if expert:
        conditions.append("expert = {}")
        values.append(expert)
    if before is not None:
        conditions.append("id < {}")
        values.append(before[0])
    where = " AND ".join(conditions) or "1 = 1"
    rows = await run(
        f"SELECT {_COLUMNS} FROM reading WHERE {where}"  # noqa: S608
        f" ORDER BY id DESC LIMIT {PAGE_LIMIT + 1}",
        *values,
    )
    return page_of([read(row) for row in rows], PAGE_LIMIT, attrgetter("id"))


async def is_digested(day: date) -> bool:
    """Tell whether the day's digest is on the log."""
    return bool(await run("SELECT day FROM reading_digest WHERE day = {}", day))


def read(row: Mapping[str, Any]) -> Reading:
    """Return a reading as its row tells it."""
    at = row["at"]
    assert isinstance(at, datetime)
    return Reading(
        int(str(row["id"])),
        str(row["expert"]),
        str(row["party"]),
        str(row["person"]),
        str(row["fields"]),
        str(row["purpose"]),
        to_micro_text(at.astimezone(UTC)),
    )
