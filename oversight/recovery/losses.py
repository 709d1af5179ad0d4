"""What a recovery does not bring back: the rows beside the entries, and what was concealed."""

from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec
from piccolo.table import Table

from oversight.database import run
from oversight.ledger import tables as log_tables
from oversight.ledger.queries import LoggedEntry, entries

ACTS_PER_QUESTION = 500
PAGE = 1_000  # entries looked at together


class KindLost(msgspec.Struct):
    """Entries of one kind that were brought back, and what is missing beside them."""

    kind: str
    entries: int = 0
    without_rows: int = 0  # their acts have no row in any table
    without_values: int = 0  # beside them stands no value that a commitment conceals


async def losses(start: int, stop: int, tables: Sequence[type[Table]]) -> list[KindLost]:
    """Return by kind what stands beside the entries from `start` to before `stop`, and what not.

    Some kinds leave no row and conceal nothing, so this tells where to look. What exactly is
    missing, row by row, the audit tells.
    """
    found: dict[str, KindLost] = {}
    places = acting_columns(tables)
    async for page in _pages(start, stop):
        acts = sorted({one.act for one in page})
        acting = await _present(places, acts)
        opened = await _with_values(acts)
        for one in page:
            lost = found.setdefault(one.kind, KindLost(one.kind))
            lost.entries += 1
            lost.without_rows += one.act not in acting
            lost.without_values += (one.act, one.n) not in opened
    return [found[kind] for kind in sorted(found)]


def acting_columns(tables: Iterable[type[Table]]) -> list[tuple[str, str]]:
    """Return (table, column) wherever a domain row names the act that made or changed it."""
    ours = {value for value in vars(log_tables).values() if isinstance(value, type)}
    return [
        (table._meta.tablename, column._meta.name)
        for table in tables
        if table not in ours
        for column in table._meta.columns
        if column._meta.name == "act" or column._meta.name.endswith("_act")
    ]


async def _pages(start: int, stop: int) -> AsyncIterator[list[LoggedEntry]]:
    while start < stop:
        page = await entries(start, min(PAGE, stop - start))
        if not page:
            return
        yield page
        start = page[-1].index + 1


async def _present(places: Iterable[tuple[str, str]], acts: Sequence[str]) -> set[str]:
    """Return those of these acts that some row names."""
    found: set[str] = set()
    for table, column in places:
        for at in range(0, len(acts), ACTS_PER_QUESTION):
            part = acts[at : at + ACTS_PER_QUESTION]
            marks = ", ".join(["{}"] * len(part))
            rows = await run(
                f'SELECT DISTINCT "{column}" AS act FROM "{table}" WHERE "{column}" IN ({marks})',  # noqa: S608
                *part,
            )
            found.update(row["act"] for row in rows)
    return found


async def _with_values(acts: Sequence[str]) -> set[tuple[str, int]]:
    """Return act and ordinal of the entries of these acts beside which a value stands."""
    found: set[tuple[str, int]] = set()
    for at in range(0, len(acts), ACTS_PER_QUESTION):
        part = acts[at : at + ACTS_PER_QUESTION]
        marks = ", ".join(["{}"] * len(part))
        rows = await run(f"SELECT act, n FROM payload WHERE act IN ({marks})", *part)  # noqa: S608
        found.update((row["act"], row["n"]) for row in rows)
    return found
