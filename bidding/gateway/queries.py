"""The gateway's key, and messages that wait."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bidding.gateway.rules import GATEWAY_KEY_HELD, KEY_BYTES, MessageState
from oversight.configuration import settings
from oversight.database import chunks, run
from oversight.errors import RuleBroken
from oversight.keys.directory import read_lines, require_private
from oversight.values.digests import unhex

_LOOKUP = 500


def body_context(ident: str) -> str:
    """Return the context under which a message is encrypted while it waits."""
    return f"gateway_message/body/{ident}"


def gateway_key() -> bytes:
    """Return the key that the service and its gateway share, 32 bytes.

    Raises:
        RuleBroken: GATEWAY_KEY_HELD; KEYS_PRIVATE, when others may read the file.
    """
    file = Path(settings().gateway_key)
    if not file.is_file():
        raise _wanting()
    require_private(file.parent, [file.name])
    try:
        (line,) = read_lines(file)
        return unhex(line, KEY_BYTES)
    except ValueError:
        raise _wanting() from None


def _wanting() -> RuleBroken:
    return RuleBroken(GATEWAY_KEY_HELD, needed="the file that `gateway_key` names, mode 0600")


async def due(now: datetime, limit: int) -> list[str]:
    """Return messages that are to be sent now, the longest due first."""
    rows = await run(
        "SELECT id FROM gateway_message WHERE state = {} AND due_at <= {}"
        " ORDER BY due_at, id LIMIT {}",
        MessageState.WAITING.value,
        now,
        limit,
    )
    return [row["id"] for row in rows]


async def states(idents: Sequence[str]) -> dict[str, MessageState]:
    """Return where messages stand, by id."""
    found: dict[str, MessageState] = {}
    for some in chunks(idents, _LOOKUP):
        marks = ", ".join(["{}"] * len(some))
        rows = await run(
            f"SELECT id, state FROM gateway_message WHERE id IN ({marks})",  # noqa: S608
            *some,
        )
        found |= {row["id"]: MessageState(row["state"]) for row in rows}
    return found
