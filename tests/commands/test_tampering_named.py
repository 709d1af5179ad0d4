"""Whatever is changed behind the service's back, the next audit names: table, row and column.

Every covered column of every table has one bit turned in one row; one row of every table is
deleted, and one inserted. The suite tries a sample; DAYLIGHT_EVERY_CHANGE=1 tries all
(`scripts/nightly/everything.py`).
"""

from __future__ import annotations

import os

from behind_the_back import Intruder, changes
from every_kind import everything
from tampering import sample

from api_spec import assembly
from oversight.audit.engine import audit
from oversight.ledger.coverage import Covered, OfTheLog

EVERY = os.environ.get("DAYLIGHT_EVERY_CHANGE") == "1"
SAMPLE = {"sqlite": 30, "postgres": 12}

# SQLite gives entries their places within the act: nothing ever waits there.
EMPTY = {"sqlite": {"pending"}, "postgres": set()}
UNMISSED = {
    # A signed checkpoint is a promise to others: whoever got it misses it. The audit does where a
    # cosignature hangs on it, or while it is the newest and published; here an older one goes.
    "delete checkpoint",
    # Without a witness's signature effect may wait; it never comes too early for want of one. One
    # below the published checkpoint is missed; here an older one goes.
    "delete cosignature",
    "turn pending.id",  # order in which places will be given; nothing was promised of it
}


async def audited(directory):
    return await audit(
        assembly.COVERAGE,
        assembly.REPLAYS,
        directory,
        silent=assembly.LEAVES_NO_ROW,
        concealed=assembly.CONCEALED,
    )


def chosen(engine):
    """Return the changes to try: all of them, or the same sample every time."""
    listed = [change for change in changes(assembly.COVERAGE) if str(change) not in UNMISSED]
    return listed if EVERY else sample(listed, SAMPLE[engine], "tampering")


def names(change, before, after, differences):
    """Tell whether one of the differences names the table, the row and the column of a change."""
    if isinstance(change.covered, OfTheLog):
        return any(_names_own(change, one) for one in differences)
    keys = {tuple(_text(row[name]) for name in change.covered.key) for row in (before, after)}
    columns = {change.column, "*"}
    if change.deed != "turn" or change.column in change.covered.key or _conditional(change):
        columns.add("")  # the row as a whole
    return any(
        one.table == change.table and tuple(map(_text, one.key)) in keys and one.column in columns
        for one in differences
    )


def _names_own(change, one):
    """Tell it of a table of the log itself. What is gone from there is missed by its neighbours:
    an entry by its pair in act_key, a pair by its entry."""
    if one.table != change.table:
        missed = {"act_key": {"entry"}, "pending": {"act_key"}}.get(change.table, set())
        return change.column in ("", "act", "n") and one.table in missed
    return change.deed != "turn" or one.column in (change.column, "") or change.column in one.what


def _conditional(change):
    """Rows covered only while a condition holds are named whole when it comes true."""
    return isinstance(change.covered, Covered) and change.covered.where is not None


def _text(value):
    return value.hex() if isinstance(value, bytes) else str(value)


async def test_a_change_of_any_row_is_named_and_taken_back_leaves_nothing(house, tmp_path):
    await everything(house, tmp_path)
    state = tmp_path / "audit"
    assert (await audited(state)).differences == []
    intruder, unnamed, empty = await Intruder(house).enter(assembly.COVERAGE), [], set()
    for change in chosen(house.engine):
        made = await intruder.make(change)
        if made is None:
            empty.add(change.table)
            continue
        take_back, before, after = made
        report = await audited(state)
        await take_back()
        if not names(change, before, after, report.differences):
            unnamed.append((str(change), report.differences[:3]))
    await intruder.leave()
    assert unnamed == [], "\n".join(map(str, unnamed))
    assert empty <= EMPTY[house.engine]
    assert (await audited(state)).differences == []
