"""What a recovery does not bring back: the rows beside the entries, and what was concealed."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

import msgspec
from piccolo.table import Table

from oversight.database import chunks, run
from oversight.ledger import tables as log_tables
from oversight.ledger.bringing_back import ACTS_PER_QUESTION
from oversight.ledger.queries import LoggedEntry, entries

PAGE = 1_000  # entries looked at together


class KindLost(msgspec.Struct):
    """Entries of one kind that were brought back, and what is missing beside them."""

    kind: str
    entries: int = 0
    without_rows: int = 0  # their acts have no row in any table
    values: int = 0  # concealed values that are gone: their commitments open no more


async def losses(
    start: int,
    stop: int,
    tables: Sequence[type[Table]],
    concealed: Mapping[str, Sequence[str]],
) -> list[KindLost]:
    """Return by kind what stands beside the entries from `start` to before `stop`, and what not.

    Some kinds leave no row, so this tells where to look; what exactly is missing, row by row,
    the audit tells. `concealed` names the fields of each kind that hold commitments.
    """
    found: dict[str, KindLost] = {}
    places = acting_columns(tables)
    async for page in _pages(start, stop):
        acts = sorted({one.act for one in page})
        acting = await _present(places, acts)
        values = await _values(acts)
        for one in page:
            lost = found.setdefault(one.kind, KindLost(one.kind))
            lost.entries += 1
            lost.without_rows += one.act not in acting
            lost.values += len(_committed(one, concealed) - values.get((one.act, one.n), set()))
    return [found[kind] for kind in sorted(found)]


def _committed(one: LoggedEntry, concealed: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the fields of an entry in which a commitment stands."""
    body = one.entry().body
    return {field for field in concealed.get(one.kind, ()) if body.get(field)}


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
        for part in chunks(acts, ACTS_PER_QUESTION):
            marks = ", ".join(["{}"] * len(part))
            rows = await run(
                f'SELECT DISTINCT "{column}" AS act FROM "{table}" WHERE "{column}" IN ({marks})',  # noqa: S608
                *part,
            )
            found.update(row["act"] for row in rows)
    return found


async def _values(acts: Sequence[str]) -> dict[tuple[str, int], set[str]]:
    """Return the concealed fields that are kept, erased ones included, by act and ordinal."""
    found: dict[tuple[str, int], set[str]] = {}
    for part in chunks(acts, ACTS_PER_QUESTION):
        marks = ", ".join(["{}"] * len(part))
        for row in await run(
            f"SELECT act, n, field FROM payload WHERE act IN ({marks})",  # noqa: S608
            *part,
        ):
            found.setdefault((row["act"], row["n"]), set()).add(row["field"])
    return found
