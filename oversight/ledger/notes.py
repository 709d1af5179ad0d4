"""Signed notes (C2SP signed-note v1.0.0): a text and signatures over it, in lines.

Verified here: Ed25519 (type 01), and cosignatures (tlog-cosignature) by Ed25519 (type 04) and by
ML-DSA-44 (type 06). Lines of unknown keys are skipped, as the format demands; that is how keys
rotate and how witnesses join. A key of another type cannot be parsed, so nobody believes that it
was checked.
"""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from oversight.errors import ProofRejected
from oversight.keys import mldsa
from oversight.keys.signing import SigningKey, verify
from oversight.ledger.checkpoint import parse_checkpoint
from oversight.values.digests import to_base64, unbase64, unhex

ED25519 = 0x01
COSIGNATURE_ED25519 = 0x04
MLDSA44 = 0x06
PUBLIC_KEY_BYTES = {ED25519: 32, COSIGNATURE_ED25519: 32, MLDSA44: mldsa.PUBLIC_BYTES}
KNOWN_TYPES = tuple(PUBLIC_KEY_BYTES)
ED25519_TYPES = (ED25519, COSIGNATURE_ED25519)  # what a draw's trust file speaks of
KEY_ID_BYTES, TIME_BYTES = 4, 8
NOTE_BYTES_MAX = 1_000_000  # the Go package's bound
SIGNATURES_MAX = 100  # the Go package's bound; the specification demands at least 16
SIGNATURE_START = "\u2014 "
SUBTREE_TAG = b"subtree/v1\n\0"
SHORT_MAX = 255  # bytes of a name behind a length of one byte


class VerifierKey(msgspec.Struct, frozen=True):
    """Whose signature is believed: a name, a type and a public key."""

    name: str
    type: int  # ED25519, COSIGNATURE_ED25519 or MLDSA44
    public: bytes  # 32 bytes, or 1,312 of ML-DSA-44

    @property
    def id(self) -> bytes:
        """The 4 bytes that stand before each signature."""
        return key_id(self.name, self.type, self.public)


class OpenedNote(msgspec.Struct, frozen=True):
    """A note of which at least one signature was verified."""

    text: str  # what was signed, with its final line feed
    verified: tuple[VerifierKey, ...]  # type 01
    cosigned: tuple[tuple[VerifierKey, int], ...]  # types 04 and 06, with the POSIX second claimed


def key_id(name: str, type_: int, public: bytes) -> bytes:
    """Return the key id: the first 4 bytes of SHA-256(name || LF || type || key)."""
    return hashlib.sha256(f"{name}\n".encode() + bytes([type_]) + public).digest()[:KEY_ID_BYTES]


def make_vkey(name: str, public: bytes, type_: int = ED25519) -> str:
    """Return the text form of a verifier key: name+id+base64(type || key)."""
    assert _is_key_name(name), "a key name is not empty and holds neither space nor plus sign"
    assert len(public) == PUBLIC_KEY_BYTES[type_], "a public key has the length of its type"
    identity = key_id(name, type_, public).hex()
    return f"{name}+{identity}+{to_base64(bytes([type_]) + public)}"


def parse_vkey(text: str) -> VerifierKey:
    """Read a verifier key.

    Raises:
        ProofRejected: not in that form, the id is another key's, or the type is none of ours.
    """
    try:
        name, identity, encoded = text.split("+", 2)
        data, claimed = unbase64(encoded), unhex(identity, KEY_ID_BYTES)
    except ValueError:
        raise ProofRejected("a verifier key is not name+id+base64") from None
    if not _is_key_name(name):
        raise ProofRejected("a verifier key has no proper name")
    if not data or data[0] not in KNOWN_TYPES:
        raise ProofRejected("a verifier key is of a type that is not checked here")
    if len(data) != 1 + PUBLIC_KEY_BYTES[data[0]]:
        raise ProofRejected("a verifier key has the wrong length")
    key = VerifierKey(name, data[0], data[1:])
    if key.id != claimed:
        raise ProofRejected("a verifier key's id does not follow from its name and key")
    return key


def read_vkeys(texts: Iterable[str], wanted: int) -> list[VerifierKey]:
    """Return the keys of one of the Ed25519 types; those of all other types are ignored.

    Raises:
        ProofRejected: a text is no verifier key.
    """
    read = [parse_vkey(text) for text in dict.fromkeys(texts) if _type_of(text) in ED25519_TYPES]
    return [key for key in read if key.type == wanted]


def _type_of(text: str) -> int:
    """Return the type byte of a verifier key.

    Raises:
        ProofRejected: the text is no verifier key.
    """
    try:
        _, identity, encoded = text.split("+", 2)
        unhex(identity, KEY_ID_BYTES)
        return unbase64(encoded)[0]
    except (ValueError, IndexError):
        raise ProofRejected("a verifier key is not name+id+base64") from None


def sign_note(text: str, name: str, key: SigningKey) -> str:
    """Return the note that says `text`, signed with Ed25519 under `name`."""
    assert _is_note_text(text), "a note's text ends in a line feed, its only control character"
    line = note_line(VerifierKey(name, ED25519, key.public), key.sign(text.encode()))
    return f"{text}\n{line}"


def note_line(key: VerifierKey, signature: bytes) -> str:
    """Return the line that adds a signature to a note."""
    return f"{SIGNATURE_START}{key.name} {to_base64(key.id + signature)}\n"


