"""Who may see protected fields, and the digest that puts a day's readings on the log. Pure."""

import hashlib
from collections.abc import Iterable
from datetime import date

import msgspec

from oversight.authority.rules import Permission, Post
from oversight.errors import Ground, Rule, RuleBroken
from oversight.values.canonical import canonical

PROTECTED = ("name", "id_number", "phone")

FIELDS_PROTECTED = Rule(
    "reading.fields_protected",
    "What is asked to be shown are protected fields of an expert, and a purpose is given.",
    "个人信息保护法 6; design: security",
    Ground.UNLAWFUL,
)
DAY_OVER = Rule(
    "reading.day_over",
    "A day's readings are digested when the day (UTC) is over.",
    "design: bidding/reading",
    Ground.UNLAWFUL,
)
DAY_DIGESTED_ONCE = Rule(
    "reading.day_digested_once",
    "A day's readings are digested once.",
    "design: bidding/reading",
)
SHOW_EXPERT = Permission(
    "bidding.reading.show",
    frozenset({Post.POOL_KEEPER, Post.POOL_REVIEWER, Post.AUDITOR}),
    None,
    "查看专家个人信息",
    "See an expert's protected fields",
)
DIGEST_READINGS = Permission(
    "bidding.reading.digest",
    frozenset({Post.POOL_REVIEWER, Post.ADMINISTRATOR, Post.AUDITOR}),
    None,
    "登记查阅记录摘要",
    "Put a day's digest of readings on the log",
)
SEE_READINGS = Permission(
    "bidding.reading.see",
    frozenset({Post.AUDITOR}),
    None,
    "查看查阅记录",
    "See who saw what",
)


class Reading(msgspec.Struct, frozen=True):
    """One showing: who saw which fields of whom, why and when."""

    id: int  # order in which they were recorded
    expert: str
    party: str
    person: str
    fields: str  # joined by commas
    purpose: str
    at: str  # UTC, microseconds


def check_fields(fields: Iterable[str], purpose: str) -> tuple[str, ...]:
    """Return the fields to show, in their fixed order, each once.

    Raises:
        RuleBroken: FIELDS_PROTECTED.
    """
    asked = set(fields)
    if not asked or not asked <= set(PROTECTED) or not purpose.strip():
        raise RuleBroken(
            FIELDS_PROTECTED, needed="a purpose, and fields of " + ", ".join(PROTECTED)
        )
    return tuple(field for field in PROTECTED if field in asked)


def check_day(day: date, today: date) -> None:
    """Return only if the day is over.

    Raises:
        RuleBroken: DAY_OVER.
    """
    if day >= today:
        raise RuleBroken(DAY_OVER, needed="a day before today", day=day.isoformat())


def digest_of(readings: Iterable[Reading]) -> str:
    """Return the SHA-256, hex, over the canonical JSON of each reading and a newline, in order.

    The auditor who is shown the rows recomputes it; a row changed, dropped or added differs.
    """
    digest = hashlib.sha256(b"daylight/readings/v1\n")
    for one in readings:
        digest.update(canonical(one) + b"\n")
    return digest.hexdigest()
