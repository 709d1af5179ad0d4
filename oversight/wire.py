"""What every door speaks alike: bounded texts, identifiers, instants and pages.

A pattern ends in `$(?!\\n)` because `$` alone also matches before a last newline in Python;
the form means the same in the ECMA dialect that the published description uses.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta

from oversight.errors import Ground, Rule, RuleBroken

T = TypeVar("T")

CURSOR_ISSUED = Rule(
    "wire.cursor_issued",
    "A cursor is one that this service gave with an earlier page of the same list.",
    "design: pages of lists",
    Ground.UNLAWFUL,
)

_END = r"$(?!\n)"
# Characters that nobody sees: controls (C1 can steer a terminal), zero widths, and marks that turn
# the direction of a line, so that a name reads as another.
_UNSEEN = r"\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
INDEX_MAX = 2**53 - 1  # the largest integer that every JSON reader keeps exactly
ACT_HEADER = "Daylight-Act"  # of an answer: the act by which the request was carried out
PAGE_LIMIT = 100  # items on a page, unless the list says otherwise

ID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}" + _END

Id = Annotated[
    str,
    Meta(
        pattern=ID_PATTERN,
        description="A UUIDv7 made by the service.",
        examples=["019a5c7e-6f00-7000-8000-000000000001"],
    ),
]
Hex32 = Annotated[
    str,
    Meta(
        pattern="^[0-9a-f]{64}" + _END,
        description="32 bytes in lower-case hex.",
        examples=["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
    ),
]
Key32 = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=" + _END,
        description="32 bytes in canonical base64: an Ed25519 public key.",
        examples=["11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="],
    ),
]
Signature64 = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9+/]{85}[AQgw]==" + _END,
        description="64 bytes in canonical base64: an Ed25519 signature.",
        examples=[
            "5VZDAMNgrHKQhuLMgG6CioSHfx645dl09HPgZSJJAVVf"
            "uIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw=="
        ],
    ),
]
Code = Annotated[
    str,
    Meta(
        pattern="^[a-z][a-z-]*" + _END,
        max_length=64,
        description="A coded reason: lower-case letters and hyphens.",
        examples=["order-mistaken"],
    ),
]
Label = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=rf"^[^\s{_UNSEEN}][^{_UNSEEN}]*" + _END,
        description="One line of text that begins visibly and holds no unseen characters.",
        examples=["示范"],
    ),
]
Instant = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z" + _END,
        description="An instant in UTC, whole seconds (RFC 3339).",
        examples=["2026-03-01T08:00:00Z"],
    ),
]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list; ask again with `next` as the cursor until it is empty."""

    items: list[T]
    next: Annotated[str, Meta(description="Cursor of the next page; empty on the last.")] = ""


def cursor_after(*keys: str | int) -> str:
    """Return the opaque cursor that stands behind the item with these sort keys."""
    text = json.dumps(keys, separators=(",", ":"), ensure_ascii=True)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def page_of(found: Sequence[T], limit: int, key: Callable[[T], str | int]) -> Page[T]:
    """Return a page of `found`, of which one more than `limit` was asked for; `key` orders it."""
    items = list(found[:limit])
    return Page(items, cursor_after(key(items[-1])) if len(found) > limit else "")


def read_cursor(cursor: str, *kinds: type) -> tuple[Any, ...] | None:
    """Return the sort keys that a cursor stands behind, or None for the first page.

    Raises:
        RuleBroken: CURSOR_ISSUED.
    """
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        keys = msgspec.json.decode(text, type=list[str | int])
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise RuleBroken(CURSOR_ISSUED, needed="repeat the list without a cursor") from None
    if [type(key) for key in keys] != list(kinds) or "\0" in "".join(map(str, keys)):
        raise RuleBroken(CURSOR_ISSUED, needed="repeat the list without a cursor")
    return tuple(keys)
