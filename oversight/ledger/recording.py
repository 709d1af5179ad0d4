"""Where an act's entries and payloads are put down: in batches, inside its own transaction."""

from collections.abc import Sequence

from oversight.database import bulk_insert, is_postgres, run
from oversight.errors import RuleBroken
from oversight.keys.directory import ring
from oversight.ledger.integrate import announce, extend
from oversight.ledger.queries import payload_context
from oversight.ledger.rules import PENDING_BOUNDED
from oversight.ledger.tables import ActKey, Payload, Pending
from oversight.ledger.terms import terms

Recorded = tuple[str, int, str, str, bytes, bytes]  # act, n, kind, subject, body, leaf
Concealed = tuple[str, int, str, bytes, bytes]  # act, n, field, salt, canonical value


async def require_room() -> None:
    """Return only while the entries that wait for an index stay below the bound.

    Raises:
        RuleBroken: PENDING_BOUNDED.
    """
    bound = terms().pending_max
    if await run("SELECT id FROM pending ORDER BY id LIMIT 1 OFFSET {}", bound - 1):
        raise RuleBroken(PENDING_BOUNDED, needed="trying again in a few seconds", bound=bound)


async def put_down(recorded: Sequence[Recorded], concealed: Sequence[Concealed]) -> None:
    """Insert a batch of entries, and what their commitments conceal, encrypted."""
    await bulk_insert(
        Pending,
        ("act", "n", "kind", "subject", "body", "leaf"),
        recorded,
    )
    await bulk_insert(ActKey, ("act", "n"), (row[:2] for row in recorded))
    if concealed:
        contexts = [payload_context(*row[:3]) for row in concealed]
        sealed = ring().fields.seal_many([row[4] for row in concealed], contexts)
        rows = ((*row[:4], value) for row, value in zip(concealed, sealed, strict=True))
        await bulk_insert(Payload, ("act", "n", "field", "salt", "value"), rows)


async def settle() -> None:
    """Give the act's entries their indexes now (SQLite), or call the sequencer (PostgreSQL)."""
    if is_postgres():
        await announce()
        return
    while await extend():
        pass


async def settled_size() -> int | None:
    """Return the log's size if this transaction sees no entry that waits, else None.

    Where it answers, every row that the transaction's snapshot shows belongs to an entry below
    that size: rows and entries commit together.
    """
    rows = await run(
        "SELECT size, EXISTS (SELECT 1 FROM pending) AS waiting FROM head WHERE id = 1"
    )
    return None if rows[0]["waiting"] else int(rows[0]["size"])


async def erase_payload(act: str, n: int, field: str, at: object) -> bool:
    """Erase one concealed value for ever; tell whether there was one. Called by custody's act."""
    rows = await run(
        "UPDATE payload SET salt = NULL, value = NULL, erased_at = {} WHERE act = {} AND n = {}"
        " AND field = {} AND erased_at IS NULL RETURNING field",
        at,
        act,
        n,
        field,
    )
    return bool(rows)
