"""The only place where the clock and the system's randomness are read.

Everything above is given an instant or bytes; everything below is pure.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from oversight.values.identifiers import uuid7

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present instant: aware, UTC, microseconds."""
    return datetime.now(UTC)  # noqa: TID251


def fresh_bytes(count: int) -> bytes:
    """Return `count` bytes from the system's generator."""
    return os.urandom(count)


def new_id(at: datetime | None = None) -> str:
    """Return a fresh UUIDv7 (RFC 9562) as 36 characters; its time part is `at`, else now."""
    return uuid7(at or utc_now(), fresh_bytes(10))
