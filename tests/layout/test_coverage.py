"""What the log says of the rows is declared whole: every column, every kind of entry."""

from __future__ import annotations

from collections import Counter

import pytest

from api_spec import assembly
from oversight.ledger.coverage import Covered, CoveredTogether, NotCovered, OfTheLog

BY_TABLE = {one.table._meta.tablename: one for one in assembly.COVERAGE}


def columns_named(one):
    """Return every column that a coverage names, as often as it does."""
    if isinstance(one, OfTheLog):
        return list(one.columns)
    if isinstance(one, Covered):
        return [*one.key, *one.said, *one.opened, *one.silent, *one.proved]
    return [*one.key, *(set(one.columns) - set(one.key)), *one.silent]


@pytest.mark.parametrize("table", assembly.TABLES, ids=lambda table: table._meta.tablename)
def test_every_column_is_covered_or_said_not_to_be_and_only_once(table):
    one = BY_TABLE[table._meta.tablename]
    if isinstance(one, NotCovered):
        assert len(one.why) > 20
        return
    named = Counter(columns_named(one))
    assert [name for name, times in named.items() if times > 1] == []
    assert sorted(named) == sorted(column._meta.name for column in table._meta.columns)


def test_a_table_is_covered_by_one_room_alone():
    assert len(BY_TABLE) == len(assembly.COVERAGE) == len(assembly.TABLES)


@pytest.mark.parametrize("one", assembly.COVERAGE, ids=lambda one: one.table._meta.tablename)
def test_what_is_not_covered_has_its_reason(one):
    if isinstance(one, Covered | CoveredTogether):
        assert all(len(why) > 20 for why in one.silent.values())


def test_every_kind_of_entry_has_a_replay_or_a_reason_to_leave_no_row():
    kinds = {fact.kind for fact in assembly.FACTS}
    assert kinds - assembly.REPLAYS.keys() - assembly.LEAVES_NO_ROW.keys() == set()
    assert assembly.REPLAYS.keys() & assembly.LEAVES_NO_ROW.keys() == set()
    assert (assembly.REPLAYS.keys() | assembly.LEAVES_NO_ROW.keys()) - kinds == set()


def test_no_kind_is_replayed_by_two_rooms():
    told = Counter(
        kind for room in assembly.COVERAGE_ROOMS for kind in getattr(room, "REPLAYS", {})
    )
    assert [kind for kind, times in told.items() if times > 1] == []
