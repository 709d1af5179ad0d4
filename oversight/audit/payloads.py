"""What commitments conceal: opened, and held against the commitment in the entry."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from oversight.audit.actual import BROKEN, decoded, selection
from oversight.audit.scratch import Scratch
from oversight.database import run
from oversight.errors import ProofRejected
from oversight.keys.directory import ring
from oversight.ledger.facts import SALT_BYTES, field_commitment, read_entry
from oversight.ledger.queries import LoggedEntry, payload_context
from oversight.ledger.tables import Payload
from oversight.values.canonical import NotCanonical, parse_strict


class Concealed(msgspec.Struct, frozen=True):
    """What a commitment conceals, verified; `fault` names the column that prevents it."""

    value: object
    fault: str = ""


GONE = Concealed(None)  # erased, or not openable: it is not told
Row = Mapping[str, Any]
By = Mapping[int, dict[str, Concealed]]  # index of the entry → field → what it conceals

_COLUMNS = ("act", "n", "field", "salt", "value")


async def payload_rows(start: int, stop: int) -> list[Row]:
    """Return the rows of `payload` that belong to entries from `start` to before `stop`."""
    rows = await run(
        f'SELECT e."index" AS place, {selection(Payload, _COLUMNS, "p")}, p.salt IS NULL'  # noqa: S608
        " OR p.value IS NULL OR p.erased_at IS NOT NULL AS gone FROM entry e"
        " JOIN payload p ON p.act = e.act AND p.n = e.n"
        ' WHERE e."index" >= {} AND e."index" < {}',
        start,
        stop,
    )
    return [_known(row) | {"place": row["place"]} for row in rows]


def _known(row: Row) -> dict[str, Any]:
    return decoded(Payload, {name: row[name] for name in _COLUMNS}) | {"gone": row["gone"]}


def opened_of(logged: Mapping[int, LoggedEntry], rows: Sequence[Row], keys: bool) -> By:
    """Return what the commitments of these entries conceal; without keys nothing is told.

    A field that does not open names its fault; its value is not told.
    """
    found: dict[int, dict[str, Concealed]] = {index: {} for index in logged}
    bodies: dict[int, Mapping[str, Any]] = {}
    for row in rows:
        index = row["place"]
        if index not in logged:
            continue
        if index not in bodies:
            bodies[index] = read_entry(logged[index].data).body
        gone = row["gone"] or not keys
        found[index][str(row["field"])] = GONE if gone else _opened(row, bodies[index])
    return found


def note_faults(scratch: Scratch, logged: Mapping[int, LoggedEntry], found: By) -> None:
    """Name every row that does not open to what its entry commits to."""
    for index, fields in found.items():
        for field, concealed in fields.items():
            if concealed.fault:
                key = (logged[index].act, logged[index].n, field)
                what = "does not open to what the entry commits to"
                scratch.differ("payload", key, concealed.fault, what, index)


def note_missing(
    scratch: Scratch, logged: LoggedEntry, fields: Iterable[str], found: Mapping[str, Concealed]
) -> None:
    """Name the rows of `payload` that must stand beside an entry and do not."""
    body = read_entry(logged.data).body
    for field in fields:
        if isinstance(body.get(field), str) and field not in found:
            key = (logged.act, logged.n, field)
            scratch.differ("payload", key, "", "the row is missing", logged.index)


async def conceals_of(entries: Sequence[LoggedEntry], keys: bool) -> By:
    """Return what a handful of entries conceal, wherever on the log they stand, or wait."""
    places = {(one.act, one.n): one.index for one in entries}
    if not places:
        return {}
    where = " OR ".join(["(act = {} AND n = {})"] * len(places))
    rows = await run(
        f"SELECT {selection(Payload, _COLUMNS)}, salt IS NULL OR value IS NULL"  # noqa: S608
        f" OR erased_at IS NOT NULL AS gone FROM payload WHERE {where}",
        *(value for pair in places for value in pair),
    )
    known = [_known(row) for row in rows]
    placed = [row | {"place": places.get((row["act"], row["n"]), -1)} for row in known]
    return opened_of({one.index: one for one in entries}, placed, keys)


def _opened(row: Row, body: Mapping[str, Any]) -> Concealed:
    """Return the value, or GONE with the column at fault."""
    field, salt, sealed = row["field"], row["salt"], row["value"]
    if field is BROKEN or not isinstance(body.get(field), str):
        return Concealed(None, "field")
    if sealed is BROKEN:
        return Concealed(None, "value")
    try:
        plain = ring().fields.open(sealed, payload_context(row["act"], row["n"], field))
        value = parse_strict(plain)
    except (ProofRejected, NotCanonical):
        return Concealed(None, "value")
    if salt is BROKEN or len(salt) != SALT_BYTES:
        return Concealed(None, "salt")
    if field_commitment(salt, field, value).hex() != body[field]:
        return Concealed(None, "salt")
    return Concealed(value)
