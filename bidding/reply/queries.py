"""What a secret or a message belongs to, and how many wrong secrets came from an address."""

import hmac
from datetime import UTC, datetime

import msgspec

from bidding.contact.tables import WrongSecret
from bidding.invitation.rules import Purpose
from oversight.database import run

NEVER = datetime.min.replace(tzinfo=UTC)


class Held(msgspec.Struct, frozen=True):
    """A secret that is current and was not used."""

    draw: str
    line: int
    round: int
    purpose: Purpose


class Place(msgspec.Struct, frozen=True):
    """The invitation that a message belongs to."""

    draw: str
    line: int
    round: int


async def held(digest: bytes, now: datetime) -> Held | None:
    """Return what a secret with this digest belongs to; None: nothing that is current.

    What is compared is a digest, so that the time it takes tells nothing of a secret.
    """
    rows = await run(
        "SELECT s.digest, s.round, s.purpose, s.expires_at, s.used_at, i.draw, i.line"
        " FROM answer_secret s JOIN invitation i ON i.id = s.invitation WHERE s.digest = {}",
        digest,
    )
    if not rows or not hmac.compare_digest(bytes(rows[0]["digest"]), digest):
        return None
    row = rows[0]
    if row["used_at"] is not None or row["expires_at"] <= now:
        return None
    return Held(row["draw"], row["line"], row["round"], Purpose(row["purpose"]))


async def try_of(message: str) -> Place | None:
    """Return the invitation of a try whose message has this id."""
    rows = await run(
        "SELECT i.draw, i.line, t.round FROM invitation_try t"
        " JOIN invitation i ON i.id = t.invitation WHERE t.message = {}",
        message,
    )
    return Place(rows[0]["draw"], rows[0]["line"], rows[0]["round"]) if rows else None


async def wrong_ones(source: bytes) -> tuple[int, datetime]:
    """Return how many wrong secrets came from an address of late, and when the last one did."""
    row = await WrongSecret.select().where(WrongSecret.source == source).first()
    return (row["times"], row["last_at"]) if row else (0, NEVER)
