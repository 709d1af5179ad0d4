"""Ed25519 (RFC 8032): signing, and verification that leaves no room for a second reading.

OpenSSL does the arithmetic, without multiplying by the cofactor. What it lets pass is refused
here: keys that are not the one encoding of a point, and keys of small order.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from oversight.errors import ProofRejected
from oversight.keys.points import GROUP_ORDER, POINT_BYTES, has_small_order, is_point

SEED_BYTES = 32
SIGNATURE_BYTES = 64


class SigningKey:
    """An Ed25519 private key. Its text form shows the public half only."""

    def __init__(self, seed: bytes) -> None:
        """Take the 32-byte seed of RFC 8032, section 5.1.5."""
        assert len(seed) == SEED_BYTES
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature over `data`; the same for the same data."""
        return self._private.sign(data)

    def __repr__(self) -> str:
        """Show the public half."""
        return f"SigningKey(public={self.public.hex()})"


def check_public(public: bytes) -> None:
    """Return only if `public` is a key that binds its holder.

    Raises:
        ProofRejected: another length, no canonical point, or a point of small order.
    """
    if len(public) != POINT_BYTES or not is_point(public):
        raise ProofRejected("the public key is not the encoding of a point")
    if has_small_order(public):
        raise ProofRejected("the public key has a small order: anybody could sign for it")


def verify(public: bytes, signature: bytes, data: bytes) -> None:
    """Return only if the 64-byte signature over `data` holds under the 32-byte key.

    Raises:
        ProofRejected: an unfit key, another length, S not below the group's order, a first half
            that is no canonical point, or another signature than the key's over this data.
    """
    check_public(public)
    if len(signature) != SIGNATURE_BYTES:
        raise ProofRejected("the signature is not 64 bytes long")
    if int.from_bytes(signature[32:], "little") >= GROUP_ORDER:
        raise ProofRejected("the signature's second half is not below the group's order")
    if not is_point(signature[:32]):
        raise ProofRejected("the signature's first half is not the encoding of a point")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except InvalidSignature:
        raise ProofRejected("the signature does not hold under this key") from None
