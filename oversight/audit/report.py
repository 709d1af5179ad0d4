"""What an audit tells: progress while it runs, differences, notices and gaps at its end."""

from collections.abc import Callable, Iterator

import msgspec

CLEAN, DIFFERENT, INCOMPLETE = 0, 1, 3
DIFFERENCES_SHOWN = 1_000  # in one report; all of them are counted


class Difference(msgspec.Struct, frozen=True):
    """A place where database and log do not say the same. Values are never told."""

    table: str
    key: tuple[object, ...]  # of the row; empty for a table as a whole
    column: str  # empty: the row as a whole; "*": the rows of this key taken together
    what: str
    entry: int | None = None  # index of the entry that says otherwise


class Uncovered(msgspec.Struct, frozen=True):
    """A column about which the log says nothing."""

    table: str
    column: str  # empty: the whole table
    why: str


class Progress(msgspec.Struct, frozen=True):
    """How far an audit has come."""

    phase: str
    done: int
    total: int  # 0: not known


class Report(msgspec.Struct, frozen=True):
    """The result of an audit."""

    size: int  # entries that were checked
    rows: int  # rows that were held against them
    differences: list[Difference]  # at most DIFFERENCES_SHOWN
    differences_total: int
    notices: list[str]  # no faults, but worth knowing
    unchecked: list[str]  # what could not be checked, and why; not empty: the audit is incomplete
    uncovered: list[Uncovered]

    @property
    def status(self) -> int:
        """The exit status: 0 clean, 1 differences, 3 incomplete."""
        if self.differences_total:
            return DIFFERENT
        return INCOMPLETE if self.unchecked else CLEAN


Say = Callable[[Progress], None]


def render(report: Report) -> Iterator[str]:
    """Yield the report as lines for a person: what differs first, the verdict last."""
    for one in report.differences:
        said = f" (entry {one.entry})" if one.entry is not None else ""
        yield f"DIFFERS {_row(one)}{f' {one.column}' if one.column else ''}: {one.what}{said}"
    if report.differences_total > len(report.differences):
        yield f"… and {report.differences_total - len(report.differences)} more"
    for notice in report.notices:
        yield f"notice: {notice}"
    for text in report.unchecked:
        yield f"NOT CHECKED: {text}"
    yield "Not covered by the log:"
    for gap in report.uncovered:
        yield f"  {gap.table}{f'.{gap.column}' if gap.column else ''}: {gap.why}"
    yield f"Entries: {report.size:,}; rows held against them: {report.rows:,}."
    yield _verdict(report)


def _row(one: Difference) -> str:
    return f"{one.table} {'/'.join(map(str, one.key))}".rstrip()


def _verdict(report: Report) -> str:
    if report.differences_total:
        return f"{report.differences_total} differences between database and log."
    if report.unchecked:
        return "Nothing differs as far as it was checked; not everything was."
    return "Database and log say the same."
