"""What the commitments of an entry conceal, opened with the service's own keys."""

from __future__ import annotations

from typing import NamedTuple

from oversight.database import run
from oversight.keys.directory import ring
from oversight.ledger.queries import payload_context
from oversight.values.canonical import parse_strict


class Opened(NamedTuple):
    """A salt of 32 bytes, and the value that it hides."""

    salt: bytes
    value: object


async def payload_of(act, n):
    """Return what an act's n-th entry conceals, by field; erased values are missing."""
    rows = await run(
        "SELECT field, salt, value FROM payload WHERE act = {} AND n = {} AND erased_at IS NULL",
        act,
        n,
    )
    return {row["field"]: _opened(payload_context(act, n, row["field"]), row) for row in rows}


def _opened(context, row):
    plain = ring().fields.open(bytes(row["value"]), context)
    return Opened(bytes(row["salt"]), parse_strict(plain))
