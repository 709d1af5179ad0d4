"""ML-DSA-44 (FIPS 204): signatures that a quantum computer does not forge. OpenSSL computes."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from oversight.errors import ProofRejected

SEED_BYTES = 32
PUBLIC_BYTES = 1_312
SIGNATURE_BYTES = 2_420


class MldsaKey:
    """An ML-DSA-44 private key. Its text form shows the beginning of the public half only."""

    def __init__(self, seed: bytes) -> None:
        """Take the 32-byte seed of FIPS 204, algorithm 6."""
        assert len(seed) == SEED_BYTES
        self._private = MLDSA44PrivateKey.from_seed_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """Return the 2,420-byte signature over `data`, empty context; another one each time."""
        return self._private.sign(data)

    def __repr__(self) -> str:
        """Show the beginning of the public half."""
        return f"MldsaKey(public={self.public[:8].hex()}…)"


def verify(public: bytes, signature: bytes, data: bytes) -> None:
    """Return only if the signature over `data` holds under the 1,312-byte key, empty context.

    Raises:
        ProofRejected: another length, an unfit key, or another signature than the key's.
    """
    if len(public) != PUBLIC_BYTES:
        raise ProofRejected("the public key is not 1,312 bytes long")
    if len(signature) != SIGNATURE_BYTES:
        raise ProofRejected("the signature is not 2,420 bytes long")
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        raise ProofRejected("the signature does not hold under this key") from None