def line_of(key: VerifierKey, lines: str) -> str:
    """Return the one of these signature lines that names `key`; its signature is not checked.

    Raises:
        ProofRejected: a line is malformed, or not exactly one names the key.
    """
    if not lines.endswith("\n") or len(lines) > NOTE_BYTES_MAX:
        raise ProofRejected("signature lines are too long, or do not end in a line feed")
    whole = lines[:-1].split("\n")
    found = [line for line in whole if _signature_line(line)[:2] == (key.name, key.id)]
    if len(found) != 1:
        raise ProofRejected("not exactly one of the lines is this key's")
    return f"{found[0]}\n"


def signed_by_cosigner(key: VerifierKey, text: str, seconds: int) -> bytes:
    """Return what a cosigner of a checkpoint signs (tlog-cosignature): the time it claims is in it.

    An ML-DSA-44 cosigner signs the tree alone, so extension lines are not covered by it.

    Raises:
        ProofRejected: the text is no checkpoint, or a name in it is too long (ML-DSA-44).
    """
    if key.type == COSIGNATURE_ED25519:
        return f"cosignature/v1\ntime {seconds}\n{text}".encode()
    checkpoint = parse_checkpoint(text)
    name, origin = key.name.encode(), checkpoint.origin.encode()
    if max(len(name), len(origin)) > SHORT_MAX:
        raise ProofRejected("a name is too long for an ML-DSA-44 cosignature")
    span = [seconds.to_bytes(8, "big"), bytes([len(origin)]), origin, bytes(8)]
    whole = checkpoint.size.to_bytes(8, "big") + checkpoint.root
    return b"".join([SUBTREE_TAG, bytes([len(name)]), name, *span, whole])


def note_parts(note: str | bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return a note's text, and name, key id and signature of each line: nothing is verified yet.

    Raises:
        ProofRejected: malformed.
    """
    text, lines = _split(_decoded(note))
    return text, [_signature_line(line) for line in lines]


def open_note(note: str | bytes, keys: Sequence[VerifierKey]) -> OpenedNote:
    """Verify every signature by one of `keys`, skip unknown lines, and return what was signed.

    Raises:
        ProofRejected: malformed; a known key's signature fails; two of `keys` are meant by one
            line; or none of `keys` signed.
    """
    text, lines = note_parts(note)
    verified: dict[VerifierKey, None] = {}
    cosigned: dict[VerifierKey, int] = {}
    for name, identity, signature in lines:
        key = _known(name, identity, keys)
        if key is None:
            continue
        if key.type == ED25519:
            verify(key.public, signature, text.encode())
            verified[key] = None
        else:
            cosigned[key] = _check_cosignature(key, signature, text)
    if not verified and not cosigned:
        raise ProofRejected("no known key signed the note")
    return OpenedNote(text, tuple(verified), tuple(cosigned.items()))


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def _is_note_text(text: str) -> bool:
    return text.endswith("\n") and not any(char < " " and char != "\n" for char in text)


def _decoded(note: str | bytes) -> str:
    """Return the note as text: UTF-8, of bearable size, free of control characters."""
    try:
        data = note.encode() if isinstance(note, str) else note
        text = data.decode()
    except UnicodeError:
        raise ProofRejected("a note is not UTF-8") from None
    if len(data) > NOTE_BYTES_MAX:
        raise ProofRejected("a note is too long")
    if not _is_note_text(text):
        raise ProofRejected("a note has control characters, or does not end in a line feed")
    return text


def _split(note: str) -> tuple[str, list[str]]:
    """Return the text, up to the last empty line, and the lines after it."""
    cut = note.rfind("\n\n")
    if cut < 0:
        raise ProofRejected("a note has no signatures")
    lines = note[cut + 2 : -1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise ProofRejected("a note has too many signatures")
    return note[: cut + 1], lines


def _signature_line(line: str) -> tuple[str, bytes, bytes]:
    """Return name, key id and signature of one line."""
    try:
        name, encoded = line.removeprefix(SIGNATURE_START).split(" ")
        data = unbase64(encoded)
    except ValueError:
        raise ProofRejected("a signature line is malformed") from None
    well_formed = line.startswith(SIGNATURE_START) and _is_key_name(name)
    if not well_formed or len(data) <= KEY_ID_BYTES:
        raise ProofRejected("a signature line is malformed")
    return name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:]


def _known(name: str, identity: bytes, keys: Sequence[VerifierKey]) -> VerifierKey | None:
    """Return the one key that a line names."""
    meant = [key for key in keys if key.name == name and key.id == identity]
    if len(meant) > 1:
        raise ProofRejected("two known keys have the same name and id")
    return meant[0] if meant else None


def _check_cosignature(key: VerifierKey, signature: bytes, text: str) -> int:
    """Return the POSIX second of a cosignature (tlog-cosignature, types 04 and 06)."""
    bare = signature[TIME_BYTES:]
    if len(signature) < TIME_BYTES:
        raise ProofRejected("a cosignature has the wrong length")
    seconds = int.from_bytes(signature[:TIME_BYTES], "big")
    signed = signed_by_cosigner(key, text, seconds)
    if key.type == MLDSA44:
        mldsa.verify(key.public, bare, signed)
    else:
        verify(key.public, bare, signed)
    return seconds
