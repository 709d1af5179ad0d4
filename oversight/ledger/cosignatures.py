"""Making cosignatures (C2SP tlog-cosignature): "the largest tree of this log that I have seen"."""

from oversight.keys.mldsa import MldsaKey
from oversight.keys.signing import SigningKey
from oversight.ledger.notes import (
    COSIGNATURE_ED25519,
    MLDSA44,
    TIME_BYTES,
    VerifierKey,
    note_line,
    signed_by_cosigner,
)


def cosign_ed25519(text: str, name: str, key: SigningKey, seconds: int) -> str:
    """Return the line (type 04) by which cosigner `name` vouches for a checkpoint's text.

    Such a signature does not cover the name: one key serves one cosigner only. `seconds` is the
    POSIX time of signing.
    """
    verifier = VerifierKey(name, COSIGNATURE_ED25519, key.public)
    return _line(verifier, seconds, key.sign(signed_by_cosigner(verifier, text, seconds)))


def cosign_mldsa(text: str, name: str, key: MldsaKey, seconds: int) -> str:
    """Return the line (type 06) for a checkpoint's text; a log signs its own with this type too.

    Raises:
        ProofRejected: the text is no checkpoint, or a name is longer than 255 bytes.
    """
    verifier = VerifierKey(name, MLDSA44, key.public)
    return _line(verifier, seconds, key.sign(signed_by_cosigner(verifier, text, seconds)))


def _line(verifier: VerifierKey, seconds: int, signature: bytes) -> str:
    return note_line(verifier, seconds.to_bytes(TIME_BYTES, "big") + signature)
