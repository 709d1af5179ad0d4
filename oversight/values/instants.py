"""Instants: aware datetimes in UTC, and their two text forms (RFC 3339).

Pages show Asia/Shanghai; everything that is stored, hashed or compared is UTC.
"""

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

_OFFSET = len("+00:00")
_SECONDS = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_MICROS = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z", re.ASCII)


def to_text(at: datetime) -> str:
    """Return "2026-03-01T08:00:00Z": whole seconds, the fraction cut off."""
    return _utc(at).isoformat(timespec="seconds")[:-_OFFSET] + "Z"


def to_micro_text(at: datetime) -> str:
    """Return "2026-03-01T08:00:00.123456Z": always six decimals."""
    return _utc(at).isoformat(timespec="microseconds")[:-_OFFSET] + "Z"


def from_text(text: str) -> datetime:
    """Read what `to_text` writes and nothing else; raise ValueError for any other text."""
    return _read(text, _SECONDS, "a time as 2026-03-01T08:00:00Z")


def from_micro_text(text: str) -> datetime:
    """Read what `to_micro_text` writes and nothing else; raise ValueError for any other text."""
    return _read(text, _MICROS, "a time as 2026-03-01T08:00:00.123456Z")


def _utc(at: datetime) -> datetime:
    assert at.tzinfo is not None, "an instant without a zone is no instant"
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def _read(text: str, form: re.Pattern[str], wanted: str) -> datetime:
    if not form.fullmatch(text):
        raise ValueError(f"not {wanted}")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"not {wanted}: no such day or hour") from None
