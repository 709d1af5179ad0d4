"""Protected fields: encrypted at rest, and found again without being decrypted.

A sealed field is key id (2 bytes, big-endian) || nonce (12) || AES-256-GCM ciphertext and tag.
The context (table/column/row id) is authenticated with it, so that a value moved to another
row or column does not open. Nonces are random: one key seals at most 2^32 fields.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oversight.errors import ProofRejected

KEY_BYTES = 32
KEY_ID_BYTES = 2
NONCE_BYTES = 12

_NONCE_AT = KEY_ID_BYTES
_TEXT_AT = KEY_ID_BYTES + NONCE_BYTES
_OPENS_NOT = "a protected field does not open in its place"


class FieldCipher:
    """Seals and opens fields; old keys open, the newest seals."""

    def __init__(self, keys: Mapping[int, bytes], fresh: Callable[[int], bytes]) -> None:
        """Take 32-byte keys by id (1 to 65535; the highest seals) and a source of random bytes."""
        assert keys
        assert all(len(key) == KEY_BYTES for key in keys.values())
        assert all(0 < number < 1 << 8 * KEY_ID_BYTES for number in keys)
        self._ciphers = {
            number.to_bytes(KEY_ID_BYTES, "big"): AESGCM(key) for number, key in keys.items()
        }
        self._current = max(self._ciphers)
        self._fresh = fresh

    def seal(self, plain: bytes, context: str) -> bytes:
        """Return the sealed field: 30 bytes longer than `plain`."""
        nonce = self._fresh(NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, plain, context.encode())
        return self._current + nonce + sealed

    def open(self, blob: bytes, context: str) -> bytes:
        """Return what was sealed in this context.

        Raises:
            ProofRejected: changed, moved from elsewhere, or sealed under a key not in the ring.
        """
        return self.open_many((blob,), (context,))[0]

    def seal_many(self, plains: Sequence[bytes], contexts: Sequence[str]) -> list[bytes]:
        """Return sealed fields in order, as `seal` would: one draw of randomness for all."""
        assert len(plains) == len(contexts)
        encrypt, current = self._ciphers[self._current].encrypt, self._current
        nonces = self._fresh(NONCE_BYTES * len(plains))
        return [
            current + (nonce := nonces[at : at + NONCE_BYTES]) + encrypt(nonce, plain, ctx.encode())
            for at, plain, ctx in zip(
                range(0, len(nonces), NONCE_BYTES), plains, contexts, strict=True
            )
        ]

    def open_many(self, blobs: Sequence[bytes], contexts: Sequence[str]) -> list[bytes]:
        """Return what was sealed, in order; about as fast as the cipher can be called.

        Raises:
            ProofRejected: one of them does not open; which one is not told.
        """
        assert len(blobs) == len(contexts)
        openers = {number: cipher.decrypt for number, cipher in self._ciphers.items()}
        try:
            return [
                openers[blob[:_NONCE_AT]](blob[_NONCE_AT:_TEXT_AT], blob[_TEXT_AT:], ctx.encode())
                for blob, ctx in zip(blobs, contexts, strict=True)
            ]
        except (InvalidTag, KeyError, ValueError):  # another key, no key, no room for a nonce
            raise ProofRejected(_OPENS_NOT) from None

    def outdated(self, blob: bytes) -> bool:
        """Tell whether the field was sealed under an older key and should be sealed again."""
        return blob[:KEY_ID_BYTES] != self._current

    def __repr__(self) -> str:
        """Show the ids of the keys."""
        return f"FieldCipher(keys={[int.from_bytes(number, 'big') for number in self._ciphers]})"


class BlindIndex:
    """Keyed digests by which equal values are found without being stored."""

    def __init__(self, key: bytes) -> None:
        """Take the 32-byte key; each kind of value gets a key derived from it."""
        assert len(key) == KEY_BYTES
        self._key = key
        self._kinds: dict[str, bytes] = {}

    def index(self, kind: str, value: str) -> bytes:
        """Return 32 bytes: HMAC-SHA256 of the value under the kind's own key.

        Equal values of one kind meet; a phone and an identity number with the same digits do
        not. The caller normalises the value first.
        """
        if kind not in self._kinds:
            label = b"daylight/blind/v1\n" + kind.encode()
            self._kinds[kind] = hmac.digest(self._key, label, hashlib.sha256)
        return hmac.digest(self._kinds[kind], value.encode(), "sha256")

    def __repr__(self) -> str:
        """Show nothing of the key."""
        return "BlindIndex()"
