"""Digests, and the only text forms in which binary values enter our documents.

Hex is lower-case; base64 is RFC 4648 section 4, padded. Both are read strictly, so that one
value has one text and a digest over texts is a digest over values.
"""

import base64
import binascii
import hashlib
import re

_HEX = re.compile(r"[0-9a-f]*", re.ASCII)


def sha256(data: bytes) -> bytes:
    """Return the 32-byte SHA-256 digest (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def is_hex(text: object, count: int) -> bool:
    """Tell whether `text` is `count` bytes as lower-case hex."""
    return isinstance(text, str) and len(text) == 2 * count and _HEX.fullmatch(text) is not None


def unhex(text: str, count: int) -> bytes:
    """Return the `count` bytes that lower-case hex stands for; other texts are a ValueError."""
    if not is_hex(text, count):
        raise ValueError(f"not {count} bytes as lower-case hex")
    return bytes.fromhex(text)


def to_base64(data: bytes) -> str:
    """Return RFC 4648 base64, padded."""
    return base64.b64encode(data).decode("ascii")


def unbase64(text: str, count: int | None = None) -> bytes:
    """Return the bytes of canonical base64, exactly `count` of them where that is given.

    Raises:
        ValueError: foreign characters, missing padding, unused bits that are not zero, or
            another length.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("not base64") from None
    if to_base64(data) != text:
        raise ValueError("not canonical base64")
    if count is not None and len(data) != count:
        raise ValueError(f"not {count} bytes as base64")
    return data
