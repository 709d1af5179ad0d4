"""What a message to the gateway is, where it goes, and how both sides sign. Pure.

A signature is HMAC-SHA256 under a key of 32 bytes that both sides hold, over the time of sending
(POSIX seconds in decimal), a full stop, and the body as sent (gateway.md, Signatures).
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import msgspec

from oversight.errors import Ground, ProofRejected, Rule, RuleBroken

GATEWAY_UNDERSTOOD = Rule(
    "gateway.understood",
    "The gateway is file:<directory>, an https address, or an http address on this host.",
    "design: gateway.md#Where messages go",
    Ground.MALFORMED,
)
GATEWAY_KEY_HELD = Rule(
    "gateway.key_held",
    "The gateway's key is a file of its owner alone with 32 bytes in hex.",
    "design: gateway.md#Signatures",
    Ground.FORBIDDEN,
)

PROTOCOL: Final = "daylight/gateway/v1"
KEY_BYTES: Final = 32
FRESH_SECONDS: Final = 300  # between signing and arrival, either way
SENDS_MAX: Final = 20  # then the message is given up
_BACKOFF_SECONDS_MAX: Final = 60
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Channel(StrEnum):
    """How a person is reached."""

    VOICE = "voice"  # a call that reads the text and takes a key
    MESSAGE = "message"  # a text message


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    TAKEN = "taken"  # the gateway answers for it
    GIVEN_UP = "given-up"  # the gateway never took it, or too late


class Target(msgspec.Struct, frozen=True):
    """Where messages go: a directory, or an address."""

    directory: str = ""
    url: str = ""


class Option(msgspec.Struct, frozen=True):
    """A key that the person may press, and what it says."""

    key: str
    answer: str
    reason: str
    zh: str
    en: str


class Message(msgspec.Struct, frozen=True):
    """What the gateway is given: a number, words, and the keys that answer. No name, no project."""

    protocol: str
    id: str  # 32 hex digits, random: a message that comes twice is one
    channel: str
    to: str  # telephone number
    zh: str
    en: str
    options: Sequence[Option]  # empty: nothing is asked
    expires: str  # after this instant it is not to be delivered any more


def target(setting: str) -> Target:
    """Read the setting that names the gateway.

    Numbers travel in clear inside the connection, so plain http stays on this host.

    Raises:
        RuleBroken: GATEWAY_UNDERSTOOD.
    """
    scheme, _, rest = setting.partition(":")
    if scheme == "file" and rest:
        return Target(directory=rest)
    parts = urlsplit(setting)
    if parts.scheme == "https" and parts.hostname:
        return Target(url=setting)
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return Target(url=setting)
    raise RuleBroken(GATEWAY_UNDERSTOOD, needed="file:outbox, or https://gateway.example/messages")


def signature(key: bytes, seconds: int, body: bytes) -> str:
    """Return the signature over a body sent at a POSIX second, as 64 hex digits."""
    assert len(key) == KEY_BYTES, "the gateway's key has 32 bytes"
    return hmac.digest(key, b"%d." % seconds + body, "sha256").hex()


def check_signature(key: bytes, seconds: int, body: bytes, given: str, now: datetime) -> None:
    """Return only if the other side signed this body a moment ago.

    Raises:
        ProofRejected: another key, another body, or signed too long ago or ahead of time.
    """
    if not hmac.compare_digest(signature(key, seconds, body), given):
        raise ProofRejected("the gateway's key did not sign this body at this time")
    if abs(now.timestamp() - seconds) > FRESH_SECONDS:
        raise ProofRejected(f"signed more than {FRESH_SECONDS} seconds from now")


def headers(key: bytes, ident: str, seconds: int, body: bytes) -> Mapping[str, str]:
    """Return the headers of a message that is sent."""
    return {
        "Content-Type": "application/json",
        "Idempotency-Key": ident,
        "Daylight-Timestamp": str(seconds),
        "Daylight-Signature": signature(key, seconds, body),
    }


def next_send(sends: int, at: datetime) -> datetime:
    """Return when a message that was sent in vain so often is sent again: each time later."""
    assert sends >= 1, "it was sent"
    return at + timedelta(seconds=min(2 ** min(sends, 10), _BACKOFF_SECONDS_MAX))
