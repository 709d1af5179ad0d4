"""What is on the log about parties, people and credentials. Released kinds only gain fields.

A person is never named: `person` and `by` are salted commitments to a person's id, fresh in
every act, so that no two entries can be linked by them. `by` is the person who acted.
"""

from typing import ClassVar

from oversight.ledger.facts import Fact


class PartyRegistered(Fact, frozen=True):
    """A party joined the service."""

    kind: ClassVar[str] = "oversight.identity.party_registered"
    conceals: ClassVar[tuple[str, ...]] = ("name", "uscc", "by")
    party: str  # id
    role: str
    name: str  # commitment to the name
    uscc: str  # commitment to the unified social credit code, or to an empty text
    by: str


class PersonRegistered(Fact, frozen=True):
    """A person joined a party."""

    kind: ClassVar[str] = "oversight.identity.person_registered"
    conceals: ClassVar[tuple[str, ...]] = ("person", "name", "by")
    party: str
    person: str
    name: str  # commitment to the name
    by: str


class PostGranted(Fact, frozen=True):
    """A person was given a post."""

    kind: ClassVar[str] = "oversight.identity.post_granted"
    conceals: ClassVar[tuple[str, ...]] = ("person", "by")
    party: str
    person: str
    post: str
    by: str


class PostRevoked(Fact, frozen=True):
    """A person lost a post."""

    kind: ClassVar[str] = "oversight.identity.post_revoked"
    conceals: ClassVar[tuple[str, ...]] = ("person", "by")
    party: str
    person: str
    post: str
    by: str


class TokenIssued(Fact, frozen=True):
    """A person was handed an API token."""

    kind: ClassVar[str] = "oversight.identity.token_issued"
    conceals: ClassVar[tuple[str, ...]] = ("person", "by", "digest")
    party: str
    token: str  # id of the token, not the token
    person: str
    expires: str  # instant
    by: str
    digest: str  # commitment to the hex of the token's SHA-256: no other token takes its place


class TokenRevoked(Fact, frozen=True):
    """A token stopped opening doors before its time."""

    kind: ClassVar[str] = "oversight.identity.token_revoked"
    conceals: ClassVar[tuple[str, ...]] = ("by",)
    party: str
    token: str
    reason: str  # code
    by: str


class PasswordSet(Fact, frozen=True):
    """A person chose a login and a password."""

    kind: ClassVar[str] = "oversight.identity.password_set"
    conceals: ClassVar[tuple[str, ...]] = ("person", "by", "login", "password")
    party: str
    person: str
    by: str
    login: str  # commitment to the hex of the login's blind index
    password: str  # commitment to the argon2id hash


class KeyRegistered(Fact, frozen=True):
    """A party showed that it holds a signing key, and signs with it from now on."""

    kind: ClassVar[str] = "oversight.identity.key_registered"
    conceals: ClassVar[tuple[str, ...]] = ("by",)
    party: str
    key: str  # base64 of the 32-byte Ed25519 public key
    signature: str  # base64, of the statement of possession, by that key
    by: str


class KeyRevoked(Fact, frozen=True):
    """A party stopped signing with a key."""

    kind: ClassVar[str] = "oversight.identity.key_revoked"
    conceals: ClassVar[tuple[str, ...]] = ("by",)
    party: str
    key: str
    reason: str  # superseded: old signatures stay good; compromised, lost: trust it no more
    by: str
