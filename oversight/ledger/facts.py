"""What an act says on the log: facts, and the one form in which they are hashed."""

import hashlib
from typing import ClassVar

import msgspec

from oversight.values.canonical import canonical

ENTRY_VERSION = 1
ENTRY_BYTES_MAX = 65_535  # an entry bundle stores the length in two bytes (tlog-tiles)

FIELD_TAG = b"daylight/field/v1\n"
SALT_BYTES = 32


class Fact(msgspec.Struct, frozen=True):
    """Something that happened, in the past tense; its fields are the entry's body.

    A subclass names its `kind` as "<package>.<concept>.<past participle>". A released kind
    never renames, removes or reinterprets a field: fields are only added.
    """

    kind: ClassVar[str] = ""
    conceals: ClassVar[tuple[str, ...]] = ()  # fields that hold a commitment, or nothing


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the log as its reader meets it (ledger.md, Entry)."""

    v: int
    act: str  # UUID of the act that recorded it
    kind: str
    at: str  # the act's instant, UTC, microseconds
    subject: str  # identifier of what the entry is about, or empty
    actor: str  # a party, never a person
    role: str
    body: dict[str, object]


class Projection(msgspec.Struct, frozen=True):
    """The fields of an entry that stand in columns of their own beside its bytes."""

    act: str
    kind: str
    subject: str


class _Canonical(msgspec.Struct, frozen=True):
    """An entry with its members in the order of RFC 8785, around a body that is canonical."""

    act: str
    actor: str
    at: str
    body: msgspec.Raw
    kind: str
    role: str
    subject: str
    v: int = ENTRY_VERSION


def entry_bytes(fact: Fact, *, act: str, at: str, subject: str, actor: str, role: str) -> bytes:
    """Return the canonical bytes (RFC 8785) that become the entry's leaf data.

    Raises:
        AssertionError: the fact has no kind, or the entry exceeds 65,535 bytes.
        ValueError: a text holds a lone surrogate, or the body has no canonical form.
    """
    assert fact.kind, f"{type(fact).__name__} names no kind"
    body = msgspec.Raw(canonical(fact))
    data = msgspec.json.encode(_Canonical(act, actor, at, body, fact.kind, role, subject))
    assert len(data) <= ENTRY_BYTES_MAX, f"{fact.kind} of {len(data)} bytes does not fit an entry"
    return data


def field_commitment(salt: bytes, field: str, value: object) -> bytes:
    """Return the 32-byte commitment to a private field (ledger.md, Entry).

    `salt` is 32 fresh bytes for each field of each act, so that nothing can be guessed.
    """
    assert len(salt) == SALT_BYTES, "a salt has 32 bytes"
    assert "\0" not in field, "the name ends at its first zero byte"
    opening = salt + field.encode() + b"\0" + canonical(value)
    return hashlib.sha256(FIELD_TAG + opening).digest()


def read_projection(data: bytes) -> Projection:
    """Return the projected fields of an entry; raises as `read_entry`."""
    return _PROJECTION.decode(data)


def read_entry(data: bytes) -> Entry:
    """Return the entry that `data` says.

    Raises:
        msgspec.DecodeError: `data` is not an entry (`msgspec.ValidationError` included).
    """
    return msgspec.json.decode(data, type=Entry)


_PROJECTION = msgspec.json.Decoder(Projection)
