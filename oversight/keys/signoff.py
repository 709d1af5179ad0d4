"""Sign-offs: a person's signature over a statement that he or she could read in full first.

A statement is a JSON object; what is signed is the digest of its canonical bytes. The suite is
named in each sign-off, so that passkeys, CA certificates and SM2 can stand beside Ed25519.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from oversight.errors import ProofRejected
from oversight.keys import signing
from oversight.values.canonical import canonical
from oversight.values.digests import sha256, to_base64, unbase64

ED25519 = "ed25519"

_LABEL = b"daylight/sign-off/v1\n"


class SignOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signature over a statement's digest, with the key and suite it claims."""

    suite: str
    key: str  # base64
    signature: str  # base64


def statement_digest(statement: Mapping[str, object]) -> bytes:
    """Return the 32 bytes that are signed: SHA-256 of a label and the canonical statement.

    Raises:
        NotCanonical: the statement holds what has no canonical form.
    """
    return sha256(_LABEL + canonical(dict(statement)))


def sign(key: signing.SigningKey, statement: Mapping[str, object]) -> SignOff:
    """Return the Ed25519 sign-off of the key's holder."""
    signature = key.sign(statement_digest(statement))
    return SignOff(ED25519, to_base64(key.public), to_base64(signature))


def verify(signoff: SignOff, statement: Mapping[str, object], keys: frozenset[str]) -> None:
    """Return only if the sign-off is by one of `keys` (base64, registered) over this statement.

    Raises:
        ProofRejected: an unknown suite, a key that is not registered, or a signature over
            something else.
    """
    if signoff.suite not in SUITES:
        raise ProofRejected("the sign-off names a suite that is not known here")
    if signoff.key not in keys:
        raise ProofRejected("the sign-off's key is not registered for this person")
    SUITES[signoff.suite](signoff, statement_digest(statement))


def _verify_ed25519(signoff: SignOff, digest: bytes) -> None:
    try:
        public, signature = unbase64(signoff.key, 32), unbase64(signoff.signature, 64)
    except ValueError as error:
        raise ProofRejected(f"the sign-off is malformed: {error}") from None
    signing.verify(public, signature, digest)


SUITES: Mapping[str, Callable[[SignOff, bytes], None]] = MappingProxyType(
    {ED25519: _verify_ed25519}
)
