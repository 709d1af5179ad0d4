"""Where an act's entries and payloads are put down: in batches, inside its own transaction."""

import asyncio
from collections.abc import Sequence

from oversight.database import bulk_insert, is_postgres, run, run_brief
from oversight.errors import RuleBroken
from oversight.keys.directory import ring
from oversight.ledger.guard import require_unbroken
from oversight.ledger.integrate import Recorded, place
from oversight.ledger.queries import payload_context
from oversight.ledger.rules import PENDING_BOUNDED
from oversight.ledger.tables import ActKey, Payload
from oversight.ledger.terms import Remembered, terms

Concealed = tuple[str, int, str, bytes, bytes]  # act, n, field, salt, canonical value

LOOK_SECONDS = 0.1  # how long what was seen of the waiting entries stands, our own added to it

_WAIT = (
    "WITH given AS (SELECT * FROM unnest({}::varchar[], {}::bigint[], {}::varchar[],"
    " {}::varchar[], {}::bytea[], {}::bytea[]) WITH ORDINALITY"
    " AS entry (act, n, kind, subject, body, leaf, place)),"
    " keyed AS (INSERT INTO act_key (act, n) SELECT act, n FROM given)"
    " INSERT INTO pending (act, n, kind, subject, body, leaf)"
    " SELECT act, n, kind, subject, body, leaf FROM given ORDER BY place"
)

_WAIT_ALONE = (
    "WITH keyed AS (INSERT INTO act_key (act, n) VALUES ({}, {}))"
    " INSERT INTO pending (act, n, kind, subject, body, leaf) VALUES ({}, {}, {}, {}, {}, {})"
)

_ROOM = (
    "SELECT size, root, (SELECT count(*) FROM (SELECT 1 FROM pending LIMIT {}) AS few) AS waiting"
    " FROM head WHERE id = 1"
)


class _Seen:
    """What this process last saw of the entries that wait, and what it added since."""

    def __init__(self) -> None:
        self.waiting, self.until = 0, 0.0  # by the event loop's clock


_seen = Remembered(_Seen)


async def require_room() -> None:
    """Return only while the entries that wait for an index stay below the bound.

    Other processes may add some before this one looks again. On SQLite no entry waits: each act
    gives its own their places, and is stopped there if the log is broken.

    Raises:
        RuleBroken: PENDING_BOUNDED, LOG_UNBROKEN.
    """
    if not is_postgres():
        return
    bound, now = terms().pending_max, asyncio.get_running_loop().time()
    seen = _seen.now()
    if now >= seen.until or seen.waiting >= bound:
        seen.until = now + LOOK_SECONDS  # first, so that of many at once only one looks
        try:
            head = (await run(_ROOM, bound))[0]
            await require_unbroken(head["size"], bytes(head["root"]))
        except BaseException:
            seen.until = 0.0
            raise
        seen.waiting = head["waiting"]
    if seen.waiting >= bound:
        raise RuleBroken(PENDING_BOUNDED, needed="trying again in a few seconds", bound=bound)


async def put_down(recorded: Sequence[Recorded], concealed: Sequence[Concealed]) -> None:
    """Insert a batch of entries, and what their commitments conceal, encrypted.

    On SQLite the entries have their places at once; on PostgreSQL the sequencer gives them.
    """
    if recorded and is_postgres():
        if len(recorded) == 1:
            await run(_WAIT_ALONE, *recorded[0][:2], *recorded[0])
        else:
            await run(_WAIT, *(list(column) for column in zip(*recorded, strict=True)))
        _seen.now().waiting += len(recorded)
    elif recorded:
        if len(recorded) == 1:
            await run_brief("INSERT INTO act_key (act, n) VALUES ({}, {})", *recorded[0][:2])
        else:
            await bulk_insert(ActKey, ("act", "n"), (row[:2] for row in recorded))
        await place(recorded)
    if concealed:
        contexts = [payload_context(*row[:3]) for row in concealed]
        sealed = ring().fields.seal_many([row[4] for row in concealed], contexts)
        rows = ((*row[:4], value) for row, value in zip(concealed, sealed, strict=True))
        await bulk_insert(Payload, ("act", "n", "field", "salt", "value"), rows)


async def settled_size() -> int | None:
    """Return the log's size if this transaction sees no entry that waits, else None.

    Where it answers, every row that the transaction's snapshot shows belongs to an entry below
    that size: rows and entries commit together.
    """
    rows = await run_brief(
        "SELECT size, EXISTS (SELECT 1 FROM pending) AS waiting FROM head WHERE id = 1"
    )
    return None if rows[0]["waiting"] else int(rows[0]["size"])


async def erase_payload(act: str, n: int, field: str, at: object) -> bool:
    """Erase one concealed value for ever; tell whether there was one.

    Called by custody's act, and after a restored backup brought such a value back.
    """
    rows = await run(
        "UPDATE payload SET salt = NULL, value = NULL, erased_at = {} WHERE act = {} AND n = {}"
        " AND field = {} AND erased_at IS NULL RETURNING field",
        at,
        act,
        n,
        field,
    )
    return bool(rows)
