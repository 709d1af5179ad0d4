"""Questions about keys that were published."""

from oversight.custody.facts import KeyPublished
from oversight.database import run
from oversight.ledger.queries import LoggedEntry, entry


async def published_key(purpose: str) -> LoggedEntry | None:
    """Return the newest entry that publishes a key for `purpose`; None if there is none yet."""
    rows = await run(
        'SELECT "index" FROM entry WHERE kind = {} AND subject = {} ORDER BY "index" DESC LIMIT 1',
        KeyPublished.kind,
        purpose,
    )
    return await entry(rows[0]["index"]) if rows else None
