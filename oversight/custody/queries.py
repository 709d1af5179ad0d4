"""Questions about keys that were published."""

from oversight.custody.facts import KeyPublished
from oversight.ledger.queries import LoggedEntry, entries_about


async def key_entry(purpose: str, key: str) -> LoggedEntry | None:
    """Return the first entry that publishes this key (hex) for `purpose`; None if there is none."""
    for logged in await entries_about(purpose, KeyPublished.kind):
        if logged.entry().body.get("key") == key:
            return logged
    return None
