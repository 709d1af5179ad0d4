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


def entry_bytes(fact: Fact, *, act: str, at: str, subject: str, actor: str, role: str) -> bytes:
    """Return the canonical bytes (RFC 8785) that become the entry's leaf data.

    Raises:
        AssertionError: the fact has no kind, or the entry exceeds 65,535 bytes.
    """
    assert fact.kind, f"{type(fact).__name__} names no kind"
    data = canonical(
        {
            "v": ENTRY_VERSION,
            "act": act,
            "kind": fact.kind,
            "at": at,
            "subject": subject,
            "actor": actor,
            "role": role,
            "body": fact,
        }
    )
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


def read_entry(data: bytes) -> Entry:
    """Return the entry that `data` says.

    Raises:
        msgspec.DecodeError: `data` is not an entry (`msgspec.ValidationError` included).
    """
    return msgspec.json.decode(data, type=Entry)
