"""Rows held against what the entries say of them, both ways, in pages.

A page is one state of the database, and later than the entries that were played. What differs is
therefore a suspect first: it is looked at again at the end, together with the head and with what
waits for its place, in one snapshot (`settle`).
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec

from oversight.audit.actual import (
    BROKEN,
    PAGE_ROWS,
    Place,
    ReadRow,
    columns_of,
    count_keyless,
    place_after,
    read_page,
    rows_with,
)
from oversight.audit.playing import UNPLAYED
from oversight.audit.scratch import Scratch
from oversight.audit.told import NOTHING, TOGETHER, Digests, Expected, Told, plain
from oversight.ledger.coverage import NOT_TOLD, Covered, CoveredTogether, Reader

Row = Mapping[str, Any]
RowCoverage = Covered | CoveredTogether
SUSPECTS = 200  # looked at together
UNSAID = "no entry speaks of this row"
ABSENT = "the row is missing"
DIFFERS = "differs from what the entry says"
UNREADABLE = "cannot be read"
TWICE = "several rows have this key"
KEYLESS = "rows have no value in a column of their key"
UNTOLD_ROWS, UNTOLD_VALUES = "untold rows", "untold values"


def order_of(covered: RowCoverage) -> tuple[str, ...]:
    """Return the columns by which a table is read."""
    return covered.key if isinstance(covered, Covered) else (*covered.key, *covered.order)


class Comparer:
    """Holds the rows of covered tables against the expected ones."""

    def __init__(self, scratch: Scratch, digests: Digests, expected: Expected, keys: bool) -> None:
        self._scratch, self._digests, self._expected = scratch, digests, expected
        self._keys = keys  # whether what is sealed can be opened

    async def compare_page(self, covered: RowCoverage, after: Place) -> Place | None:
        """Compare a page of a table and note suspects; None at its end."""
        rows = await read_page(covered.table, order_of(covered), after, PAGE_ROWS)
        if not after.key:
            await self._require_keys(covered)
        ends = len(rows) < PAGE_ROWS
        if isinstance(covered, Covered):
            self._suspect_rows(covered, rows)
            self._scratch.count("rows", len(rows))
            return None if ends else place_after(rows, after)
        read = await self._whole_groups(covered, rows, ends)
        self._suspect_groups(covered, read)
        self._scratch.count("rows", len(read))
        return None if ends else place_after(read, after)

    def suspect_absent(self) -> None:
        """Note as suspects the expected rows that no page showed."""
        self._scratch.ask(
            "INSERT OR IGNORE INTO suspect SELECT tbl, row FROM expected WHERE seen = 0"
        )

    async def settle(self) -> None:
        """Look at all suspects again; name the differences. Ask inside of `reading()`."""
        after = ("", "")
        while found := self._scratch.ask(
            "SELECT tbl, row FROM suspect WHERE (tbl, row) > (?, ?) ORDER BY tbl, row LIMIT ?",
            *after,
            SUSPECTS,
        ):
            for table, key in found:
                covered = self._expected.of_table[table]
                assert isinstance(covered, RowCoverage), table
                await self._settle_one(covered, key)
            after = found[-1]

    async def _settle_one(self, covered: RowCoverage, key: str) -> None:
        if self._scratch.tally(UNPLAYED):
            return  # an entry that was not played may have said so
        values = msgspec.json.decode(key)
        table = covered.table._meta.tablename
        if repr(BROKEN) in values:
            self._scratch.differ(table, values, "", UNREADABLE)
            return
        named = dict(zip(covered.key, values, strict=True))
        found = [row async for row in rows_with(covered.table, order_of(covered), named)]
        told = self._expected.told(table, key)
        if isinstance(covered, CoveredTogether):
            group = [row.values for row in found]
            if not self._is_group_right(covered, key, group):
                what = DIFFERS if told else UNSAID
                self._scratch.differ(table, values, TOGETHER, what, _latest(told))
            return
        rows = [row.values for row in found if self._concerns(covered, row.values)]
        if len(rows) > 1:
            self._scratch.differ(table, values, "", TWICE)
        elif self._is_untold(covered, named, rows[0] if rows else None, told):
            self._scratch.count(UNTOLD_ROWS)
        elif told is None and rows:
            self._scratch.differ(table, values, "", UNSAID)
        elif told is not None and not rows:
            self._scratch.differ(table, values, "", ABSENT, _latest(told))
        elif told is not None:
            for column, what in self._faults(covered, rows[0], told):
                self._scratch.differ(table, values, column, what, told[column][1])

    async def _require_keys(self, covered: RowCoverage) -> None:
        if await count_keyless(covered.table, order_of(covered)):
            self._scratch.differ(covered.table._meta.tablename, (), "", KEYLESS)

    def _suspect_rows(self, covered: Covered, rows: Iterable[ReadRow]) -> None:
        table = covered.table._meta.tablename
        keys: list[str] = []
        for row in rows:
            if not self._concerns(covered, row.values):
                continue
            key = self._key(covered, row.values)
            told = self._expected.told(table, key)
            if told is None or key in keys[-1:] or any(self._faults(covered, row.values, told)):
                self._suspect(table, key)
            elif any(digest == NOTHING for digest, _ in told.values()):
                self._scratch.count(UNTOLD_VALUES)
            keys.append(key)
        self._mark(table, keys)

    async def _whole_groups(
        self, covered: CoveredTogether, rows: list[ReadRow], ends: bool
    ) -> list[ReadRow]:
        """Return the rows of those keys that are whole; one key's at the least."""
        if ends:
            return rows
        last = rows[-1].bare[: len(covered.key)]
        whole = [row for row in rows if row.bare[: len(covered.key)] != last]
        if whole:
            return whole
        columns = columns_of(covered.table)
        named = {n: plain(columns[n], rows[0].values[n]) for n in covered.key}
        if BROKEN in named.values():
            return rows
        return [row async for row in rows_with(covered.table, order_of(covered), named)]

    def _suspect_groups(self, covered: CoveredTogether, rows: Sequence[ReadRow]) -> None:
        table, keys = covered.table._meta.tablename, []
        for key, group in groupby(rows, lambda row: self._key(covered, row.values)):
            if not self._is_group_right(covered, key, [row.values for row in group]):
                self._suspect(table, key)
            keys.append(key)
        self._mark(table, keys)

    def _is_group_right(self, covered: CoveredTogether, key: str, rows: Sequence[Row]) -> bool:
        told = self._expected.told(covered.table._meta.tablename, key)
        if told is None:
            return bool(covered.later) or not rows
        digest, _ = told[TOGETHER]
        if digest == NOTHING:
            self._scratch.count(UNTOLD_ROWS, len(rows))
            return True
        try:
            ordered = sorted(rows, key=lambda row: tuple(row[name] for name in covered.order))
            value = covered.digest(ordered)
        except Exception:  # whatever a changed row does to its reader is the row's fault
            return False
        return (
            self._digests.of(covered.table._meta.tablename, TOGETHER, plain(None, value)) == digest
        )

    def _faults(self, covered: Covered, row: Row, told: Told) -> Iterable[tuple[str, str]]:
        """Yield the columns of a row that say something else than the entries, and how."""
        table, columns = covered.table._meta.tablename, columns_of(covered.table)
        for column, (digest, _) in told.items():
            if digest == NOTHING:
                continue
            value: object = row[column] if column in covered.said else NOT_TOLD
            if column in covered.opened:
                try:
                    value = covered.opened[column](row)
                except Exception:  # as above
                    if self._keys:
                        yield column, UNREADABLE
                    continue
            if value is NOT_TOLD:
                continue
            if self._expected.digest(covered, columns, table, column, value) != digest:
                yield column, DIFFERS

    def _is_untold(
        self, covered: Covered, key: Mapping[str, object], row: Row | None, told: Told | None
    ) -> bool:
        """Tell whether entries say that such a row cannot be judged."""
        table, columns = covered.table._meta.tablename, columns_of(covered.table)
        known = {name: self._digests.of(table, name, value) for name, value in key.items()}
        known |= {name: digest for name, (digest, _) in (told or {}).items()}
        if row is not None:
            known |= {
                name: self._digests.of(table, name, plain(columns[name], value))
                for name, value in row.items()
            }
        for (names,) in self._scratch.ask(
            "SELECT DISTINCT columns FROM untold WHERE tbl = ?", table
        ):
            of = msgspec.json.decode(names)
            if not all(name in known for name in of):
                continue
            digest = self._digests.of_columns(table, of, [known[name] for name in of])
            if self._scratch.ask(
                "SELECT 1 FROM untold WHERE tbl = ? AND columns = ? AND digest = ?",
                table,
                names,
                digest,
            ):
                return True
        return False

    def _concerns(self, covered: Covered, row: Row) -> bool:
        """Tell whether a row is the log's business; one that cannot be read is."""
        return covered.where is None or _asked(covered.where, row)

    def _key(self, covered: RowCoverage, row: Row) -> str:
        return self._expected.key_of(covered, [row[name] for name in covered.key])

    def _suspect(self, table: str, key: str) -> None:
        self._scratch.ask("INSERT OR IGNORE INTO suspect VALUES (?, ?)", table, key)

    def _mark(self, table: str, keys: Iterable[str]) -> None:
        self._scratch.many(
            "UPDATE expected SET seen = 1 WHERE tbl = ? AND row = ?",
            ((table, key) for key in keys),
        )


def _asked(where: Reader, row: Row) -> bool:
    try:
        return bool(where(row))
    except Exception:  # as above
        return True


def _latest(told: Told | None) -> int | None:
    return max((index for _, index in told.values()), default=None) if told else None
