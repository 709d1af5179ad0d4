#!/usr/bin/env python3
"""Check the record of a random draw, offline, with nothing but Python 3.9 or later.

    python3 verify_proof.py BUNDLE --trust FILE [--auditor FILE] [--lang zh|en] [--json]

BUNDLE is the record of one draw as its holders received it. The trust file says whom *you*
trust (log keys, witnesses, parties, rulebook editions); it comes from your own hands and never
from whoever gave you the bundle. The auditor's file opens the rosters.

The program shares no code with the service that made the draw. It follows `daylight/draw/v1`
(draw.md): the sixteen steps of its section "Verifying", in that order, one function each. It
reads three files, talks to nobody, and writes nothing but its answer.

    exit  verdict     meaning
    0     valid       the result follows from the inputs, and the log holds the whole story
    4     void        a valid record of a draw that was closed without a result
    3     incomplete  nothing is wrong, but something could not be checked; it says what
    1     failed      the named step does not hold
    2     unusable    a file could not be read, or is not UTF-8 JSON

Order of this file: words, failures, reading, canonical bytes, curve, signatures, VRF, Merkle
tree, notes, BLS12-381 and the beacon; the trust file; the shape of a bundle; steps 1 to 16; the
verdict.

Not done by this program, and always reported as incomplete: eligibility recomputed from the
pool's own entries (step 16), which no file given to it holds.
"""

# ruff: noqa: E501 (Chinese counts double; the table of sentences keeps one a line)

from __future__ import annotations

import argparse
import base64
import binascii
import calendar
import hashlib
import hmac
import json
import os
import re
import sys
from array import array
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Iterable, NamedTuple, Sequence  # noqa: UP035

PROTOCOL = "daylight/draw/v1"
INTEGER_MAX = 2**53 - 1  # RFC 8785 (I-JSON): above it numbers are not exact everywhere
DEPTH_MAX = 64  # a bundle nests far less; deeper input is refused before it can hurt
LEAF_BYTES_MAX = 65_535  # ledger.md, "Entry"
STRATUM_SIZE_MAX = 10**7
TICKET_BYTES = 16
PROOF_SECONDS = 24 * 3600  # the center's time for its proof (draw.md, step 7)


# --- Words: every sentence is said in English and in Chinese --------------------------------------


class Words(NamedTuple):
    """One sentence in both languages."""

    en: str
    zh: str


def shown(figure: object) -> str:
    """Return a figure for print: foreign text loses control characters and is cut at 80."""
    text = str(figure)
    if len(text) > 80:
        text = text[:77] + "..."
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def say(sentence: str, *figures: object) -> Words:
    """Fill figures into a sentence; its Chinese stands in the table CHINESE near the end."""
    safe = [shown(figure) for figure in figures]
    return Words(sentence.format(*safe), CHINESE[sentence].format(*safe))


# --- Failures -------------------------------------------------------------------------------------


class Unreadable(Exception):  # noqa: N818
    """The input is not UTF-8 JSON: the verdict is *unusable*."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class Refused(Exception):  # noqa: N818
    """The evidence does not hold: the verdict is *failed*."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class Undecided(Exception):  # noqa: N818
    """The step cannot be done, or not wholly: the verdict is *incomplete*."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


def refuse(sentence: str, *figures: object) -> None:
    """Refuse the evidence, saying why."""
    raise Refused(say(sentence, *figures))


def need(holds: bool, sentence: str, *figures: object) -> None:
    """Refuse the evidence unless a condition holds; the sentence says what is wrong."""
    if not holds:
        raise Refused(say(sentence, *figures))


# --- Reading: strict JSON, hex, base64, times (draw.md, "Conventions") ----------------------------


class ForeignNumber:
    """A number in the input that is no integer of our domain; refused wherever it stands."""

    def __init__(self, text: str) -> None:
        self.text = text


def _read_integer(text: str) -> Any:
    """Read an integer; a long one is never converted (conversion costs quadratic time)."""
    if len(text) > 17 or text == "-0" or abs(int(text)) > INTEGER_MAX:
        return ForeignNumber(text)
    return int(text)


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def read_json(data: bytes) -> Any:
    """Return the value of a JSON text in our domain.

    Raises:
        Unreadable: not UTF-8, or not JSON.
        Refused: JSON, but with duplicate keys, a number that is no integer within 2^53 - 1,
            a lone surrogate, or nested too deeply.
    """
    duplicates: list[str] = []

    def make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            duplicates.extend(
                key for key, times in Counter(k for k, _ in pairs).items() if times > 1
            )
        return made

    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=make_object,
            parse_int=_read_integer,
            parse_float=ForeignNumber,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError:
        raise Unreadable(say("not UTF-8")) from None
    except ValueError as error:
        raise Unreadable(say("not JSON: {}", error)) from None
    except RecursionError:
        raise Refused(say("nested too deeply")) from None
    need(not duplicates, "duplicate key {}", (duplicates or [""])[0])
    _need_plain(value)
    return value


def _need_plain(value: Any) -> None:
    """Refuse numbers, strings and depths outside the domain, anywhere in a value."""
    pending: list[tuple[Any, int]] = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        need(depth < DEPTH_MAX or not isinstance(item, (list, dict)), "nested too deeply")
        if isinstance(item, ForeignNumber):
            refuse("{} is no integer within 2^53-1", item.text)
        elif isinstance(item, str):
            _need_whole_characters(item)
        elif isinstance(item, list):
            pending.extend((inner, depth + 1) for inner in item)
        elif isinstance(item, dict):
            for key, inner in item.items():
                _need_whole_characters(key)
                pending.append((inner, depth + 1))


def _need_whole_characters(text: str) -> None:
    """Refuse a lone surrogate: no UTF-8, and so no hash, exists for it."""
    if not text.isascii() and any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        refuse("a lone surrogate in a string")


def is_hex(value: object, length: int) -> bool:
    """Tell whether a value is the lower-case hex of exactly `length` bytes."""
    return (
        isinstance(value, str) and len(value) == 2 * length and not value.strip("0123456789abcdef")
    )


def unhex(value: object, length: int) -> bytes:
    """Return the bytes of strict lower-case hex."""
    if not isinstance(value, str) or not is_hex(value, length):
        raise Refused(say("not {} bytes of lower-case hex", length))
    return bytes.fromhex(value)


def unbase64(value: object, length: int | None = None) -> bytes:
    """Return the bytes of strict base64 (RFC 4648: padded, trailing bits zero)."""
    try:
        data = base64.b64decode(value, validate=True) if isinstance(value, str) else None
    except (binascii.Error, ValueError):
        data = None
    if data is None or base64.b64encode(data).decode() != value:
        raise Refused(say("not canonical base64"))
    if length is not None and len(data) != length:
        raise Refused(say("{} bytes of base64 instead of {}", len(data), length))
    return data


TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{6})?Z"
)


def microseconds(value: object, fraction: bool) -> int:
    """Return an RFC 3339 UTC time as POSIX microseconds; `fraction`: with six digits, or none."""
    match = TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None or bool(match[7]) != fraction:
        raise Refused(say("{} is no UTC time of the form due", value))
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    in_month = 1 <= month <= 12 and year >= 1 and 1 <= day <= calendar.monthrange(year, month)[1]
    if not (in_month and hour < 24 and minute < 60 and second < 60):
        raise Refused(say("{} does not exist", value))
    whole = calendar.timegm((year, month, day, hour, minute, second))
    return whole * 1_000_000 + int((match[7] or ".0")[1:])


def same(found: Any, due: Any) -> bool:
    """Tell whether two plain values are equal and of one type (True is not 1)."""
    return type(found) is type(due) and bool(found == due)


# --- Canonical bytes and labelled hashes (draw.md, "Conventions"; RFC 8785) -----------------------


def canon(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a value made of objects, lists, strings, integers, true, null."""
    return _canonical_text(value).encode("utf-8")


def _canonical_text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        # RFC 8785 3.2.2.2 is the escaping of ECMAScript; this call writes exactly that
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(_canonical_text(item) for item in value) + "]"
    members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
    return "{" + ",".join(f"{_canonical_text(k)}:{_canonical_text(v)}" for k, v in members) + "}"


def label(name: str, data: bytes) -> bytes:
    """Return `L(name, data)` = SHA-256("daylight/draw/v1/" || name || LF || data)."""
    return hashlib.sha256(f"{PROTOCOL}/{name}\n".encode() + data).digest()


# --- The curve edwards25519 (RFC 8032, section 5.1) -----------------------------------------------

FIELD = 2**255 - 19
GROUP = 2**252 + 27742317777372353535851937790883648493  # order of the prime group: L, or q
CURVE_D = -121665 * pow(121666, -1, FIELD) % FIELD
ROOT_OF_MINUS_ONE = pow(2, (FIELD - 1) // 4, FIELD)

Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T: x = X/Z, y = Y/Z, xy = T/Z
IDENTITY: Point = (0, 1, 1, 0)


def point_add(p: Point, q: Point) -> Point:
    """Add two points (RFC 8032, 5.1.4); complete: right for equal points too."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % FIELD
    b = (p[1] + p[0]) * (q[1] + q[0]) % FIELD
    c = 2 * p[3] * q[3] * CURVE_D % FIELD
    d = 2 * p[2] * q[2] % FIELD
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD)


def point_double(p: Point) -> Point:
    """Double a point (RFC 8032, 5.1.4)."""
    a, b = p[0] * p[0] % FIELD, p[1] * p[1] % FIELD
    c = 2 * p[2] * p[2] % FIELD
    h = a + b
    e = h - (p[0] + p[1]) * (p[0] + p[1])
    g = a - b
    f = c + g
    return (e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD)


def point_negate(p: Point) -> Point:
    """Return the point's opposite."""
    return (-p[0] % FIELD, p[1], p[2], -p[3] % FIELD)


def point_combine(m: int, p: Point, n: int, q: Point) -> Point:
    """Return m·p + n·q for scalars not below 0. Not constant in time: nothing here is secret."""
    addends = (None, p, q, point_add(p, q))
    total = IDENTITY
    for bit in range(max(m.bit_length(), n.bit_length()) - 1, -1, -1):
        total = point_double(total)
        addend = addends[(m >> bit & 1) + 2 * (n >> bit & 1)]
        if addend is not None:
            total = point_add(total, addend)
    return total


def point_times_8(p: Point) -> Point:
    """Multiply by the cofactor."""
    return point_double(point_double(point_double(p)))


def is_identity(p: Point) -> bool:
    """Tell whether a point is the neutral one."""
    return p[0] % FIELD == 0 and (p[1] - p[2]) % FIELD == 0


def point_encode(p: Point) -> bytes:
    """Return the 32 bytes of a point (RFC 8032, 5.1.2)."""
    inverse = pow(p[2], -1, FIELD)
    x, y = p[0] * inverse % FIELD, p[1] * inverse % FIELD
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point_decode(data: bytes) -> Point | None:
    """Return the point of 32 bytes, or None if they are not its canonical form (RFC 8032, 5.1.3)."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if len(data) != 32 or y >= FIELD:
        return None
    u, v = (y * y - 1) % FIELD, (CURVE_D * y * y + 1) % FIELD
    x = u * pow(v, 3, FIELD) * pow(u * pow(v, 7, FIELD), (FIELD - 5) // 8, FIELD) % FIELD
    if v * x * x % FIELD == -u % FIELD:
        x = x * ROOT_OF_MINUS_ONE % FIELD
    if v * x * x % FIELD != u or (x == 0 and sign == 1):
        return None
    if x & 1 != sign:
        x = FIELD - x
    return (x, y, 1, x * y % FIELD)


def _base_point() -> Point:
    point = point_decode((4 * pow(5, -1, FIELD) % FIELD).to_bytes(32, "little"))
    if point is None:
        raise AssertionError("the base point is on the curve")
    return point


BASE = _base_point()


# --- Ed25519 (RFC 8032, section 5.1.7) ------------------------------------------------------------


def signature_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether an Ed25519 signature holds: S·B = R + k·A, without the cofactor.

    S >= L is refused, and so are a key that is not canonical or of small order. R is compared as
    bytes, so that a form of it that is not canonical never passes.
    """
    key = point_decode(public)
    if key is None or len(signature) != 64 or is_identity(point_times_8(key)):
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= GROUP:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % GROUP
    return point_encode(point_combine(s, BASE, k, point_negate(key))) == signature[:32]


# --- ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381) -----------------------------------------------------

SUITE = b"\x03"


def vrf_hash_to_curve(salt: bytes, alpha: bytes) -> Point | None:
    """Find the point of an input: try and increment (RFC 9381, 5.4.1.1)."""
    for counter in range(256):
        digest = hashlib.sha512(
            SUITE + b"\x01" + salt + alpha + bytes([counter]) + b"\x00"
        ).digest()
        candidate = point_decode(digest[:32])
        if candidate is not None and not is_identity(point_times_8(candidate)):
            return point_times_8(candidate)
    return None


def vrf_output(public: bytes, alpha: bytes, proof: bytes) -> bytes | None:
    """Return beta (64 bytes) if the proof holds, else None (RFC 9381, 5.3 with 5.4.5 and 5.2)."""
    key = point_decode(public)
    if key is None or is_identity(point_times_8(key)) or len(proof) != 80:
        return None
    gamma = point_decode(proof[:32])
    c = int.from_bytes(proof[32:48], "little")
    s = int.from_bytes(proof[48:], "little")
    h = vrf_hash_to_curve(public, alpha)
    if gamma is None or h is None or s >= GROUP:
        return None
    u = point_combine(s, BASE, c, point_negate(key))
    v = point_combine(s, h, c, point_negate(gamma))
    points = public + b"".join(point_encode(p) for p in (h, gamma, u, v))
    if hashlib.sha512(SUITE + b"\x02" + points + b"\x00").digest()[:16] != proof[32:48]:
        return None
    return hashlib.sha512(SUITE + b"\x03" + point_encode(point_times_8(gamma)) + b"\x00").digest()


# --- Merkle trees (RFC 6962, section 2.1) ---------------------------------------------------------


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf data, in one pass (RFC 6962, 2.1)."""
    stack: list[bytes] = []
    for size, data in enumerate(leaves):
        digest, carry = leaf_hash(data), size
        while carry & 1:
            digest, carry = node_hash(stack.pop(), digest), carry >> 1
        stack.append(digest)
    if not stack:
        return hashlib.sha256(b"").digest()
    root = stack.pop()
    while stack:
        root = node_hash(stack.pop(), root)
    return root


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a leaf hash stands at `index` in the tree of that size and root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or any(len(h) != 32 for h in (leaf, root, *path)):
        return False
    node, last, digest = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            digest = node_hash(sibling, digest)
            while node & 1 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and digest == root


# --- Signed notes, checkpoints, cosignatures, proofs (C2SP) ---------------------------------------

ED25519_LOG = 0x01
ED25519_COSIGNER = 0x04
NOTE_LINES_MAX, NOTE_BYTES_MAX = 100, 1_000_000  # the bounds of the Go package


class NoteKey(NamedTuple):
    """A verifier key: who signs, the 4-byte key id, the algorithm's type, the public key."""

    name: str
    key_id: bytes
    type: int
    public: bytes


class Note(NamedTuple):
    """A signed note: its text (with final LF) and the (name, key id || signature) of each line."""

    text: str
    signatures: list[tuple[str, bytes]]


class Checkpoint(NamedTuple):
    """A log's promise: its origin, how many entries it has, and their root."""

    origin: str
    size: int
    root: bytes


def is_key_name(name: str) -> bool:
    """Tell whether a key's name is lawful: not empty, no space, no plus sign."""
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return a key's id (signed-note v1.0.0; type 02 hashes the public key alone)."""
    if kind == 0x02:
        return hashlib.sha256(public).digest()[:4]
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def parse_vkey(vkey: str) -> NoteKey:
    """Read a verifier key `name+id+base64(type || public key)`; the id must be the key's own.

    For type 05 the part after the type byte is the key's log id (c2sp-notes.md, 1.2), which this
    program has no use for: such a key, like every type but 01 and 04, never verifies anything.
    """
    parts = vkey.split("+", 2)
    need(len(parts) == 3 and is_hex(parts[1], 4), "{} is no verifier key", vkey)
    blob = unbase64(parts[2])
    need(len(blob) > 0, "{} holds no key", vkey)
    kind, public = blob[0], blob[1:]
    found = NoteKey(parts[0], bytes.fromhex(parts[1]), kind, public)
    if kind in (ED25519_LOG, ED25519_COSIGNER):
        need(is_key_name(parts[0]), "{} is no verifier key", vkey)
        need(len(public) == 32, "{} is not 32 bytes long", vkey)
        need(
            found.key_id == key_id(parts[0], kind, public),
            "the id of {} is not that of its key",
            vkey,
        )
    return found


def parse_note(note: str) -> Note:
    """Split a signed note at its last empty line and decode its signature lines."""
    need(len(note.encode()) <= NOTE_BYTES_MAX, "a note longer than {} bytes", NOTE_BYTES_MAX)
    need(not any(c < " " and c != "\n" for c in note), "a control character in the note")
    text, blank, lines = note.rpartition("\n\n")
    need(bool(blank) and lines.endswith("\n"), "no signature lines at the end of the note")
    rows = lines[:-1].split("\n")
    need(len(rows) <= NOTE_LINES_MAX, "{} signature lines", len(rows))
    return Note(text + "\n", [_parse_signature_line(row) for row in rows])


def _parse_signature_line(row: str) -> tuple[str, bytes]:
    dash, _, rest = row.partition(" ")
    name, _, encoded = rest.partition(" ")
    need(dash == "\u2014" and is_key_name(name), "a malformed signature line")
    signature = unbase64(encoded)
    need(len(signature) >= 5, "a signature line too short")
    return name, signature


def log_signed(note: Note, keys: Iterable[NoteKey]) -> bool:
    """Tell whether a trusted log key signed the note; a known key's bad signature refuses it."""
    wanted = {(k.name, k.key_id): k for k in keys if k.type == ED25519_LOG}
    signed = False
    for name, blob in note.signatures:
        key = wanted.get((name, blob[:4]))
        if key is not None:
            need(
                signature_holds(key.public, blob[4:], note.text.encode()),
                "the signature of {} does not hold",
                name,
            )
            signed = True
    return signed


def cosigned(note: Note, keys: Iterable[NoteKey]) -> dict[bytes, int]:
    """Return {witness key: POSIX seconds} of trusted type-04 cosignatures (tlog-cosignature v1).

    A witness that signed twice counts once, with its earliest time; one key under two names is
    one witness. A known key's bad signature refuses the note.
    """
    wanted = {(k.name, k.key_id): k for k in keys if k.type == ED25519_COSIGNER}
    times: dict[bytes, int] = {}
    for name, blob in note.signatures:
        key = wanted.get((name, blob[:4]))
        if key is None:
            continue
        seconds = int.from_bytes(blob[4:12], "big")
        message = f"cosignature/v1\ntime {seconds}\n{note.text}".encode()
        need(
            len(blob) == 76 and signature_holds(key.public, blob[12:], message),
            "the cosignature of {} does not hold",
            name,
        )
        times[key.public] = min(seconds, times.get(key.public, seconds))
    return times


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text: origin, size, root (tlog-checkpoint v1.0.0)."""
    lines = text.split("\n")
    need(len(lines) >= 4 and lines[-1] == "" and all(lines[:-1]), "a malformed checkpoint")
    need(
        re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]) is not None and int(lines[1]) < 2**63,
        "a malformed size in the checkpoint",
    )
    size, root = int(lines[1]), unbase64(lines[2], 32)
    need(size > 0 or root == tree_root([]), "an empty log has another root")
    return Checkpoint(lines[0], size, root)


def parse_tlog_proof(proof: str) -> tuple[int, list[bytes], str]:
    """Read a `.tlog-proof`: index, path, checkpoint note (tlog-proof@v1)."""
    head, blank, note = proof.partition("\n\n")
    lines = head.split("\n")
    need(bool(blank) and lines.pop(0) == "c2sp.org/tlog-proof@v1", "not a tlog-proof")
    if lines and lines[0].startswith("extra "):
        unbase64(lines.pop(0)[6:])
    match = re.fullmatch("index (0|[1-9][0-9]{0,15})", lines.pop(0) if lines else "")
    if match is None:
        raise Refused(say("no index in the tlog-proof"))
    return int(match[1]), [unbase64(line, 32) for line in lines], note


# --- BLS12-381: the fields (draft-irtf-cfrg-pairing-friendly-curves-11, 4.2.1) ---------------------

BLS_FIELD = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
BLS_ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
BLS_SEED = 0xD201000000010000  # the curve's parameter x without its sign: x is -BLS_SEED

Fp2 = tuple[int, int]  # a + b·u with u^2 = -1; the prime field is b = 0
Fp12 = list[Fp2]  # the coefficients of w^0 to w^5, with w^6 = 1 + u
FP12_ONE: Fp12 = [(1, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0)]


def fp2_add(a: Fp2, b: Fp2) -> Fp2:
    """Add in Fp2."""
    return (a[0] + b[0]) % BLS_FIELD, (a[1] + b[1]) % BLS_FIELD


def fp2_subtract(a: Fp2, b: Fp2) -> Fp2:
    """Subtract in Fp2."""
    return (a[0] - b[0]) % BLS_FIELD, (a[1] - b[1]) % BLS_FIELD


def fp2_multiply(a: Fp2, b: Fp2) -> Fp2:
    """Multiply in Fp2."""
    return (a[0] * b[0] - a[1] * b[1]) % BLS_FIELD, (a[0] * b[1] + a[1] * b[0]) % BLS_FIELD


def fp2_inverse(a: Fp2) -> Fp2:
    """Return 1/a, for a that is not zero."""
    over_norm = pow(a[0] * a[0] + a[1] * a[1], -1, BLS_FIELD)
    return a[0] * over_norm % BLS_FIELD, -a[1] * over_norm % BLS_FIELD


def fp2_power(a: Fp2, exponent: int) -> Fp2:
    """Return a to an exponent above 0."""
    power = a
    for bit in bin(exponent)[3:]:
        power = fp2_multiply(power, power)
        if bit == "1":
            power = fp2_multiply(power, a)
    return power


def fp2_root(a: Fp2) -> Fp2 | None:
    """Return a square root, or None where there is none (RFC 9380, appendix I.1, in Fp2).

    With s = a^((p-3)/4), t = s·a is a root up to the factor t·s, whose square is 1 in Fp.
    """
    s = fp2_power(a, (BLS_FIELD - 3) // 4)
    t = fp2_multiply(s, a)
    factor = fp2_multiply(s, t)
    if factor == (BLS_FIELD - 1, 0):
        root = fp2_multiply((0, 1), t)
    else:
        root = fp2_multiply(fp2_power(fp2_add((1, 0), factor), (BLS_FIELD - 1) // 2), t)
    return root if fp2_multiply(root, root) == a else None


def fp12_multiply(a: Fp12, b: Fp12) -> Fp12:
    """Multiply in Fp12; the terms above w^5 come down by w^6 = 1 + u."""
    real, imaginary = [0] * 12, [0] * 12
    for j, (b0, b1) in enumerate(b):
        if b0 or b1:  # a line of the pairing has three coefficients only
            for i, (a0, a1) in enumerate(a, start=j):
                real[i] += a0 * b0 - a1 * b1
                imaginary[i] += a0 * b1 + a1 * b0
    return [
        (
            (real[k] + real[k + 6] - imaginary[k + 6]) % BLS_FIELD,
            (imaginary[k] + real[k + 6] + imaginary[k + 6]) % BLS_FIELD,
        )
        for k in range(6)
    ]


def fp12_power(a: Fp12, exponent: int) -> Fp12:
    """Return a to an exponent above 0."""
    power = a
    for bit in bin(exponent)[3:]:
        power = fp12_multiply(power, power)
        if bit == "1":
            power = fp12_multiply(power, a)
    return power


# --- BLS12-381: the groups ------------------------------------------------------------------------

# Affine points over Fp2; infinity is None. G1 lies on y^2 = x^3 + 4 with coordinates in the prime
# field, G2 on y^2 = x^3 + 4(1 + u). The addition does not name the last coefficient and serves both.
BlsPoint = tuple[Fp2, Fp2]
G1_BYTES, G2_BYTES = 48, 96
BLS_BASE_G2: BlsPoint = (
    (
        0x024AA2B2F08F0A91260805272DC51051C6E47AD4FA403B02B4510B647AE3D1770BAC0326A805BBEFD48056C8C121BDB8,
        0x13E02B6052719F607DACD3A088274F65596BD0D09920B61AB5DA61BBDC7F5049334CF11213945D57E5AC7D055D042B7E,
    ),
    (
        0x0CE5D527727D6E118CC9CDC6DA2E351AADFD9BAA8CBDD3A76D429A695160D12C923AC9CC3BACA289E193548608B82801,
        0x0606C4A02EA734CC32ACD2B02BC28B99CB3E287E85A763AF267492AB572E99AB3F370D275CEC1DA1AAA9075FF05F79BE,
    ),
)
LAST_COEFFICIENT = {G1_BYTES: (4, 0), G2_BYTES: (4, 4)}


def bls_chord(p: BlsPoint, q: BlsPoint) -> tuple[Fp2, BlsPoint]:
    """Return the slope of the line through two points that are not opposite, and their sum."""
    if p == q:
        square = fp2_multiply(p[0], p[0])
        rise, run = fp2_multiply((3, 0), square), fp2_add(p[1], p[1])
    else:
        rise, run = fp2_subtract(q[1], p[1]), fp2_subtract(q[0], p[0])
    slope = fp2_multiply(rise, fp2_inverse(run))
    x = fp2_subtract(fp2_multiply(slope, slope), fp2_add(p[0], q[0]))
    y = fp2_subtract(fp2_multiply(slope, fp2_subtract(p[0], x)), p[1])
    return slope, (x, y)


def bls_negate(p: BlsPoint) -> BlsPoint:
    """Return the point's opposite."""
    return p[0], fp2_subtract((0, 0), p[1])


def bls_add(p: BlsPoint | None, q: BlsPoint | None) -> BlsPoint | None:
    """Add two points."""
    if p is None or q is None:
        return q if p is None else p
    return None if p == bls_negate(q) else bls_chord(p, q)[1]


def bls_times(scalar: int, p: BlsPoint | None) -> BlsPoint | None:
    """Multiply by a scalar not below 0."""
    total: BlsPoint | None = None
    for bit in bin(scalar)[2:]:
        total = bls_add(total, total)
        if bit == "1":
            total = bls_add(total, p)
    return total


def bls_decode(data: bytes, length: int) -> BlsPoint | None:
    """Return the point of G1 (48 bytes) or G2 (96 bytes), or None if there is none to return.

    Accepted is the one compressed form of a point of order r (same draft, appendix C): first bit
    set, not infinity, each coordinate below the prime; on the curve, in the subgroup.
    """
    if len(data) != length or data[0] & 0xC0 != 0x80:
        return None
    flagged, last = int.from_bytes(data[:48], "big"), int.from_bytes(data[-48:], "big")
    first = flagged & (2**381 - 1)
    x = (first, 0) if length == G1_BYTES else (last, first)
    if max(x) >= BLS_FIELD:
        return None
    cube = fp2_multiply(fp2_multiply(x, x), x)
    y = fp2_root(fp2_add(cube, LAST_COEFFICIENT[length]))
    if y is None or (length == G1_BYTES and y[1] != 0):
        return None
    larger = (y[1] or y[0]) > BLS_FIELD // 2  # of the two roots, by the coefficient that decides
    point = (x, y)
    if larger != bool(flagged >> 381 & 1):
        point = bls_negate(point)
    return point if bls_times(BLS_ORDER, point) is None else None


# --- BLS12-381: the pairing -----------------------------------------------------------------------


def pairing_product_is_one(pairs: Sequence[tuple[BlsPoint, BlsPoint]]) -> bool:
    """Tell whether the product of e(P, Q) is 1 over pairs of a point of G1 and one of G2.

    The optimal ate pairing: Miller's loop over the bits of x, then the power (p^12 - 1)/r. The
    sign of x is left out, which inverts every pairing and leaves the answer as it is. A power
    k·(p^6 - 1) is 1 where the power k lies in the field of p^6 elements: w to w^5 stand on even
    places only.
    """
    product, reached = FP12_ONE, [q for _, q in pairs]
    for bit in bin(BLS_SEED)[3:]:
        product = fp12_multiply(product, product)
        for n, (p, q) in enumerate(pairs):
            line, reached[n] = bls_line(reached[n], reached[n], p)
            product = fp12_multiply(product, line)
            if bit == "1":
                line, reached[n] = bls_line(reached[n], q, p)
                product = fp12_multiply(product, line)
    product = fp12_power(product, (BLS_FIELD**6 + 1) // BLS_ORDER)
    return product[1] == product[3] == product[5] == (0, 0)


def bls_line(s: BlsPoint, t: BlsPoint, p: BlsPoint) -> tuple[Fp12, BlsPoint]:
    """Return the line through two points of G2, taken at a point of G1, and the points' sum.

    (x, y) of G2 stands for (x/w^2, y/w^3) on the curve of G1. The line is multiplied by w^3, and
    the vertical through the sum is left out: both lie in smaller fields, where the last power is 1.
    """
    slope, total = bls_chord(s, t)
    at_origin = fp2_subtract(fp2_multiply(slope, s[0]), s[1])
    by_x = fp2_multiply(slope, fp2_subtract((0, 0), p[0]))
    return [at_origin, (0, 0), by_x, p[1], (0, 0), (0, 0)], total


# --- BLS12-381: hashing to G1 (RFC 9380, suite BLS12381G1_XMD:SHA-256_SSWU_RO_) -------------------

# the curve y^2 = x^3 + A·x + B on which the map works, and its Z (8.8.1)
SSWU_A = (
    0x144698A3B8E9433D693A02C96D4982B0EA985383EE66A8D8E8981AEFD881AC98936F8DA0E0F97F5CF428082D584C1D
)
SSWU_B = 0x12E2908D11688030018B12E8753EEE3B2016C1F0F24F4070A0B9C14FCEF35EF55A23215A316CEAA5D1CC48E98E172BE0
SSWU_Z = 11
# the 11-isogeny from there to the curve of G1 (appendix E.2): coefficients from x^0 upwards
ISOGENY_X_NUMERATOR = (
    0x11A05F2B1E833340B809101DD99815856B303E88A2D7005FF2627B56CDB4E2C85610C2D5F2E62D6EAEAC1662734649B7,
    0x17294ED3E943AB2F0588BAB22147A81C7C17E75B2F6A8417F565E33C70D1E86B4838F2A6F318C356E834EEF1B3CB83BB,
    0x0D54005DB97678EC1D1048C5D10A9A1BCE032473295983E56878E501EC68E25C958C3E3D2A09729FE0179F9DAC9EDCB0,
    0x1778E7166FCC6DB74E0609D307E55412D7F5E4656A8DBF25F1B33289F1B330835336E25CE3107193C5B388641D9B6861,
    0x0E99726A3199F4436642B4B3E4118E5499DB995A1257FB3F086EEB65982FAC18985A286F301E77C451154CE9AC8895D9,
    0x1630C3250D7313FF01D1201BF7A74AB5DB3CB17DD952799B9ED3AB9097E68F90A0870D2DCAE73D19CD13C1C66F652983,
    0x0D6ED6553FE44D296A3726C38AE652BFB11586264F0F8CE19008E218F9C86B2A8DA25128C1052ECADDD7F225A139ED84,
    0x17B81E7701ABDBE2E8743884D1117E53356DE5AB275B4DB1A682C62EF0F2753339B7C8F8C8F475AF9CCB5618E3F0C88E,
    0x080D3CF1F9A78FC47B90B33563BE990DC43B756CE79F5574A2C596C928C5D1DE4FA295F296B74E956D71986A8497E317,
    0x169B1F8E1BCFA7C42E0C37515D138F22DD2ECB803A0C5C99676314BAF4BB1B7FA3190B2EDC0327797F241067BE390C9E,
    0x10321DA079CE07E272D8EC09D2565B0DFA7DCCDDE6787F96D50AF36003B14866F69B771F8C285DECCA67DF3F1605FB7B,
    0x06E08C248E260E70BD1E962381EDEE3D31D79D7E22C837BC23C0BF1BC24C6B68C24B1B80B64D391FA9C8BA2E8BA2D229,
)
ISOGENY_X_DENOMINATOR = (
    0x08CA8D548CFF19AE18B2E62F4BD3FA6F01D5EF4BA35B48BA9C9588617FC8AC62B558D681BE343DF8993CF9FA40D21B1C,
    0x12561A5DEB559C4348B4711298E536367041E8CA0CF0800C0126C2588C48BF5713DAA8846CB026E9E5C8276EC82B3BFF,
    0x0B2962FE57A3225E8137E629BFF2991F6F89416F5A718CD1FCA64E00B11ACEACD6A3D0967C94FEDCFCC239BA5CB83E19,
    0x03425581A58AE2FEC83AAFEF7C40EB545B08243F16B1655154CCA8ABC28D6FD04976D5243EECF5C4130DE8938DC62CD8,
    0x13A8E162022914A80A6F1D5F43E7A07DFFDFC759A12062BB8D6B44E833B306DA9BD29BA81F35781D539D395B3532A21E,
    0x0E7355F8E4E667B955390F7F0506C6E9395735E9CE9CAD4D0A43BCEF24B8982F7400D24BC4228F11C02DF9A29F6304A5,
    0x0772CAACF16936190F3E0C63E0596721570F5799AF53A1894E2E073062AEDE9CEA73B3538F0DE06CEC2574496EE84A3A,
    0x14A7AC2A9D64A8B230B3F5B074CF01996E7F63C21BCA68A81996E1CDF9822C580FA5B9489D11E2D311F7D99BBDCC5A5E,
    0x0A10ECF6ADA54F825E920B3DAFC7A3CCE07F8D1D7161366B74100DA67F39883503826692ABBA43704776EC3A79A1D641,
    0x095FC13AB9E92AD4476D6E3EB3A56680F682B4EE96F7D03776DF533978F31C1593174E4B4B7865002D6384D168ECDD0A,
    1,
)
ISOGENY_Y_NUMERATOR = (
    0x090D97C81BA24EE0259D1F094980DCFA11AD138E48A869522B52AF6C956543D3CD0C7AEE9B3BA3C2BE9845719707BB33,
    0x134996A104EE5811D51036D776FB46831223E96C254F383D0F906343EB67AD34D6C56711962FA8BFE097E75A2E41C696,
    0x00CC786BAA966E66F4A384C86A3B49942552E2D658A31CE2C344BE4B91400DA7D26D521628B00523B8DFE240C72DE1F6,
    0x01F86376E8981C217898751AD8746757D42AA7B90EEB791C09E4A3EC03251CF9DE405ABA9EC61DECA6355C77B0E5F4CB,
    0x08CC03FDEFE0FF135CAF4FE2A21529C4195536FBE3CE50B879833FD221351ADC2EE7F8DC099040A841B6DAECF2E8FEDB,
    0x16603FCA40634B6A2211E11DB8F0A6A074A7D0D4AFADB7BD76505C3D3AD5544E203F6326C95A807299B23AB13633A5F0,
    0x04AB0B9BCFAC1BBCB2C977D027796B3CE75BB8CA2BE184CB5231413C4D634F3747A87AC2460F415EC961F8855FE9D6F2,
    0x0987C8D5333AB86FDE9926BD2CA6C674170A05BFE3BDD81FFD038DA6C26C842642F64550FEDFE935A15E4CA31870FB29,
    0x09FC4018BD96684BE88C9E221E4DA1BB8F3ABD16679DC26C1E8B6E6A1F20CABE69D65201C78607A360370E577BDBA587,
    0x0E1BBA7A1186BDB5223ABDE7ADA14A23C42A0CA7915AF6FE06985E7ED1E4D43B9B3F7055DD4EBA6F2BAFAAEBCA731C30,
    0x19713E47937CD1BE0DFD0B8F1D43FB93CD2FCBCB6CAF493FD1183E416389E61031BF3A5CCE3FBAFCE813711AD011C132,
    0x18B46A908F36F6DEB918C143FED2EDCC523559B8AAF0C2462E6BFE7F911F643249D9CDF41B44D606CE07C8A4D0074D8E,
    0x0B182CAC101B9399D155096004F53F447AA7B12A3426B08EC02710E807B4633F06C851C1919211F20D4C04F00B971EF8,
    0x0245A394AD1ECA9B72FC00AE7BE315DC757B3B080D4C158013E6632D3C40659CC6CF90AD1C232A6442D9D3F5DB980133,
    0x05C129645E44CF1102A159F748C4A3FC5E673D81D7E86568D9AB0F5D396A7CE46BA1049B6579AFB7866B1E715475224B,
    0x15E6BE4E990F03CE4EA50B3B42DF2EB5CB181D8F84965A3957ADD4FA95AF01B2B665027EFEC01C7704B456BE69C8B604,
)
ISOGENY_Y_DENOMINATOR = (
    0x16112C4C3A9C98B252181140FAD0EAE9601A6DE578980BE6EEC3232B5BE72E7A07F3688EF60C206D01479253B03663C1,
    0x1962D75C2381201E1A0CBD6C43C348B885C84FF731C4D59CA4A10356F453E01F78A4260763529E3532F6102C2E49A03D,
    0x058DF3306640DA276FAAAE7D6E8EB15778C4855551AE7F310C35A5DD279CD2ECA6757CD636F96F891E2538B53DBF67F2,
    0x16B7D288798E5395F20D23BF89EDB4D1D115C5DBDDBCD30E123DA489E726AF41727364F2C28297ADA8D26D98445F5416,
    0x0BE0E079545F43E4B00CC912F8228DDCC6D19C9F0F69BBB0542EDA0FC9DEC916A20B15DC0FD2EDEDDA39142311A5001D,
    0x08D9E5297186DB2D9FB266EAAC783182B70152C65550D881C5ECD87B6F0F5A6449F38DB9DFA9CCE202C6477FAAF9B7AC,
    0x166007C08A99DB2FC3BA8734ACE9824B5EECFDFA8D0CF8EF5DD365BC400A0051D5FA9C01A58B1FB93D1A1399126A775C,
    0x16A3EF08BE3EA7EA03BCDDFABBA6FF6EE5A4375EFA1F4FD7FEB34FD206357132B920F5B00801DEE460EE415A15812ED9,
    0x1866C8ED336C61231A1BE54FD1D74CC4F9FB0CE4C6AF5920ABC5750C4BF39B4852CFE2F7BB9248836B233D9D55535D4A,
    0x167A55CDA70A6E1CEA820597D94A84903216F763E13D87BB5308592E7EA7D4FBC7385EA3D529B35E346EF48BB8913F55,
    0x04D2F259EEA405BD48F010A01AD2911D9C6DD039BB61A6290E591B36E636A5C871A5C29F4F83060400F8B49CBA8F6AA8,
    0x0ACCBB67481D033FF5852C1E48C50C477F94FF8AEFCE42D28C0F9A88CEA7913516F968986F7EBBEA9684B529E2561092,
    0x0AD6B9514C767FE3C3613144B45F1496543346D98ADF02267D5CEEF9A00D9B8693000763E3B90AC11E99B138573345CC,
    0x02660400EB2E4F3B628BDD0D53CD76F2BF565B94E72927C1CB748DF27942480E420517BD8714CC80D1FADC1326ED06F7,
    0x0E0FA1D816DDC03E6B24255E0D7819C171C40F65E273B853324EFCD6356CAA205CA2F570F13497804415473A1D634B8F,
    1,
)


def expand_message(message: bytes, domain: bytes, length: int) -> bytes:
    """Return `length` uniform bytes, a multiple of 32 (RFC 9380, 5.3.1, with SHA-256)."""
    suffix = domain + bytes([len(domain)])
    first = hashlib.sha256(
        bytes(64) + message + length.to_bytes(2, "big") + b"\x00" + suffix
    ).digest()
    uniform, block = b"", bytes(32)
    for n in range(1, length // 32 + 1):
        mixed = bytes(a ^ b for a, b in zip(first, block))  # noqa: B905
        block = hashlib.sha256(mixed + bytes([n]) + suffix).digest()
        uniform += block
    return uniform


def polynomial(coefficients: Sequence[int], x: int) -> int:
    """Return the value at x; coefficients from x^0 upwards."""
    value = 0
    for coefficient in reversed(coefficients):
        value = (value * x + coefficient) % BLS_FIELD
    return value


def map_to_g1_curve(u: int) -> BlsPoint | None:
    """Return the point of a field element on the curve of G1 (RFC 9380, 6.6.2 and 6.6.3)."""
    zu2 = SSWU_Z * u * u % BLS_FIELD
    inverse = pow(zu2 * zu2 + zu2, BLS_FIELD - 2, BLS_FIELD)  # of zero: zero
    x = -SSWU_B * pow(SSWU_A, -1, BLS_FIELD) * (1 + inverse) % BLS_FIELD
    if inverse == 0:
        x = SSWU_B * pow(SSWU_Z * SSWU_A, -1, BLS_FIELD) % BLS_FIELD
    square = polynomial((SSWU_B, SSWU_A, 0, 1), x)
    if pow(square, (BLS_FIELD - 1) // 2, BLS_FIELD) == BLS_FIELD - 1:
        x = zu2 * x % BLS_FIELD
        square = polynomial((SSWU_B, SSWU_A, 0, 1), x)
    y = pow(square, (BLS_FIELD + 1) // 4, BLS_FIELD)
    if y & 1 != u & 1:
        y = -y % BLS_FIELD
    below_x, below_y = polynomial(ISOGENY_X_DENOMINATOR, x), polynomial(ISOGENY_Y_DENOMINATOR, x)
    if below_x == 0 or below_y == 0:
        return None
    over_x, over_y = polynomial(ISOGENY_X_NUMERATOR, x), polynomial(ISOGENY_Y_NUMERATOR, x)
    new_x = over_x * pow(below_x, -1, BLS_FIELD) % BLS_FIELD
    return (new_x, 0), (y * over_y * pow(below_y, -1, BLS_FIELD) % BLS_FIELD, 0)


def hash_to_g1(message: bytes, domain: bytes) -> BlsPoint | None:
    """Hash to a point of G1 (RFC 9380, section 3 and 8.8.1; the cofactor's multiple is 1 - x)."""
    uniform = expand_message(message, domain, 128)
    halves = [int.from_bytes(half, "big") % BLS_FIELD for half in (uniform[:64], uniform[64:])]
    return bls_times(1 + BLS_SEED, bls_add(map_to_g1_curve(halves[0]), map_to_g1_curve(halves[1])))


# --- A round of a beacon (drand, unchained, signatures on G1) -------------------------------------

BEACON_SCHEME = "bls-unchained-g1-rfc9380"
BEACON_DOMAIN = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"


def need_round(chain: dict[str, Any], number: int, signature: bytes) -> None:
    """Refuse a signature that is not the chain's own for that round."""
    need(
        chain["scheme"] == BEACON_SCHEME, "the scheme {} is none of this protocol", chain["scheme"]
    )
    key = bls_decode(unhex(chain["public_key"], G2_BYTES), G2_BYTES)
    if key is None:
        raise Refused(say("the chain's key is not a canonical point of the subgroup"))
    signed = bls_decode(signature, G1_BYTES)
    if signed is None:
        raise Refused(say("the signature is not a canonical point of the subgroup"))
    need(
        round_is_signed(key, number, signed),
        "the signature is not the chain's for round {}",
        number,
    )


@lru_cache(maxsize=64)  # attempts and parents of one bundle may name the same round
def round_is_signed(key: BlsPoint, number: int, signed: BlsPoint) -> bool:
    """Tell whether e(signed, base) = e(H(number), key), for points of their groups."""
    hashed = hash_to_g1(hashlib.sha256(number.to_bytes(8, "big")).digest(), BEACON_DOMAIN)
    return hashed is not None and pairing_product_is_one(
        [(signed, BLS_BASE_G2), (bls_negate(hashed), key)]
    )


# --- Forms: what a JSON value must look like ------------------------------------------------------

Form = Callable[[Any, str], None]  # (value, where it stands) -> refuses, or returns


def at_place(where: str, words: Words) -> Refused:
    """Return a refusal that names the place where the value stands."""
    return Refused(Words(f"{shown(where)}: {words.en}", f"{shown(where)}:{words.zh}"))


def wrong(where: str, sentence: str, *figures: object) -> Refused:
    """Return the refusal of a value, with the place where it stands."""
    return at_place(where, say(sentence, *figures))


def a_text(value: Any, where: str) -> None:
    """Accept a string that is not empty."""
    if not isinstance(value, str) or not value:
        raise wrong(where, "not a text")


def any_text(value: Any, where: str) -> None:
    """Accept any string."""
    if not isinstance(value, str):
        raise wrong(where, "not a text")


def a_code(value: Any, where: str) -> None:
    """Accept a code: `[a-z][a-z-]*`."""
    if not isinstance(value, str) or re.fullmatch("[a-z][a-z-]*", value) is None:
        raise wrong(where, "not a code")


def a_time(value: Any, where: str) -> None:
    """Accept a time in whole seconds."""
    try:
        microseconds(value, fraction=False)
    except Refused as error:
        raise at_place(where, error.words) from None


def exactly(due: Any) -> Form:
    """Accept one value only."""

    def check(value: Any, where: str) -> None:
        if not same(value, due):
            raise wrong(where, "not {}", due)

    return check


def whole(lowest: int, highest: int = INTEGER_MAX) -> Form:
    """Accept an integer between bounds; True is no integer."""

    def check(value: Any, where: str) -> None:
        if type(value) is not int or not lowest <= value <= highest:
            raise wrong(where, "not an integer from {} to {}", lowest, highest)

    return check


def hex_of(*lengths: int) -> Form:
    """Accept lower-case hex of one of the lengths in bytes."""

    def check(value: Any, where: str) -> None:
        if not any(is_hex(value, length) for length in lengths):
            raise wrong(where, "not {} bytes of lower-case hex", " / ".join(map(str, lengths)))

    return check


def base64_of(length: int | None = None, most: int | None = None) -> Form:
    """Accept canonical base64 of a length in bytes."""

    def check(value: Any, where: str) -> None:
        try:
            data = unbase64(value, length)
        except Refused as error:
            raise at_place(where, error.words) from None
        if most is not None and len(data) > most:
            raise wrong(where, "more than {} bytes", most)

    return check


def or_null(form: Form) -> Form:
    """Accept null, or what the form accepts."""

    def check(value: Any, where: str) -> None:
        if value is not None:
            form(value, where)

    return check


def list_of(form: Form, least: int = 0) -> Form:
    """Accept a list of such values."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, list) or len(value) < least:
            raise wrong(where, "not a list of at least {}", least)
        for place, item in enumerate(value):
            form(item, f"{where}[{place}]")

    return check


def map_of(form: Form, key_form: Form = any_text) -> Form:
    """Accept an object with free keys."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise wrong(where, "not an object")
        for key, item in value.items():
            key_form(key, f"{where}.{key}")
            form(item, f"{where}.{key}")

    return check


def record_of(**fields: Form) -> Form:
    """Accept an object with exactly these fields."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise wrong(where, "not an object")
        for name in value:
            if name not in fields:
                raise wrong(where, "unknown field {}", name)
        for name, form in fields.items():
            if name not in value:
                raise wrong(where, "no field {}", name)
            form(value[name], f"{where}.{name}")

    return check


# --- The trust file (draw.md, "Bundle and trust file") --------------------------------------------

ROLES = ("center", "supervisor", "tenderer", "purchaser", "agent", "other")
APPLICANTS = ("tenderer", "purchaser", "agent")


def a_role(value: Any, where: str) -> None:
    """Accept a trusted role."""
    if value not in ROLES:
        raise wrong(where, "not a trusted role")


def an_edition(value: Any, where: str) -> None:
    """Accept a rulebook edition's figures; `demo` may be absent."""
    figures = {
        "vrf_lead_hours": whole(0),
        "round_lead_minutes": whole(0),
        "attempts_max": whole(1),
        "roster_multiple": whole(1),
        "must_contribute": list_of(a_role),
    }
    if isinstance(value, dict) and "demo" in value:
        figures["demo"] = exactly(True)
    record_of(**figures)(value, where)


A_TRUST_FILE = record_of(
    log_keys=list_of(a_text),
    witnesses=record_of(quorum=whole(0), keys=list_of(a_text)),
    center=a_text,
    parties=map_of(record_of(name=any_text, role=a_role, keys=list_of(base64_of(32))), a_text),
    beacons=map_of(
        record_of(public_key=a_text, scheme=a_text, period=whole(1), genesis=whole(0)), hex_of(32)
    ),
    editions=map_of(an_edition, a_text),
)


@dataclass(frozen=True)
class Trust:
    """Whom the reader trusts."""

    log_keys: list[NoteKey]
    witnesses: list[NoteKey]
    quorum: int
    center: str
    parties: dict[str, Any]
    beacons: dict[str, Any]
    editions: dict[str, Any]

    def role(self, party: object) -> str | None:
        """Return a party's trusted role, or None for a party that is not in the trust file."""
        if party == self.center:
            return "center"
        return (
            self.parties[party]["role"]
            if isinstance(party, str) and party in self.parties
            else None
        )

    def keys(self, party: object) -> list[bytes]:
        """Return a party's trusted Ed25519 keys."""
        if not isinstance(party, str) or party not in self.parties:
            return []
        return [unbase64(key) for key in self.parties[party]["keys"]]

    def witness_count(self) -> int:
        """Return how many distinct witness keys are trusted."""
        return len({key.public for key in self.witnesses})


def read_trust(data: bytes) -> Trust:
    """Read a trust file; raises Unreadable or Refused. Keys of other types are ignored."""
    value = read_json(data)
    A_TRUST_FILE(value, "trust")
    return Trust(
        [key for key in map(parse_vkey, value["log_keys"]) if key.type == ED25519_LOG],
        [
            key
            for key in map(parse_vkey, value["witnesses"]["keys"])
            if key.type == ED25519_COSIGNER
        ],
        value["witnesses"]["quorum"],
        value["center"],
        value["parties"],
        value["beacons"],
        value["editions"],
    )


# --- The shape of a bundle (draw.md, "Bundle and trust file") -------------------------------------

A_REQUEST = record_of(
    protocol=exactly(PROTOCOL),
    origin=a_text,
    draw=a_text,
    of=or_null(a_text),
    subject=a_text,
    purpose=a_code,
    attempt=whole(1),
    rulebook=a_text,
    secret=hex_of(32),
    pool=record_of(as_of=whole(0), excluded=hex_of(32)),
    strata=list_of(
        record_of(id=a_text, seats=whole(1), size=whole(1, STRATUM_SIZE_MAX), root=hex_of(32)),
        least=1,
    ),
    caps=map_of(whole(1), a_text),
    contributors=list_of(record_of(party=a_text, key=base64_of(32), commitment=hex_of(32))),
    beacon=or_null(record_of(chain=hex_of(32), round=whole(1))),
    vrf_key=hex_of(32),
    reveal_by=a_time,
)
A_REVEAL = record_of(party=a_text, nonce=or_null(hex_of(32)), signature=or_null(base64_of(64)))
A_BEACON = record_of(chain=hex_of(32), round=whole(1), signature=or_null(hex_of(48, 96)))
A_VRF = record_of(alpha=hex_of(32), pi=or_null(hex_of(80)), beta=or_null(hex_of(64)))
A_LINE = record_of(
    stratum=whole(0),
    position=whole(0),
    commitment=hex_of(32),
    outcomes=list_of(any_text),
    inclusion=list_of(hex_of(32)),
)
AN_ENTRY = record_of(
    kind=a_text, index=whole(0), leaf=base64_of(most=LEAF_BYTES_MAX), inclusion=list_of(hex_of(32))
)


def an_attribute(value: Any, where: str) -> None:
    """Accept what an opened part may hold: a text, or a list of texts."""
    (list_of(any_text) if isinstance(value, list) else any_text)(value, where)


def a_part(value: Any, where: str) -> None:
    """Accept one half of an opening: open (salt and value) or closed (digest)."""
    if isinstance(value, dict) and "digest" in value:
        record_of(digest=hex_of(32))(value, where)
    else:
        record_of(salt=hex_of(32), value=map_of(an_attribute))(value, where)


AN_OPENING = record_of(commitment=hex_of(32), identity=a_part, attributes=a_part)


def a_request(value: Any, where: str) -> None:
    """Accept a request: strata distinct, seats within the roster."""
    A_REQUEST(value, where)
    ids = [stratum["id"] for stratum in value["strata"]]
    if len(set(ids)) != len(ids):
        raise wrong(f"{where}.strata", "two strata of one id")
    for stratum in value["strata"]:
        if stratum["seats"] > stratum["size"]:
            raise wrong(f"{where}.strata", "more seats than experts")


def an_earlier_attempt(value: Any, where: str) -> None:
    """Accept an earlier attempt; one closed before its seal has its draw's id and nothing else."""
    if isinstance(value, dict) and value.get("request") is None:
        nothing = exactly([])
        record_of(
            draw=a_text,
            request=exactly(None),
            reveals=nothing,
            beacon=exactly(None),
            vrf=exactly(None),
            walk=nothing,
        )(value, where)
    else:
        record_of(
            request=a_request,
            reveals=list_of(A_REVEAL),
            beacon=or_null(A_BEACON),
            vrf=or_null(A_VRF),
            walk=list_of(A_LINE),
        )(value, where)


def a_bundle(value: Any, where: str) -> None:
    """Accept a whole bundle; its parent is a bundle too."""
    record_of(
        protocol=exactly(PROTOCOL),
        request=a_request,
        parent=or_null(a_bundle),
        earlier=list_of(an_earlier_attempt),
        reveals=list_of(A_REVEAL),
        beacon=or_null(A_BEACON),
        vrf=or_null(A_VRF),
        walk=list_of(A_LINE),
        openings=list_of(AN_OPENING),
        log=record_of(
            checkpoint=a_text,
            early=or_null(record_of(sealed=a_text, revealed=a_text)),
            entries=list_of(AN_ENTRY),
        ),
    )(value, where)


# --- The case: a bundle as it is being judged -----------------------------------------------------

KEY_KIND = "oversight.keys.published"
DRAW_KIND = "bidding.draw."
# the order in which the words of one attempt may stand on the log (draw.md, step 4 of verifying)
PHASE = {
    "ordered": 0,
    "committed": 1,
    "sealed": 2,
    "revealed": 3,
    "drawn": 4,
    "answered": 5,
    "voided": 6,
    "lapsed": 6,
    "identified": 6,
}
# what the body of each must have beside `draw` and `previous` (draw.md, "Entries")
BODY = {
    "ordered": ("purpose", "attempt", "of"),
    "committed": ("party", "commitment", "signature"),
    "sealed": ("request", "purpose", "attempt", "of"),
    "revealed": ("party", "nonce", "request", "signature"),
    "drawn": ("request", "alpha", "pi", "beacon", "walk"),
    "answered": ("line", "outcome", "evidence", "countersigner", "signature", "walk"),
    "voided": ("reason", "statement", "signature", "alpha", "pi", "walk"),
    "lapsed": ("reason", "statement", "signature", "alpha", "pi", "walk"),
    "identified": ("openings",),
}
ONCE = ("ordered", "sealed", "drawn", "voided", "lapsed", "identified")
# purposes whose rosters are public from the seal on: no multiple, no caps, nothing left to open
OPEN_PURPOSES = ("tie-break", "parameter", "presentation-order", "host-site", "inspection-sample")
# what the two halves of an entry say; the first name tells one person from another
FORMS = {
    "evaluation-committee": {
        "identity": ("expert", "name"),
        "attributes": ("employer", "region", "specialties"),
    },
    "supplier-invitation": {"identity": ("uscc", "name"), "attributes": ("controller",)},
}
FIRST_CODES = ("duplicate", "cap", "seated")
ANSWER_CODES = (
    "declined",
    "unreachable",
    "withdrew",
    "recused",
    "late",
    "absent",
    "identity-failed",
    "left",
    "removed",
)


@dataclass(frozen=True)
class Entry:
    """A log entry whose inclusion holds."""

    kind: str
    index: int
    leaf: bytes
    at: int  # microseconds
    subject: str
    actor: str
    body: dict[str, Any]

    @property
    def word(self) -> str:
        """The last word of a draw's kind."""
        return self.kind[len(DRAW_KIND) :]


class Stage(NamedTuple):
    """How far a walk had come with one entry."""

    entry: int  # its index
    lines: int
    lacking: bool  # a stratum has an empty seat and no position left


@dataclass
class Attempt:
    """One attempt: what the bundle says of it, and its entries on the log."""

    number: int  # counted from 1
    draw: str
    part: dict[str, Any]  # request, reveals, beacon, vrf, walk
    early: dict[str, Any] | None
    entries: list[Entry] = field(default_factory=list)
    alpha: str | None = None  # recomputed, where the inputs are complete (step 9)
    beta: bytes | None = None  # the VRF's output, where its proof holds (step 9)
    orders: list[list[int]] = field(default_factory=list)  # per stratum, as far as walked (step 10)
    walk_digest: str | None = None  # of the walk as it stands (step 11)
    stages: list[Stage] = field(default_factory=list)  # of the walk, by entry (step 11)

    @property
    def request(self) -> Any:
        """The request, or None where the attempt was closed before its seal."""
        return self.part["request"]

    @property
    def digest(self) -> str | None:
        """`R` in hex. Every encoding in the request passed the shape, so its bytes are canonical."""
        return None if self.request is None else label("request", canon(self.request)).hex()

    def all(self, *words: str) -> list[Entry]:
        """Return the entries with one of these words, in log order."""
        return [entry for entry in self.entries if entry.word in words]

    def one(self, *words: str) -> Entry | None:
        """Return the only entry with one of these words, if there is one."""
        found = self.all(*words)
        return found[0] if found else None

    @property
    def closing(self) -> Entry | None:
        """The entry that closed the attempt without a result."""
        return self.one("voided", "lapsed")

    def missing(self) -> list[str]:
        """Return the parties whose reveal the bundle does not hold."""
        return [reveal["party"] for reveal in self.part["reveals"] if reveal["nonce"] is None]


@dataclass
class Case:
    """Everything the steps pass on to each other."""

    bundle: Any
    trust: Trust
    auditor: Any = None  # not given: None; JSON outside our domain: its Refused; else [value]
    attempts: list[Attempt] = field(default_factory=list)
    checkpoint: Checkpoint | None = None
    witnessed: int = 0
    entries: list[Entry] = field(default_factory=list)
    caps_unproved: int = 0

    @property
    def this(self) -> Attempt:
        """The attempt the bundle is about: the last."""
        return self.attempts[-1]

    def edition(self, attempt: Attempt) -> Any:
        """Return the edition's figures, or None where the trust file does not know it."""
        return self.trust.editions.get(attempt.request["rulebook"])


def inputs_complete(case: Case, attempt: Attempt) -> bool:
    """Tell whether all that a result is computed from was there (draw.md, step 4 "Reveal")."""
    missing, beacon = attempt.missing(), attempt.part["beacon"]
    if beacon is None:
        return not missing
    if beacon["signature"] is None:
        return False
    return not missing or (
        case.trust.quorum > 0
        and len(attempt.all("revealed")) == len(attempt.request["contributors"])
        and any(
            case.trust.role(r["party"]) != "center" for r in attempt.part["reveals"] if r["nonce"]
        )
    )


# --- Step 1: shape --------------------------------------------------------------------------------


def step_shape(case: Case) -> Words:
    """Types, lengths, canonical encodings, no unknown fields, bounds of the request."""
    a_bundle(case.bundle, "bundle")
    for number, part in enumerate(case.bundle["earlier"], start=1):
        draw = part["draw"] if part["request"] is None else part["request"]["draw"]
        case.attempts.append(Attempt(number, draw, part, early=None))
    request = case.bundle["request"]
    this = Attempt(
        len(case.attempts) + 1, request["draw"], case.bundle, case.bundle["log"]["early"]
    )
    case.attempts.append(this)
    return say(
        "{} strata, {} seats, {} in the rosters, {} contributors, attempt {}",
        len(request["strata"]),
        sum(s["seats"] for s in request["strata"]),
        sum(s["size"] for s in request["strata"]),
        len(request["contributors"]),
        request["attempt"],
    )


# --- Step 2: checkpoint ---------------------------------------------------------------------------


def open_checkpoint(case: Case, note_text: str) -> tuple[Checkpoint, dict[bytes, int]]:
    """Return a checkpoint of the request's log and its trusted cosignatures.

    Only a key that carries the log's own name counts as the log's: a trust file may name
    several logs, and none may speak for another.
    """
    note = parse_note(note_text)
    checkpoint = parse_checkpoint(note.text)
    origin = case.bundle["request"]["origin"]
    need(
        checkpoint.origin == origin,
        "the checkpoint is of {}, the request of {}",
        checkpoint.origin,
        origin,
    )
    own_keys = [key for key in case.trust.log_keys if key.name == origin]
    need(log_signed(note, own_keys), "no trusted key of the log {} signed the checkpoint", origin)
    return checkpoint, cosigned(note, case.trust.witnesses)


def step_checkpoint(case: Case) -> Words:
    """Origin, log signature, cosignatures against the trusted quorum."""
    case.checkpoint, times = open_checkpoint(case, case.bundle["log"]["checkpoint"])
    case.witnessed = len(times)
    witnessed = say(
        "log size {}; witnessed by {} of {}, the quorum is {}",
        case.checkpoint.size,
        case.witnessed,
        case.trust.witness_count(),
        case.trust.quorum,
    )
    if case.witnessed < case.trust.quorum:
        raise Undecided(witnessed)
    return witnessed


# --- Step 3: inclusion ----------------------------------------------------------------------------


def read_leaf(kind: str, index: int, leaf: bytes) -> Entry:
    """Read an entry's bytes: canonical, of version 1, of the kind the bundle says (ledger.md)."""
    try:
        value = read_json(leaf)
    except Unreadable:
        raise Refused(say("entry {} is no JSON", index)) from None
    need(canon(value) == leaf, "entry {} is not in canonical form", index)
    record_of(
        v=exactly(1),
        act=any_text,
        kind=any_text,
        at=any_text,
        subject=any_text,
        actor=a_text,
        role=any_text,
        body=map_of(_anything),
    )(value, f"entry {index}")
    need(value["kind"] == kind, "entry {} is a {}, not a {}", index, value["kind"], kind)
    at = microseconds(value["at"], fraction=True)
    return Entry(kind, index, leaf, at, value["subject"], value["actor"], value["body"])


def _anything(value: Any, where: str) -> None:
    """Accept every value: fields of a body are judged by the step that uses them."""


def step_inclusion(case: Case) -> Words:
    """Each entry is in the checkpoint's tree, and its leaf says its kind."""
    checkpoint = case.checkpoint
    if checkpoint is None:
        raise Refused(say("no checkpoint"))
    listed = sorted(case.bundle["log"]["entries"], key=lambda entry: entry["index"])
    for item in listed:
        leaf = unbase64(item["leaf"])
        path = [unhex(h, 32) for h in item["inclusion"]]
        need(
            is_included(leaf_hash(leaf), item["index"], checkpoint.size, path, checkpoint.root),
            "entry {} is not in the tree of {}",
            item["index"],
            checkpoint.size,
        )
        case.entries.append(read_leaf(item["kind"], item["index"], leaf))
    return say("{} entries are in the log", len(listed))


# --- Step 4: order --------------------------------------------------------------------------------


def step_order(case: Case) -> Words:
    """The `previous` chain, the order of steps, one sealed, attempts gapless and closed."""
    indexes = [entry.index for entry in case.entries]
    need(len(set(indexes)) == len(indexes), "an entry is listed twice")
    by_draw = {attempt.draw: attempt for attempt in case.attempts}
    need(len(by_draw) == len(case.attempts), "two attempts of one draw id")
    for entry in case.entries:
        if entry.kind == KEY_KIND:
            continue
        need(
            entry.kind.startswith(DRAW_KIND) and entry.word in PHASE,
            "entry {} is a {}",
            entry.index,
            entry.kind,
        )
        draw = entry.body.get("draw")
        if not isinstance(draw, str) or draw not in by_draw:
            raise Refused(say("entry {} belongs to another draw", entry.index))
        for name in ("previous", *BODY[entry.word]):
            need(name in entry.body, "entry {} has no {}", entry.index, name)
        by_draw[draw].entries.append(entry)
    before: Attempt | None = None
    for attempt in case.attempts:
        _need_lawful_sequence(attempt)
        _need_lawful_start(case, attempt, before)
        before = attempt
    this = case.this
    if this.one("drawn") is None and this.closing is None:
        raise Undecided(say("{} entries in order; neither drawn nor closed yet", len(this.entries)))
    return say(
        "{} entries of {} attempt(s), unbroken to entry {}",
        sum(len(a.entries) for a in case.attempts),
        len(case.attempts),
        this.entries[-1].index,
    )


def _need_lawful_sequence(attempt: Attempt) -> None:
    """Refuse an attempt whose entries are out of order, doubled, or do not name the one before."""
    words = [entry.word for entry in attempt.entries]
    number = attempt.number
    need(words[:1] == ["ordered"], "attempt {} does not begin with ordered", number)
    for earlier, later in zip(attempt.entries, attempt.entries[1:]):  # noqa: B905
        need(
            PHASE[earlier.word] <= PHASE[later.word] and PHASE[earlier.word] < 6,
            "entry {} ({}) stands after {}",
            later.index,
            later.word,
            earlier.word,
        )
        need(
            same(later.body.get("previous"), earlier.index),
            "entry {} does not name entry {} before it",
            later.index,
            earlier.index,
        )
    for word in ONCE:
        need(words.count(word) <= 1, "attempt {} has two {}", number, word)
    sealed = "sealed" in words
    need(
        sealed == (attempt.request is not None),
        "attempt {}: a seal and a request go together",
        number,
    )
    need(
        sealed or not {"revealed", "drawn", "answered", "identified"} & set(words),
        "attempt {} goes on without a seal",
        number,
    )
    need(
        "drawn" in words or not {"answered", "identified"} & set(words),
        "attempt {} goes on without drawn",
        number,
    )
    parties = [entry.body["party"] for entry in attempt.all("revealed")]
    named = [party for party in parties if isinstance(party, str)]  # others: step 7 refuses them
    need(len(set(named)) == len(named), "a party has {} twice", "revealed")


def _need_lawful_start(case: Case, attempt: Attempt, before: Attempt | None) -> None:
    """Refuse an `ordered` that does not follow from the closing of the attempt before it."""
    ordered, newest = attempt.entries[0], case.this.entries[:1]
    need(
        same(ordered.body.get("attempt"), attempt.number),
        "entry {} orders attempt {}, not {}",
        ordered.index,
        ordered.body.get("attempt"),
        attempt.number,
    )
    for entry in attempt.entries + newest:
        need(entry.subject == ordered.subject, "entry {} is of another subject", entry.index)
    for name in ("purpose", "of"):
        due = newest[0].body.get(name) if newest else None
        need(
            same(ordered.body.get(name), due),
            "attempt {} was ordered with another {}",
            attempt.number,
            name,
        )
    previous = ordered.body.get("previous")
    if before is not None:
        need(before.closing is not None, "attempt {} was not closed", before.number)
        need(
            same(previous, before.entries[-1].index),
            "attempt {} does not follow the closing before it",
            attempt.number,
        )
    elif ordered.body.get("of") is None:
        need(previous is None, "the first attempt names an entry before it")
    else:
        need(
            type(previous) is int and 0 <= previous < ordered.index,
            "a supplement does not name its parent's newest entry",
        )


# --- Step 5: request ------------------------------------------------------------------------------


def step_request(case: Case, attempt: Attempt) -> Words:
    """`sealed` carries R and agrees with `ordered`; as_of, multiple, attempts, the VRF key's lead."""
    request, ordered, sealed = attempt.request, attempt.one("ordered"), attempt.one("sealed")
    if ordered is None or sealed is None:
        raise Refused(say("not sealed"))
    need(
        same(sealed.body.get("request"), attempt.digest), "the sealed entry carries another request"
    )
    for entry in (ordered, sealed):
        for name in ("purpose", "attempt", "of"):
            need(
                same(entry.body.get(name), request[name]),
                "{} differs between request and {}",
                name,
                entry.word,
            )
        need(
            entry.subject == request["subject"],
            "the subject differs between request and {}",
            entry.word,
        )
    need(request["origin"] == case.bundle["request"]["origin"], "the request is of another log")
    need(
        ordered.index < request["pool"]["as_of"] <= sealed.index,
        "the roster's log size {} is not after entry {} and up to {}",
        request["pool"]["as_of"],
        ordered.index,
        sealed.index,
    )
    published = [
        entry
        for entry in case.entries
        if entry.kind == KEY_KIND
        and entry.index < sealed.index
        and entry.body.get("purpose") == "draw-vrf"
        and same(entry.body.get("key"), request["vrf_key"])
    ]
    need(bool(published), "the VRF key was not logged before the seal")
    lead = (sealed.at - published[0].at) // 1_000_000
    return _figures_of_edition(case, attempt, lead)


def _figures_of_edition(case: Case, attempt: Attempt, lead_seconds: int) -> Words:
    """Hold the request against the figures of its rulebook edition."""
    request, edition = attempt.request, case.edition(attempt)
    if edition is None:
        raise Undecided(say("the edition {} is not in the trust file", request["rulebook"]))
    if request["purpose"] in OPEN_PURPOSES:
        need(not request["caps"], "this purpose knows no caps")
    else:
        for stratum in request["strata"]:
            need(
                stratum["size"] >= edition["roster_multiple"] * stratum["seats"],
                "{}: {} experts for {} seats, {} for each are needed",
                stratum["id"],
                stratum["size"],
                stratum["seats"],
                edition["roster_multiple"],
            )
    need(
        request["attempt"] <= edition["attempts_max"],
        "attempt {}, the edition allows {}",
        request["attempt"],
        edition["attempts_max"],
    )
    need(
        lead_seconds >= edition["vrf_lead_hours"] * 3600,
        "the VRF key was logged {} s before the seal, {} h are needed",
        lead_seconds,
        edition["vrf_lead_hours"],
    )
    return say(
        "sealed as {} in entry {}, pool as of {}, edition {}",
        (attempt.digest or "")[:16],
        attempt.all("sealed")[0].index,
        request["pool"]["as_of"],
        request["rulebook"],
    )


# --- Step 6: contributors -------------------------------------------------------------------------


def step_contributors(case: Case, attempt: Attempt) -> Words:
    """Number, distinctness, roles; exactly the committed parties; keys and signatures."""
    contributors = attempt.request["contributors"]
    parties = [c["party"] for c in contributors]
    need(len(parties) >= 2, "{} contributor(s), two are needed", len(parties))
    need(len(set(parties)) == len(parties), "a party contributes twice")
    need(len({c["key"] for c in contributors}) == len(parties), "two contributors share a key")
    need(
        any(case.trust.role(party) != "center" for party in parties), "only the center contributes"
    )
    doubts = _doubts_about_roles(case, attempt, parties)
    committed = _by_party(attempt.all("committed"))
    need(
        set(committed) == set(parties) and len(attempt.all("committed")) == len(parties),
        "the contributors are not the committed parties",
    )
    for contributor in contributors:
        _need_commit(attempt, contributor, committed[contributor["party"]])
        if unbase64(contributor["key"]) not in case.trust.keys(contributor["party"]):
            doubts.append(say("the key of {} is not in the trust file", contributor["party"]))
    if doubts:
        raise Undecided(doubts[0])
    return say(
        "{} contributors: {}",
        len(parties),
        ", ".join(f"{party} ({case.trust.role(party)})" for party in parties),
    )


def _by_party(entries: list[Entry]) -> dict[str, Entry]:
    """Return entries by the party in their body; those that name none fall away."""
    return {e.body["party"]: e for e in entries if isinstance(e.body.get("party"), str)}


def _doubts_about_roles(case: Case, attempt: Attempt, parties: list[str]) -> list[Words]:
    """Refuse if a role that must contribute is absent; return what the trust file leaves open."""
    roles = [case.trust.role(party) for party in parties]
    edition = case.edition(attempt)
    doubts: list[Words] = []
    if edition is None:
        doubts.append(
            say(
                "who must contribute is unknown: the edition {} is not in the trust file",
                attempt.request["rulebook"],
            )
        )
    due = [(role,) for role in (edition["must_contribute"] if edition else [])]
    if attempt.request["purpose"] not in OPEN_PURPOSES:
        due.append(APPLICANTS)  # type: ignore[arg-type]
    for wanted in due:
        if any(role in wanted for role in roles):
            continue
        names = " / ".join(wanted)
        need(None in roles, "no {} among the contributors", names)
        doubts.append(
            say("whether a {} contributes is unknown: a party is not in the trust file", names)
        )
    return doubts


def _need_commit(attempt: Attempt, contributor: dict[str, Any], entry: Entry) -> None:
    """Refuse a `committed` entry that is not the contributor's own (draw.md, step 2 "Commit")."""
    party = contributor["party"]
    need(entry.actor == party, "{} did not commit itself", party)
    need(
        same(entry.body.get("commitment"), contributor["commitment"]),
        "the commitment of {} is not the one committed",
        party,
    )
    statement = {"draw": attempt.draw, "party": party, "commitment": contributor["commitment"]}
    need(
        signature_holds(
            unbase64(contributor["key"]),
            unbase64(entry.body.get("signature"), 64),
            label("commit", canon(statement)),
        ),
        "the signature of {} under its commitment does not hold",
        party,
    )


# --- Step 7: reveals ------------------------------------------------------------------------------


def step_reveals(case: Case, attempt: Attempt) -> Words:
    """Each nonce opens its commitment, each signature holds, missing ones only where allowed."""
    contributors, reveals = attempt.request["contributors"], attempt.part["reveals"]
    need(
        [r["party"] for r in reveals] == [c["party"] for c in contributors],
        "the reveals are not those of the contributors, in their order",
    )
    logged = _by_party(attempt.all("revealed"))
    parties = {c["party"] for c in contributors}
    need(
        set(logged) <= parties and len(logged) == len(attempt.all("revealed")),
        "somebody else revealed",
    )
    for contributor, reveal in zip(contributors, reveals):  # noqa: B905
        _need_reveal(case, attempt, contributor, reveal, logged.get(contributor["party"]))
    missing = attempt.missing()
    if missing and attempt.one("drawn") is not None:
        need(
            attempt.request["beacon"] is not None and case.trust.quorum > 0,
            "drawn though the reveal of {} is missing, without beacon and witnesses",
            missing[0],
        )
        need(len(logged) == len(parties), "drawn though {} has no revealed entry", missing[0])
        need(
            any(case.trust.role(r["party"]) != "center" for r in reveals if r["nonce"] is not None),
            "drawn from the center's nonce alone",
        )
    return say(
        "{} of {} nonces open their commitments{}",
        len(reveals) - len(missing),
        len(reveals),
        "".join(f"; - {p}" for p in missing),
    )


def _need_reveal(
    case: Case,
    attempt: Attempt,
    contributor: dict[str, Any],
    reveal: dict[str, Any],
    entry: Entry | None,
) -> None:
    """Refuse a reveal that does not open its commitment, is unsigned, or is not what was logged."""
    party, nonce, signature = reveal["party"], reveal["nonce"], reveal["signature"]
    need((nonce is None) == (signature is None), "{}: nonce and signature go together", party)
    if entry is not None:
        need(
            same(entry.body.get("nonce"), nonce) and same(entry.body.get("signature"), signature),
            "the reveal of {} is not the one logged",
            party,
        )
        need(
            same(entry.body.get("request"), attempt.digest),
            "{} revealed for another request",
            party,
        )
        due = case.trust.center if nonce is None else party
        need(entry.actor == due, "the reveal of {} was logged by {}", party, entry.actor)
    if nonce is None:
        return
    opened = label("contribution", canon({"draw": attempt.draw, "party": party, "nonce": nonce}))
    need(
        opened.hex() == contributor["commitment"],
        "the nonce of {} does not open its commitment",
        party,
    )
    statement = canon({"draw": attempt.draw, "request": attempt.digest, "nonce": nonce})
    need(
        signature_holds(
            unbase64(contributor["key"]), unbase64(signature, 64), label("reveal", statement)
        ),
        "the signature of {} under its reveal does not hold",
        party,
    )
    if entry is None:
        raise Refused(say("the reveal of {} is not on the log", party))
    need(
        entry.at <= microseconds(attempt.request["reveal_by"], fraction=False),
        "the reveal of {} was logged after reveal_by",
        party,
    )


# --- Step 8: beacon -------------------------------------------------------------------------------


def step_beacon(case: Case, attempt: Attempt) -> Words:
    """Request and bundle agree, chain trusted, signature, round time, early cosignatures."""
    asked, found, drawn = attempt.request["beacon"], attempt.part["beacon"], attempt.one("drawn")
    need((asked is None) == (found is None), "the request and the bundle disagree on a beacon")
    if drawn is not None:
        need(
            same(drawn.body.get("beacon"), found["signature"] if found else None),
            "the logged beacon is another one",
        )
    if asked is None:
        need(attempt.early is None, "early proofs without a beacon")
        return say("none used")
    need(
        found["chain"] == asked["chain"] and found["round"] == asked["round"],
        "the beacon is of another chain or round",
    )
    chain, edition = case.trust.beacons.get(asked["chain"]), case.edition(attempt)
    if chain is None:
        raise Undecided(say("the chain {} is not in the trust file", asked["chain"][:16]))
    doubts: list[Words] = []
    round_time = chain["genesis"] + (asked["round"] - 1) * chain["period"]
    if edition is None:
        doubts.append(say("the lead of the round is unknown"))
    else:
        due = microseconds(attempt.request["reveal_by"], fraction=False) // 1_000_000
        need(
            round_time >= due + edition["round_lead_minutes"] * 60,
            "the round comes {} s after reveal_by, {} min are needed",
            round_time - due,
            edition["round_lead_minutes"],
        )
    if found["signature"] is None:
        need(drawn is None, "drawn without the beacon's signature")
        if doubts:
            raise Undecided(doubts[0])
        return say("closed before round {}", asked["round"])
    need_round(chain, asked["round"], bytes.fromhex(found["signature"]))
    if drawn is not None and case.trust.quorum > 0:
        doubts += _doubts_about_early(case, attempt, round_time)
    if doubts:
        raise Undecided(doubts[0])
    return say("round {} of the chain {}, its signature holds", asked["round"], asked["chain"][:16])


def _doubts_about_early(case: Case, attempt: Attempt, round_time: int) -> list[Words]:
    """Refuse early proofs that do not hold; return what is missing (draw.md, step 4 "Reveal").

    The proof of the last `revealed` entry covers all of them, for a log only grows.
    """
    if attempt.early is None:
        return [say("no early proofs in the bundle")]
    doubts: list[Words] = []
    for word in ("sealed", "revealed"):
        entry = attempt.all(word)[-1:]
        index, path, note = parse_tlog_proof(attempt.early[word])
        need(
            bool(entry) and entry[0].index == index,
            "the early proof of {} is of another entry",
            word,
        )
        checkpoint, times = open_checkpoint(case, note)
        need(
            is_included(leaf_hash(entry[0].leaf), index, checkpoint.size, path, checkpoint.root),
            "the early proof of {} does not hold",
            word,
        )
        in_time = sum(1 for seconds in times.values() if seconds < round_time)
        if in_time < case.trust.quorum:
            need(len(times) < case.trust.quorum, "{} was cosigned too late for the round", word)
            doubts.append(
                say(
                    "early proof of {}: {} cosignatures in time, the quorum is {}",
                    word,
                    in_time,
                    case.trust.quorum,
                )
            )
    return doubts


# --- Step 9: vrf ----------------------------------------------------------------------------------


def step_vrf(case: Case, attempt: Attempt) -> Words:
    """`alpha` recomputed from the inputs, `pi` verified under the request's key, `beta` recomputed."""
    vrf, drawn, beacon = attempt.part["vrf"], attempt.one("drawn"), attempt.part["beacon"]
    if inputs_complete(case, attempt):
        nonces = [{"party": r["party"], "nonce": r["nonce"]} for r in attempt.part["reveals"]]
        transcript = {
            "request": attempt.digest,
            "nonces": nonces,
            "beacon": beacon["signature"] if beacon else None,
        }
        attempt.alpha = label("alpha", canon(transcript)).hex()
    if vrf is None:
        need(drawn is None, "drawn without a proof in the bundle")
        return say("nothing was computed")
    need(attempt.alpha is not None, "a proof though inputs are missing")
    need(vrf["alpha"] == attempt.alpha, "alpha does not follow from the inputs")
    need((vrf["pi"] is None) == (vrf["beta"] is None), "pi and beta go together")
    if vrf["pi"] is None:
        need(drawn is None, "drawn without a proof in the bundle")
        return say("inputs complete, no proof from the center")
    attempt.beta = vrf_output(
        unhex(attempt.request["vrf_key"], 32), unhex(vrf["alpha"], 32), unhex(vrf["pi"], 80)
    )
    if attempt.beta is None:
        raise Refused(
            say("the proof does not hold under the key {}", attempt.request["vrf_key"][:16])
        )
    need(attempt.beta.hex() == vrf["beta"], "beta does not follow from the proof")
    if drawn is not None:
        due = {"request": attempt.digest, "alpha": vrf["alpha"], "pi": vrf["pi"]}
        for name, value in due.items():
            need(same(drawn.body.get(name), value), "the logged {} is another one", name)
    return say("alpha {}, proof holds", attempt.alpha[:16] if attempt.alpha else "")


# --- Step 10: tickets -----------------------------------------------------------------------------


def first_positions(tickets: bytes, count: int) -> list[int]:
    """Return the first `count` positions by (ticket, position); tickets are 16 bytes each.

    Only the positions that are asked for are sorted: those whose ticket lies under a bound. The
    first 8 bytes of a ticket are uniform, so a bound a little above count/size of their range
    leaves a few more than `count`; it is doubled until it does.
    """
    size = len(tickets) // TICKET_BYTES
    count = min(count, size)
    words = array("Q")
    words.frombytes(tickets)
    if sys.byteorder == "little":
        words.byteswap()
    heads = words[0::2]
    share = count + 16
    candidates: list[int] = []
    while len(candidates) < count:
        bound = min(2**64, (share << 64) // size)
        candidates = [position for position, head in enumerate(heads) if head < bound]
        share *= 2
    candidates.sort(key=lambda position: (tickets[16 * position : 16 * position + 16], position))
    return candidates[:count]


def step_tickets(case: Case, attempt: Attempt) -> Words:
    """Tickets recomputed for the full size of every stratum; its order as far as it was walked."""
    if attempt.beta is None or attempt.alpha is None:
        return say("nothing was computed")
    seed = label("seed", unhex(attempt.alpha, 32) + attempt.beta)
    walked = Counter(line["stratum"] for line in attempt.part["walk"])
    attempt.orders = []
    for place, stratum in enumerate(attempt.request["strata"]):
        key = label("stratum", seed + stratum["id"].encode())
        tickets = hashlib.shake_256(key).digest(TICKET_BYTES * stratum["size"])
        attempt.orders.append(first_positions(tickets, walked[place]))
    return say(
        "{} tickets in {} strata",
        sum(s["size"] for s in attempt.request["strata"]),
        len(attempt.orders),
    )


# --- Step 11: walk --------------------------------------------------------------------------------


class Replay:
    """The walk, made again from the order and the answers; each line is checked as it is reached."""

    def __init__(self, attempt: Attempt, parent_lines: Iterable[str]) -> None:
        self.attempt = attempt
        self.strata = attempt.request["strata"]
        self.claimed = attempt.part["walk"]
        self.outcomes: list[list[str]] = []
        self.texts: list[bytes] = []  # canonical bytes of each line, kept for the digests
        self.seen = set(parent_lines)
        self.reached = [0] * len(self.strata)

    def append_until_seated(self, stratum: int) -> bool:
        """Append this stratum's next positions up to one that is seated; False if exhausted first."""
        while self.reached[stratum] < self.strata[stratum]["size"]:
            if self._append(stratum) == "seated":
                return True
        return False

    def _append(self, stratum: int) -> str:
        """Append the stratum's next position, which must be the bundle's next line."""
        place = len(self.outcomes)
        need(place < len(self.claimed), "the walk ends at line {}, too early", place)
        line = self.claimed[place]
        need(
            line["stratum"] == stratum,
            "line {} is of stratum {}, due is {}",
            place,
            line["stratum"],
            stratum,
        )
        order = self.attempt.orders[stratum]
        due = order[self.reached[stratum]] if self.reached[stratum] < len(order) else None
        need(
            line["position"] == due,
            "line {} is position {}, due is {}",
            place,
            line["position"],
            due,
        )
        code = line["outcomes"][0] if line["outcomes"] else ""
        need(code in FIRST_CODES, "line {} begins with the unknown code {}", place, code)
        need(
            (code == "duplicate") == (line["commitment"] in self.seen),
            "line {} is {}, but its expert is {} on an earlier line",
            place,
            code,
            "already" if line["commitment"] in self.seen else "not",
        )
        self.seen.add(line["commitment"])
        self.reached[stratum] += 1
        self.outcomes.append([code])
        self.texts.append(b"")
        self._write(place)
        return str(code)

    def _write(self, place: int) -> None:
        line = self.claimed[place]
        self.texts[place] = canon(
            {
                "stratum": line["stratum"],
                "position": line["position"],
                "commitment": line["commitment"],
                "outcomes": self.outcomes[place],
            }
        )

    def digest(self) -> str:
        """Return the digest of the walk as it stands: exactly the four fields of each line."""
        return label("walk", b"[" + b",".join(self.texts) + b"]").hex()

    def stage(self, entry: Entry) -> Stage:
        """Return how far the walk has come with an entry."""
        seated = Counter(
            line["stratum"]
            for line, codes in zip(self.claimed, self.outcomes)  # noqa: B905
            if codes[-1] == "seated"
        )
        lacking = any(
            self.reached[place] == stratum["size"] and seated[place] < stratum["seats"]
            for place, stratum in enumerate(self.strata)
        )
        return Stage(entry.index, len(self.outcomes), lacking)

    def draw(self) -> None:
        """Walk all strata in request order to their seats (draw.md, step 5 "Draw")."""
        for place, stratum in enumerate(self.strata):
            for _ in range(stratum["seats"]):
                if not self.append_until_seated(place):
                    break

    def answer(self, entry: Entry) -> None:
        """Free one seat and, after every code but `left`, pass it on (step 6 "Answer and replace")."""
        place, code = entry.body.get("line"), entry.body.get("outcome")
        if type(place) is not int or not 0 <= place < len(self.outcomes):
            raise Refused(say("entry {} answers no line", entry.index))
        if not isinstance(code, str) or code not in ANSWER_CODES:
            raise Refused(say("entry {} has the unknown code {}", entry.index, code))
        need(
            self.outcomes[place] == ["seated"],
            "entry {} answers line {}, which holds no seat",
            entry.index,
            place,
        )
        self.outcomes[place].append(code)
        self._write(place)
        if code != "left":
            self.append_until_seated(self.claimed[place]["stratum"])


def step_walk(case: Case, attempt: Attempt) -> Words:
    """The walk replayed; commitments in the rosters; digests equal to the logged ones."""
    walk, drawn = attempt.part["walk"], attempt.one("drawn")
    if attempt.beta is None:
        need(not walk, "a walk without a proof")
        return say("nothing was drawn")
    parent = case.bundle["parent"]
    if attempt.request["of"] is not None and parent is None:
        raise Refused(say("the parent's lines are not in the bundle"))
    need(
        all(line["stratum"] < len(attempt.request["strata"]) for line in walk),
        "a line of a stratum that does not exist",
    )
    _need_in_rosters(attempt)
    replay = Replay(attempt, _lines_of_parents(parent))
    replay.draw()
    if drawn is not None:
        _need_digest(drawn, replay)
        attempt.stages.append(replay.stage(drawn))
    for entry in attempt.all("answered"):
        replay.answer(entry)
        _need_digest(entry, replay)
        attempt.stages.append(replay.stage(entry))
    need(
        len(replay.outcomes) == len(walk),
        "the walk goes on beyond the seats, at line {}",
        len(replay.outcomes),
    )
    for place, line in enumerate(walk):
        need(
            line["outcomes"] == replay.outcomes[place],
            "line {}: its codes are not those of the entries",
            place,
        )
    attempt.walk_digest = replay.digest()
    return say(
        "{} lines in {} strata, {} answers",
        len(walk),
        len(attempt.orders),
        len(attempt.all("answered")),
    )


def _lines_of_parents(parent: Any) -> list[str]:
    """Return the commitments on every line of the parent draws."""
    lines: list[str] = []
    while parent is not None:
        lines.extend(line["commitment"] for line in parent["walk"])
        parent = parent["parent"]
    return lines


def _need_digest(entry: Entry, replay: Replay) -> None:
    need(
        same(entry.body.get("walk"), replay.digest()),
        "the walk logged in entry {} is another one",
        entry.index,
    )


def _need_in_rosters(attempt: Attempt) -> None:
    """Refuse a commitment that is not in its roster's tree, or out of the roster's ascending order."""
    rosters: dict[int, list[tuple[int, str]]] = {}
    for place, line in enumerate(attempt.part["walk"]):
        stratum = attempt.request["strata"][line["stratum"]]
        path = [unhex(h, 32) for h in line["inclusion"]]
        leaf = leaf_hash(unhex(line["commitment"], 32))
        need(
            is_included(leaf, line["position"], stratum["size"], path, unhex(stratum["root"], 32)),
            "line {} is not in the roster of {}",
            place,
            stratum["id"],
        )
        rosters.setdefault(line["stratum"], []).append((line["position"], line["commitment"]))
    for lines in rosters.values():
        lines.sort()
        for lower, higher in zip(lines, lines[1:]):  # noqa: B905, RUF007
            need(
                lower[0] < higher[0] and lower[1] < higher[1],
                "positions {} and {} are not in ascending order",
                lower[0],
                higher[0],
            )


# --- Step 12: answers -----------------------------------------------------------------------------


def step_answers(case: Case, attempt: Attempt) -> Words:
    """The countersignature of each answer, and the signature of a closing, under the right role."""
    doubts: list[Words] = []
    for entry in attempt.all("answered"):
        doubts += _doubts_about_answer(case, attempt, entry)
    if attempt.closing is not None:
        _need_closing_result(case, attempt, attempt.closing)
        doubts += _doubts_about_closing(case, attempt, attempt.closing)
    if doubts:
        raise Undecided(doubts[0])
    n = len(attempt.all("answered"))
    if attempt.closing is None:
        return say("{} countersignatures hold", n)
    return say(
        "{} countersignatures hold; {} by {}: {}",
        n,
        attempt.closing.word,
        attempt.closing.actor,
        attempt.closing.body.get("reason"),
    )


def _doubts_about_answer(case: Case, attempt: Attempt, entry: Entry) -> list[Words]:
    """Refuse an answer that no independent contributor vouched for (draw.md, step 6)."""
    party, index = entry.body.get("countersigner"), entry.index
    keys = [c["key"] for c in attempt.request["contributors"] if c["party"] == party]
    need(len(keys) == 1, "entry {}: {} is no contributor", index, party)
    role = case.trust.role(party)
    need(role not in ("center", *APPLICANTS), "entry {} is countersigned by the {}", index, role)
    line = attempt.part["walk"][entry.body["line"]]
    statement = {
        "draw": attempt.draw,
        "request": attempt.digest,
        "stratum": line["stratum"],
        "position": line["position"],
        "outcome": entry.body["outcome"],
        "evidence": unhex(entry.body.get("evidence"), 32).hex(),
        "previous": entry.body["previous"],
    }
    need(
        signature_holds(
            unbase64(keys[0]),
            unbase64(entry.body.get("signature"), 64),
            label("answer", canon(statement)),
        ),
        "the countersignature of entry {} does not hold",
        index,
    )
    if role is None:
        return [say("the role of {} is not in the trust file", party)]
    return []


def _need_closing_result(case: Case, attempt: Attempt, entry: Entry) -> None:
    """Refuse a closing that hides or alters a result (draw.md, step 7)."""
    found = {name: entry.body.get(name) for name in ("alpha", "pi", "walk")}
    due: dict[str, Any] = {"alpha": None, "pi": None, "walk": None}
    if attempt.request is not None and inputs_complete(case, attempt):
        vrf = attempt.part["vrf"]
        due["alpha"] = attempt.alpha
        if entry.body.get("reason") == "no-proof":
            need(
                entry.word == "voided" and attempt.one("drawn") is None and attempt.beta is None,
                "closed as no-proof though there is a proof",
            )
            waited = entry.at // 1_000_000 - _complete_at(case, attempt)
            need(
                waited >= PROOF_SECONDS,
                "closed as no-proof after {} s, the center has {}",
                waited,
                PROOF_SECONDS,
            )
        else:
            need(
                attempt.beta is not None,
                "the inputs were complete, and the closing hides the result",
            )
            due["pi"], due["walk"] = vrf["pi"], attempt.walk_digest
    for name, value in due.items():
        need(same(found[name], value), "the closing's {} is not the bundle's", name)


def _complete_at(case: Case, attempt: Attempt) -> int:
    """Return since which POSIX second all inputs were there: the last reveal, or the round."""
    asked = attempt.request["beacon"]
    chain = case.trust.beacons.get(asked["chain"]) if asked else None
    came = chain["genesis"] + (asked["round"] - 1) * chain["period"] if chain else 0
    return max([came, *(entry.at // 1_000_000 for entry in attempt.all("revealed"))])


def _doubts_about_closing(case: Case, attempt: Attempt, entry: Entry) -> list[Words]:
    """Refuse a closing whose actor may not close, or did not sign (draw.md, step 7)."""
    a_code(entry.body.get("reason"), "reason")
    role = case.trust.role(entry.actor)
    if role is None or not case.trust.keys(entry.actor):
        return [say("{}, who closed the draw, is not in the trust file", entry.actor)]
    missing = attempt.missing()
    need(
        entry.actor not in missing,
        "{} closed the draw though its own reveal is missing",
        entry.actor,
    )
    if role == "center":
        contributors = attempt.request["contributors"] if attempt.request else []
        closers = [
            c["party"]
            for c in contributors
            if case.trust.role(c["party"]) in ("supervisor", *APPLICANTS)
        ]
        need(
            bool(closers) and set(closers) <= set(missing),
            "the center closed the draw though another could",
        )
    else:
        lawful = ("supervisor",) if entry.word == "voided" else APPLICANTS
        need(role in lawful, "{} by a {}", entry.word, role)
    statement = {
        "draw": attempt.draw,
        "attempt": attempt.number,
        "request": attempt.digest,
        "state": entry.word,
        "reason": entry.body["reason"],
        "statement": unhex(entry.body.get("statement"), 32).hex(),
        "alpha": entry.body.get("alpha"),
        "walk": entry.body.get("walk"),
    }
    signature, message = unbase64(entry.body.get("signature"), 64), label("close", canon(statement))
    need(
        any(signature_holds(key, signature, message) for key in _closing_keys(case, attempt)),
        "the signature of {} under the closing does not hold",
        entry.actor,
    )
    return []


def _closing_keys(case: Case, attempt: Attempt) -> list[bytes]:
    """Return the keys that may have signed a closing: its party's trusted ones, and its own here.

    A contributor's key that is not trusted made step 6 incomplete; it is no reason to fail here.
    """
    actor = attempt.closing.actor if attempt.closing else None
    contributors = attempt.request["contributors"] if attempt.request else []
    own = [unbase64(c["key"]) for c in contributors if c["party"] == actor]
    return case.trust.keys(actor) + own


# --- Step 13: openings ----------------------------------------------------------------------------


def part_digest(name: str, part: dict[str, Any]) -> bytes:
    """Return the digest of one half of an expert: given where closed, recomputed where open."""
    if "digest" in part:
        return unhex(part["digest"], 32)
    return label(name, unhex(part["salt"], 32) + canon(part["value"]))


def step_openings(case: Case) -> Words:
    """Parts give the commitments; what must be opened is; `cap` codes recomputed both ways."""
    attempt, openings = case.this, case.bundle["openings"]
    walk, caps = attempt.part["walk"], attempt.request["caps"]
    identified = attempt.one("identified")
    capped = sum(1 for line in walk if line["outcomes"][:1] == ["cap"])
    need(bool(caps) or not capped, "a line is capped, but the request has no caps")
    public = attempt.request["purpose"] in OPEN_PURPOSES
    opened = _open_all(openings, None if public else walk)
    if not public:
        _need_people(openings, attempt.request["purpose"])
    logged = attempt.one("sealed") if public else identified
    if logged is None:
        need(not openings, "identities opened before the entry that reveals them")
        case.caps_unproved = capped
        return say("identities not revealed yet")
    digest_holds = same(logged.body.get("openings"), label("openings", canon(openings)).hex())
    if not openings and not digest_holds:
        case.caps_unproved = capped
        raise Undecided(say("identities closed: this bundle does not open them"))
    need(digest_holds, "the openings are not those logged in entry {}", logged.index)
    if public:
        for place, line in enumerate(walk):
            halves = opened.get(line["commitment"], {})
            need("value" in halves.get("identity", {}), "line {}: {} not opened", place, "identity")
            need(
                "value" in halves.get("attributes", {}),
                "line {}: {} not opened",
                place,
                "attributes",
            )
    else:
        _need_all_opened(walk, opened, bool(caps))
        _need_caps(walk, opened, caps)
    return say("{} opened, {} cap codes recomputed", len(openings), capped)


def _open_all(openings: list[Any], walk: list[Any] | None) -> dict[str, Any]:
    """Return openings by commitment: in ascending order, each giving its commitment.

    Each is of a line of the walk; where none is given, the whole roster is public.
    """
    lines = None if walk is None else {line["commitment"] for line in walk}
    opened: dict[str, Any] = {}
    for opening in openings:
        commitment = opening["commitment"]
        need(lines is None or commitment in lines, "an opening of nobody on the walk")
        need(
            not opened or commitment > next(reversed(opened)),
            "the openings are not in ascending order",
        )
        digest = label(
            "entry",
            part_digest("identity", opening["identity"])
            + part_digest("attributes", opening["attributes"]),
        )
        need(
            digest.hex() == commitment,
            "the opening of {} does not give its commitment",
            commitment[:16],
        )
        opened[commitment] = opening
    return opened


def _need_people(openings: list[Any], purpose: str) -> None:
    """Refuse an open half of another form, and one person under two commitments (draw.md, step 3)."""
    forms = FORMS.get(purpose, FORMS["evaluation-committee"])
    known: set[str] = set()
    for opening in openings:
        for half, names in forms.items():
            value = opening[half].get("value")
            need(
                value is None or set(value) == set(names),
                "the {} of {} has not the form due",
                half,
                opening["commitment"][:16],
            )
        person = canon(opening["identity"].get("value", {}).get(forms["identity"][0])).hex()
        need("value" not in opening["identity"] or person not in known, "somebody is opened twice")
        known.add(person)


def _need_all_opened(walk: list[Any], opened: dict[str, Any], with_caps: bool) -> None:
    """Refuse if a line that must be opened is not (draw.md, step 8 "Reveal of identities")."""
    for place, line in enumerate(walk):
        halves: list[str] = []
        if line["outcomes"][-1] == "seated":
            halves = ["identity", "attributes"]
        elif with_caps and line["outcomes"][0] in ("cap", "seated"):
            halves = ["attributes"]
        opening = opened.get(line["commitment"], {})
        for half in halves:
            need("value" in opening.get(half, {}), "line {}: {} not opened", place, half)


def _need_caps(walk: list[Any], opened: dict[str, Any], caps: dict[str, int]) -> None:
    """Refuse a `cap` that was not due, and a seat where `cap` was (draw.md, step 5, table)."""
    if not caps:
        return
    seated: Counter[tuple[str, str]] = Counter()
    for place, line in enumerate(walk):
        code = line["outcomes"][0]
        if code == "duplicate":
            continue
        values = opened[line["commitment"]]["attributes"]["value"]
        for name in caps:
            need(isinstance(values.get(name), str), "line {} has no {}", place, name)
        full = any(seated[name, values[name]] >= most for name, most in caps.items())
        need(full == (code == "cap"), "line {} is {}, which its caps do not give", place, code)
        if code == "seated":
            seated.update((name, values[name]) for name in caps)


# --- Step 14: earlier attempts and parent ---------------------------------------------------------

ATTEMPT_STEPS: list[tuple[str, Callable[[Case, Attempt], Words]]] = [
    ("request", step_request),
    ("contributors", step_contributors),
    ("reveals", step_reveals),
    ("beacon", step_beacon),
    ("vrf", step_vrf),
    ("tickets", step_tickets),
    ("walk", step_walk),
    ("answers", step_answers),
]


def step_earlier(case: Case) -> Words:
    """Steps 5 to 12 on each earlier attempt as far as it got, with its closing signature."""
    doubts: list[Words] = []
    for attempt in case.attempts[:-1]:
        steps = ATTEMPT_STEPS if attempt.request is not None else ATTEMPT_STEPS[-1:]
        for name, step in steps:
            try:
                step(case, attempt)
            except (Refused, Undecided) as error:
                words = Words(
                    f"attempt {attempt.number}, {name}: {error.words.en}",
                    f"第 {attempt.number} 次抽取 {name}:{error.words.zh}",
                )
                if isinstance(error, Refused):
                    raise Refused(words) from None
                doubts.append(words)
    doubts += _doubts_about_releases(case)
    if doubts:
        raise Undecided(doubts[0])
    return say("{} earlier attempt(s)", len(case.attempts) - 1)


def _doubts_about_releases(case: Case) -> list[Words]:
    """A contributor that left between attempts signed a release; no bundle can show it.

    Of an attempt closed before its seal those are known who committed.
    """
    bound: dict[str, int] = {}  # party -> the last attempt that it is known to be part of
    doubts: list[Words] = []
    for attempt in case.attempts:
        if attempt.request is None:
            bound.update(dict.fromkeys(_by_party(attempt.all("committed")), attempt.number))
            continue
        staying = {c["party"] for c in attempt.request["contributors"]}
        doubts += [
            say(
                "{} contributed to attempt {} and no longer: its release is not in the bundle",
                party,
                number,
            )
            for party, number in bound.items()
            if party not in staying
        ]
        bound = dict.fromkeys(staying, attempt.number)
    return doubts


def step_parent(case: Case) -> Words:
    """A supplement's parent: the draw that is meant, its whole verification, what binds the two."""
    request, parent = case.bundle["request"], case.bundle["parent"]
    need(
        (request["of"] is None) == (parent is None),
        "the request and the bundle disagree on a parent",
    )
    if parent is None:
        return say("no parent")
    need(parent["request"]["draw"] == request["of"], "the parent is another draw")
    need(
        parent["log"]["checkpoint"] == case.bundle["log"]["checkpoint"],
        "the parent is shown under another checkpoint",
    )
    for name in ("origin", "subject", "secret"):
        need(parent["request"][name] == request[name], "the parent's {} differs", name)
    whole = Case(parent, case.trust)
    doubts = _doubts_about_parent(whole)
    last = _need_exhausted(case, whole.this)
    if doubts:
        raise Undecided(doubts[0])
    return say("supplement of {}, which holds and was exhausted by entry {}", request["of"], last)


def _doubts_about_parent(whole: Case) -> list[Words]:
    """Refuse a parent of which a step fails; return what of it could not be decided."""
    doubts: list[Words] = []
    for name, step in _steps_of(whole):
        done = _run(name, step)
        words = Words(f"parent, {name}: {done.detail.en}", f"原抽取 {name}:{done.detail.zh}")
        if done.outcome == "failed":
            raise Refused(words)
        if done.outcome == "incomplete":
            doubts.append(words)
    return doubts


def _need_exhausted(case: Case, parent: Attempt) -> int:
    """Refuse a supplement ordered too early or a parent walked on after its seal (draw.md, step 6).

    Return the index of the parent's newest entry at the order.
    """
    ordered = case.attempts[0].entries[0]
    before = [entry.index for entry in parent.entries if entry.index < ordered.index]
    need(
        bool(before) and same(ordered.body.get("previous"), before[-1]),
        "the supplement does not follow its parent's newest entry",
    )
    closing = parent.closing
    need(
        closing is None or closing.index > ordered.index,
        "the parent was closed before the supplement was ordered",
    )
    at_order = [stage for stage in parent.stages if stage.entry < ordered.index]
    need(
        bool(at_order) and at_order[-1].lacking,
        "the parent was not exhausted when the supplement was ordered",
    )
    sealed = min(entry.index for attempt in case.attempts for entry in attempt.all("sealed"))
    at_seal = [stage.lines for stage in parent.stages if stage.entry < sealed]
    need(
        at_seal[-1] == parent.stages[-1].lines,
        "the parent's walk went on after the supplement's seal",
    )
    return before[-1]


# --- Steps 15 and 16: with the auditor's file -----------------------------------------------------

AN_EXPERT = record_of(
    expert=a_text, name=any_text, employer=any_text, region=any_text, specialties=list_of(a_text)
)
AN_AUDITORS_FILE = record_of(
    secret=hex_of(32),
    entries=list_of(list_of(AN_EXPERT)),
    excluded=record_of(salt=hex_of(32), list=list_of(list_of(any_text))),
)


def expert_commitment(secret: bytes, expert: dict[str, Any]) -> bytes:
    """Return `c(e)` (draw.md, step 3 "Seal")."""
    salts = hmac.new(secret, expert["expert"].encode(), hashlib.sha512).digest()
    identity = canon({"expert": expert["expert"], "name": expert["name"]})
    attributes = canon({name: expert[name] for name in ("employer", "region", "specialties")})
    return label(
        "entry",
        label("identity", salts[:32] + identity) + label("attributes", salts[32:] + attributes),
    )


def step_rosters(case: Case) -> Words:
    """Every entry of the auditor's file hashes into its place; ids are distinct."""
    request = case.bundle["request"]
    if isinstance(case.auditor, Refused):
        raise case.auditor
    AN_AUDITORS_FILE(case.auditor[0], "auditor")
    secret, rosters = unhex(case.auditor[0]["secret"], 32), case.auditor[0]["entries"]
    need(label("secret", secret).hex() == request["secret"], "the secret is another one")
    need(
        len(rosters) == len(request["strata"]),
        "{} rosters for {} strata",
        len(rosters),
        len(request["strata"]),
    )
    known: dict[str, dict[str, Any]] = {}
    for place, stratum in enumerate(request["strata"]):
        roster = rosters[place]
        _need_roster_people(roster, stratum["id"], known)
        commitments = [expert_commitment(secret, expert) for expert in roster]
        need(
            len(commitments) == stratum["size"],
            "{}: {} entries for a size of {}",
            stratum["id"],
            len(commitments),
            stratum["size"],
        )
        need(
            all(commitments[n] < commitments[n + 1] for n in range(len(commitments) - 1)),
            "{}: the roster is not in ascending order",
            stratum["id"],
        )
        need(
            tree_root(commitments).hex() == stratum["root"],
            "{}: the roster's root is another one",
            stratum["id"],
        )
    return say("{} experts in {} rosters", len(known), len(rosters))


def _need_roster_people(roster: list[Any], stratum: str, known: dict[str, dict[str, Any]]) -> None:
    """Refuse an expert twice in a roster, in two forms, or with unsorted specialties."""
    ids = [expert["expert"] for expert in roster]
    need(len(set(ids)) == len(ids), "{}: an expert stands twice", stratum)
    for expert in roster:
        codes = expert["specialties"]
        need(
            all(codes[n] < codes[n + 1] for n in range(len(codes) - 1)),
            "{}: specialties not sorted",
            stratum,
        )
        need(
            known.setdefault(expert["expert"], expert) == expert,
            "{}: an expert in two forms",
            stratum,
        )


def step_eligibility(case: Case) -> Words:
    """`excluded` opens, nobody is on both sides, and each entry fits its stratum.

    Whether the rosters hold every eligible expert and only those follows from the pool's own
    entries below `as_of`, which no bundle carries: the answer is *incomplete* at best.
    """
    request, auditor = case.bundle["request"], case.auditor[0]
    pairs, salt = auditor["excluded"]["list"], unhex(auditor["excluded"]["salt"], 32)
    digest = label("excluded", salt + canon(pairs))
    need(digest.hex() == request["pool"]["excluded"], "the exclusions are not those sealed")
    for pair in pairs:
        need(len(pair) == 2, "an exclusion is not a pair")
        a_code(pair[1], "excluded")
    need(
        all(pairs[n] < pairs[n + 1] for n in range(len(pairs) - 1)), "the exclusions are not sorted"
    )
    seated = {expert["expert"] for roster in auditor["entries"] for expert in roster}
    both = seated.intersection(pair[0] for pair in pairs)
    need(not both, "{} excluded experts stand in a roster", len(both))
    for place, stratum in enumerate(request["strata"]):
        _need_matching(auditor["entries"][place], stratum["id"])
    raise Undecided(
        say(
            "{} in the rosters match their strata, {} exclusions open; recomputing them from the pool's entries below {} was not done: it needs the log itself",
            len(seated),
            len(pairs),
            request["pool"]["as_of"],
        )
    )


def _need_matching(roster: list[Any], stratum: str) -> None:
    """Refuse an entry that does not fit `<specialty>@<region>`; other ids say nothing of that.

    A region covers those below it: GB/T 2260 codes of six digits, wider ones ending in 00 pairs.
    """
    match = re.fullmatch("([^@]+)@([0-9]{6})", stratum)
    if match is None:
        return
    within = re.sub("(00)+$", "", match[2])
    for expert in roster:
        need(match[1] in expert["specialties"], "{}: an expert of another specialty", stratum)
        need(expert["region"].startswith(within), "{}: an expert of another region", stratum)


# --- The verdict ----------------------------------------------------------------------------------

EXIT = {"valid": 0, "failed": 1, "unusable": 2, "incomplete": 3, "void": 4}
TITLES = {
    "shape": "格式",
    "checkpoint": "检查点",
    "inclusion": "入账",
    "order": "次序",
    "request": "申请",
    "contributors": "投入方",
    "reveals": "揭示",
    "beacon": "信标",
    "vrf": "可验证随机",
    "tickets": "号票",
    "walk": "走号",
    "answers": "答复",
    "openings": "公开",
    "earlier": "前次抽取",
    "parent": "原抽取",
    "rosters": "名册",
    "eligibility": "资格",
}
OUTCOMES = {"ok": "通过", "failed": "不成立", "incomplete": "未完成"}
VERDICTS = {
    "valid": "有效",
    "failed": "不成立",
    "unusable": "无法使用",
    "incomplete": "未能完成",
    "void": "作废",
}
# both languages stand together here, for this sentence closes every good verdict
RIVALS = Words(
    "rival draws and later entries: see the public audit", "是否另有并行抽取或后续记录:见公开审计"
)


class Step(NamedTuple):
    """What one step answered."""

    step: str
    outcome: str  # ok, failed, incomplete
    detail: Words


@dataclass
class Report:
    """The verdict with the steps that led to it."""

    verdict: str
    steps: list[Step] = field(default_factory=list)
    notes: list[Words] = field(default_factory=list)
    demo: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def exit(self) -> int:
        """The exit status of draw.md, section "Verifying"."""
        return EXIT[self.verdict]

    @property
    def decisive(self) -> str | None:
        """The step that failed, or the first that could not be done."""
        return next((step.step for step in self.steps if step.outcome == self.verdict), None)


def _steps_of(case: Case) -> list[tuple[str, Callable[[], Words]]]:
    """Return all steps in the protocol's order."""

    def on_this(step: Callable[[Case, Attempt], Words]) -> Callable[[], Words]:
        return lambda: step(case, case.this)

    steps: list[tuple[str, Callable[[], Words]]] = [
        ("shape", lambda: step_shape(case)),
        ("checkpoint", lambda: step_checkpoint(case)),
        ("inclusion", lambda: step_inclusion(case)),
        ("order", lambda: step_order(case)),
    ]
    steps += [(name, on_this(step)) for name, step in ATTEMPT_STEPS]
    steps += [
        ("openings", lambda: step_openings(case)),
        ("earlier", lambda: step_earlier(case)),
        ("parent", lambda: step_parent(case)),
    ]
    if case.auditor is not None:
        steps += [
            ("rosters", lambda: step_rosters(case)),
            ("eligibility", lambda: step_eligibility(case)),
        ]
    return steps


def _run(name: str, step: Callable[[], Words]) -> Step:
    """Run one step. Nothing a bundle holds may end this program: what slips through has failed."""
    try:
        return Step(name, "ok", step())
    except Refused as error:
        return Step(name, "failed", error.words)
    except Undecided as error:
        return Step(name, "incomplete", error.words)
    except Exception as error:  # the outermost guard: never valid, never a traceback
        return Step(
            name, "failed", say("the check could not be carried out ({})", type(error).__name__)
        )


def judge(bundle_bytes: bytes, trust_bytes: bytes, auditor_bytes: bytes | None = None) -> Report:
    """Judge a bundle under a trust file; raises nothing."""
    try:
        trust = read_trust(trust_bytes)
    except (Unreadable, Refused) as error:
        return unusable("trust", error.words)
    auditor: Any = None
    try:
        auditor = None if auditor_bytes is None else [read_json(auditor_bytes)]
    except Unreadable as error:
        return unusable("auditor", error.words)
    except Refused as error:
        auditor = error
    try:
        bundle = read_json(bundle_bytes)
    except Unreadable as error:
        return unusable("bundle", error.words)
    except Refused as error:
        return Report("failed", [Step("shape", "failed", error.words)])
    case = Case(bundle, trust, auditor)
    report = Report("valid")
    for name, step in _steps_of(case):
        report.steps.append(_run(name, step))
        if report.steps[-1].outcome == "failed":
            break
    _conclude(case, report)
    return report


def unusable(which: str, cause: Words) -> Report:
    """Return the report on a file that cannot be used."""
    note = Words(f"the {which} file cannot be used: {cause.en}", f"{which} 文件无法使用:{cause.zh}")
    return Report("unusable", notes=[note])


def _conclude(case: Case, report: Report) -> None:
    """Take the strongest verdict, and say what it rests on."""
    outcomes = [step.outcome for step in report.steps]
    if not case.attempts:
        report.verdict = "failed"
        return
    this, edition = case.this, case.edition(case.this)
    report.demo = bool(edition and edition.get("demo"))
    closed = this.closing is not None
    report.verdict = next(
        (v for v in ("failed", "incomplete") if v in outcomes), "void" if closed else "valid"
    )
    if report.verdict == "failed" or case.checkpoint is None:
        return
    last = this.entries[-1].index if this.entries else None
    codes = Counter(code for line in this.part["walk"] for code in line["outcomes"])
    report.facts = {
        "draw": this.draw,
        "log_size": case.checkpoint.size,
        "entry": last,
        "witnessed": case.witnessed,
        "witnesses": case.trust.witness_count(),
        "quorum": case.trust.quorum,
        "codes": dict(sorted(codes.items())),
        "caps_unproved": case.caps_unproved,
    }
    witnessed = say("witnessed by {} of {}", case.witnessed, case.trust.witness_count())
    report.notes += [
        witnessed if case.witnessed else say("unwitnessed"),
        say("as of log size {}, entry {}", case.checkpoint.size, last),
        say("codes: {}", ", ".join(f"{code} {n}" for code, n in sorted(codes.items())) or "-"),
    ]
    if case.caps_unproved:
        report.notes.append(
            say("{} cap codes stay unproved until identities are opened", case.caps_unproved)
        )
    report.notes.append(RIVALS)


# --- The same sentences in Chinese ---------------------------------------------------------------

CHINESE = {
    "duplicate key {}": "键 {} 重复",
    "{} is no verifier key": "{} 不是验证公钥",
    "{} holds no key": "{} 不含公钥",
    "a control character in the note": "签名文本含控制字符",
    "no signature lines at the end of the note": "签名文本末尾没有签名行",
    "{} signature lines": "签名行多达 {} 行",
    "a malformed signature line": "签名行格式不对",
    "a signature line too short": "签名行过短",
    "a malformed checkpoint": "检查点格式不对",
    "a note longer than {} bytes": "签名文本超过 {} 字节",
    "an empty log has another root": "空日志的树根不符",
    "entry {} has no {}": "第 {} 条记录没有 {}",
    "the {} of {} has not the form due": "{1} 的 {0} 格式不符",
    "somebody is opened twice": "同一人被公开两次",
    "a malformed size in the checkpoint": "检查点的规模写法不对",
    "not a tlog-proof": "不是 tlog-proof 文件",
    "{} strata, {} seats, {} in the rosters, {} contributors, attempt {}": "{} 层、{} 席、名册共 {} 人、{} 方投入，第 {} 次",
    "the checkpoint is of {}, the request of {}": "检查点属于 {}，申请属于 {}",
    "no trusted key of the log {} signed the checkpoint": "日志 {} 没有受信任的密钥签署该检查点",
    "log size {}; witnessed by {} of {}, the quorum is {}": "日志规模 {0}；{2} 个见证方中 {1} 个已签，门槛为 {3}",
    "entry {} is not in canonical form": "第 {} 条记录不是规范形式",
    "entry {} is a {}, not a {}": "第 {} 条记录是 {} 而非 {}",
    "{} entries are in the log": "{} 条记录均在日志中",
    "this purpose knows no caps": "该用途不设限额",
    "an entry is listed twice": "有记录重复列出",
    "two attempts of one draw id": "两次抽取编号相同",
    "{} entries of {} attempt(s), unbroken to entry {}": "{1} 次抽取共 {0} 条记录，前后相连至第 {2} 条",
    "attempt {} does not begin with ordered": "第 {} 次抽取不以下单开始",
    "attempt {}: a seal and a request go together": "第 {} 次抽取：封存与申请须同在",
    "attempt {} goes on without a seal": "第 {} 次抽取未封存即继续",
    "attempt {} goes on without drawn": "第 {} 次抽取未抽出即继续",
    "entry {} orders attempt {}, not {}": "第 {} 条记录为第 {} 次抽取下单，应为第 {} 次",
    "the sealed entry carries another request": "封存记录所载申请不同",
    "the request is of another log": "申请属于另一日志",
    "the roster's log size {} is not after entry {} and up to {}": "名册所依日志规模 {} 不在第 {} 条之后、第 {} 条之前",
    "the VRF key was not logged before the seal": "VRF 公钥未在封存前登记",
    "attempt {}, the edition allows {}": "第 {} 次抽取，规则最多 {} 次",
    "the VRF key was logged {} s before the seal, {} h are needed": "VRF 公钥在封存前 {} 秒登记，须提前 {} 小时",
    "sealed as {} in entry {}, pool as of {}, edition {}": "封存摘要 {} 载于第 {} 条，专家库截至 {}，规则版本 {}",
    "{} contributor(s), two are needed": "投入方 {} 个，至少两个",
    "a party contributes twice": "同一方重复投入",
    "two contributors share a key": "两方共用密钥",
    "only the center contributes": "投入方只有交易中心",
    "the contributors are not the committed parties": "投入方与承诺方不一致",
    "{} contributors: {}": "{} 方投入：{}",
    "{} did not commit itself": "{} 的承诺并非本方提交",
    "the commitment of {} is not the one committed": "{} 的承诺与登记不同",
    "the signature of {} under its commitment does not hold": "{} 对承诺的签名不成立",
    "the reveals are not those of the contributors, in their order": "揭示与投入方及其次序不符",
    "somebody else revealed": "另有他方揭示",
    "{} of {} nonces open their commitments{}": "{1} 个随机数中 {0} 个与承诺相符{2}",
    "{}: nonce and signature go together": "{}：随机数与签名须同在",
    "the nonce of {} does not open its commitment": "{} 的随机数与承诺不符",
    "the signature of {} under its reveal does not hold": "{} 对揭示的签名不成立",
    "the reveal of {} was logged after reveal_by": "{} 的揭示登记晚于截止时间",
    "the request and the bundle disagree on a beacon": "申请与证明包对信标不一致",
    "the beacon is of another chain or round": "信标的链或轮次不同",
    "a proof though inputs are missing": "输入不全却有 VRF 证明",
    "alpha does not follow from the inputs": "alpha 与输入不符",
    "pi and beta go together": "pi 与 beta 须同在",
    "beta does not follow from the proof": "beta 与证明不符",
    "alpha {}, proof holds": "alpha {}，证明成立",
    "{} tickets in {} strata": "{1} 层共 {0} 张号票",
    "a line of a stratum that does not exist": "有一行的层不存在",
    "the walk goes on beyond the seats, at line {}": "走号超出席位，自第 {} 行起",
    "{} lines in {} strata, {} answers": "{1} 层共 {0} 行，{2} 次答复",
    "the walk logged in entry {} is another one": "第 {} 条记录登记的走号不同",
    "{} countersignatures hold; {} by {}: {}": "{0} 个会签成立；由 {2} {1}：{3}",
    "entry {}: {} is no contributor": "第 {} 条记录：{} 不是投入方",
    "entry {} is countersigned by the {}": "第 {} 条记录由 {} 会签",
    "the countersignature of entry {} does not hold": "第 {} 条记录的会签不成立",
    "{} closed the draw though its own reveal is missing": "{} 未揭示却关闭抽取",
    "the signature of {} under the closing does not hold": "{} 对关闭的签名不成立",
    "a line is capped, but the request has no caps": "申请没有上限，却有一行受限",
    "the openings are not those logged in entry {}": "公开内容与第 {} 条记录不符",
    "{} opened, {} cap codes recomputed": "公开 {} 人，核对上限代码 {} 个",
    "{} earlier attempt(s)": "此前 {} 次抽取",
    "the request and the bundle disagree on a parent": "申请与证明包对原抽取不一致",
    "the parent is another draw": "原抽取不符",
    "the parent is shown under another checkpoint": "原抽取用了另一检查点",
    "the supplement does not follow its parent's newest entry": "补抽未接在原抽取当时最新的记录之后",
    "the secret is another one": "密值不符",
    "{} rosters for {} strata": "{1} 层却有 {0} 份名册",
    "{} experts in {} rosters": "{1} 份名册共 {0} 人",
    "{}: an expert stands twice": "{}：有专家重复",
    "the exclusions are not those sealed": "排除名单与封存不符",
    "the exclusions are not sorted": "排除名单未排序",
    "{} excluded experts stand in a roster": "{} 名被排除者在名册中",
    "witnessed by {} of {}": "{1} 个见证方中 {0} 个已见证",
    "nested too deeply": "嵌套过深",
    "a lone surrogate in a string": "字符串含孤立代理项",
    "{} is not 32 bytes long": "{} 公钥不是 32 字节",
    "the id of {} is not that of its key": "{} 的编号与公钥不符",
    "the cosignature of {} does not hold": "{} 的见证签名不成立",
    "not a text": "不是文本",
    "not a code": "不是代码",
    "not a trusted role": "不是信任文件中的角色",
    "two strata of one id": "层的编号重复",
    "entry {} is not in the tree of {}": "第 {} 条记录不在规模 {} 的树中",
    "entry {} is a {}": "第 {} 条记录属 {}",
    "entry {} belongs to another draw": "第 {} 条记录属于另一次抽取",
    "entry {} ({}) stands after {}": "第 {} 条记录({})排在 {} 之后",
    "entry {} does not name entry {} before it": "第 {} 条记录未指明前一条 {}",
    "attempt {} has two {}": "第 {} 次抽取有两条 {}",
    "a party has {} twice": "同一方有两条 {}",
    "entry {} is of another subject": "第 {} 条记录属于另一事项",
    "attempt {} was ordered with another {}": "第 {} 次抽取下单的 {} 不同",
    "attempt {} was not closed": "第 {} 次抽取未关闭",
    "attempt {} does not follow the closing before it": "第 {} 次抽取未接在前次关闭之后",
    "the subject differs between request and {}": "申请与 {} 记录的事项不同",
    "no {} among the contributors": "投入方中没有 {}",
    "drawn though the reveal of {} is missing, without beacon and witnesses": "没有信标与见证，{} 未揭示却已抽取",
    "drawn though {} has no revealed entry": "{} 没有揭示记录却已抽取",
    "drawn from the center's nonce alone": "仅凭交易中心的随机数抽取",
    "the reveal of {} is not the one logged": "{} 的揭示与登记不同",
    "{} revealed for another request": "{} 的揭示属于另一申请",
    "the reveal of {} was logged by {}": "{} 的揭示由 {} 登记",
    "the logged beacon is another one": "登记的信标不同",
    "early proofs without a beacon": "没有信标却附早期证明",
    "none used": "未使用",
    "the round comes {} s after reveal_by, {} min are needed": "轮次在揭示截止后 {} 秒，须至少 {} 分钟",
    "drawn without the beacon's signature": "没有信标签名却已抽取",
    "closed before round {}": "在第 {} 轮之前关闭",
    "the signature is not a canonical point of the subgroup": "签名不是子群中的规范点",
    "round {} of the chain {}, its signature holds": "信标链 {1} 第 {0} 轮，签名成立",
    "the scheme {} is none of this protocol": "签名方案 {} 不属于本协议",
    "the chain's key is not a canonical point of the subgroup": "信标链公钥不是子群中的规范点",
    "the signature is not the chain's for round {}": "签名不是该信标链第 {} 轮的签名",
    "the early proof of {} is of another entry": "{} 的早期证明属于另一条记录",
    "the early proof of {} does not hold": "{} 的早期证明不成立",
    "drawn without a proof in the bundle": "已抽取而证明包没有 VRF 证明",
    "nothing was computed": "未计算结果",
    "inputs complete, no proof from the center": "输入齐全，交易中心未出具证明",
    "the walk ends at line {}, too early": "走号在第 {} 行过早结束",
    "line {} is of stratum {}, due is {}": "第 {} 行属第 {} 层，应为第 {} 层",
    "line {} is position {}, due is {}": "第 {} 行为位次 {}，应为 {}",
    "line {} begins with the unknown code {}": "第 {} 行首个代码 {} 未知",
    "line {} is {}, but its expert is {} on an earlier line": "第 {} 行为 {}，但该专家此前{}出现",
    "entry {} answers no line": "第 {} 条记录所答行不存在",
    "entry {} has the unknown code {}": "第 {} 条记录代码 {} 未知",
    "entry {} answers line {}, which holds no seat": "第 {} 条记录所答第 {} 行不占席位",
    "a walk without a proof": "没有 VRF 证明却有走号",
    "nothing was drawn": "未抽取",
    "line {}: its codes are not those of the entries": "第 {} 行的代码与记录不符",
    "line {} is not in the roster of {}": "第 {} 行不在 {} 的名册中",
    "{} countersignatures hold": "{} 个会签成立",
    "the closing's {} is not the bundle's": "关闭记录的 {} 与证明包不同",
    "the center closed the draw though another could": "另有他方可关闭，交易中心却自行关闭",
    "{} by a {}": "由 {1} {0}",
    "identities opened before the entry that reveals them": "身份在揭晓记录之前公开",
    "identities not revealed yet": "身份尚未揭晓",
    "an opening of nobody on the walk": "公开了不在走号中的人",
    "the openings are not in ascending order": "公开内容未按升序排列",
    "the opening of {} does not give its commitment": "{} 的公开内容与承诺不符",
    "line {} is {}, which its caps do not give": "第 {} 行为 {}，与上限不符",
    "no parent": "没有原抽取",
    "the parent's {} differs": "原抽取的 {} 不同",
    "supplement of {}, which holds and was exhausted by entry {}": "{} 的补抽：原抽取成立，至第 {} 条记录已抽尽",
    "the parent was closed before the supplement was ordered": "补抽下单前原抽取已关闭",
    "the parent was not exhausted when the supplement was ordered": "补抽下单时原抽取尚未抽尽",
    "the parent's walk went on after the supplement's seal": "补抽封存后原抽取仍在走号",
    "{}: {} entries for a size of {}": "{}：{} 条，名册为 {} 人",
    "{}: the roster is not in ascending order": "{}：名册未按升序",
    "{}: the roster's root is another one": "{}：名册树根不符",
    "{}: specialties not sorted": "{}：专业未排序",
    "{}: an expert in two forms": "{}：同一专家前后不一",
    "an exclusion is not a pair": "排除项不是一对",
    "{} in the rosters match their strata, {} exclusions open; recomputing them from the pool's entries below {} was not done: it needs the log itself": "名册 {} 人与各层相符，排除 {} 项与封存相符；未按专家库 {} 之前的记录重算：须有日志本身",
    "{}: an expert of another specialty": "{}：有专家专业不符",
    "{}: an expert of another region": "{}：有专家地区不符",
    "as of log size {}, entry {}": "截至日志规模 {}、第 {} 条记录",
    "codes: {}": "代码计数：{}",
    "{} is no integer within 2^53-1": "{} 不是 2^53-1 以内的整数",
    "not {} bytes of lower-case hex": "不是 {} 字节的小写十六进制",
    "not canonical base64": "不是规范的 base64",
    "{} bytes of base64 instead of {}": "base64 为 {} 字节，应为 {}",
    "{} is no UTC time of the form due": "{} 不是规定格式的 UTC 时间",
    "{} does not exist": "{} 不存在",
    "the signature of {} does not hold": "{} 的签名不成立",
    "no index in the tlog-proof": "tlog-proof 没有序号",
    "not {}": "应为 {}",
    "not an integer from {} to {}": "不是 {} 到 {} 的整数",
    "more than {} bytes": "超过 {} 字节",
    "not a list of at least {}": "不是至少 {} 项的列表",
    "not an object": "不是对象",
    "more seats than experts": "席位多于名册人数",
    "no checkpoint": "没有检查点",
    "{} entries in order; neither drawn nor closed yet": "{} 条记录次序正确；尚未抽取也未关闭",
    "the first attempt names an entry before it": "首次抽取却指明前一条记录",
    "a supplement does not name its parent's newest entry": "补抽未指明原抽取的最新记录",
    "not sealed": "未封存",
    "{} differs between request and {}": "申请与 {1} 记录的 {0} 不同",
    "the edition {} is not in the trust file": "信任文件中没有规则版本 {}",
    "{}: {} experts for {} seats, {} for each are needed": "{}：{} 人对 {} 席，每席至少 {} 人",
    "who must contribute is unknown: the edition {} is not in the trust file": "不知何方必须投入：信任文件中没有规则版本 {}",
    "whether a {} contributes is unknown: a party is not in the trust file": "不知是否有 {} 投入：有一方不在信任文件中",
    "the reveal of {} is not on the log": "{} 的揭示未登记",
    "the chain {} is not in the trust file": "信任文件中没有信标链 {}",
    "the lead of the round is unknown": "不知轮次所需提前量",
    "no early proofs in the bundle": "证明包没有早期证明",
    "{} was cosigned too late for the round": "{} 的见证签名晚于该轮次",
    "the proof does not hold under the key {}": "VRF 证明在公钥 {} 下不成立",
    "the logged {} is another one": "登记的 {} 不同",
    "the parent's lines are not in the bundle": "证明包没有原抽取的走号",
    "positions {} and {} are not in ascending order": "位次 {} 与 {} 未按升序",
    "the role of {} is not in the trust file": "{} 的角色不在信任文件中",
    "closed as no-proof though there is a proof": "以无证明关闭，实有证明",
    "closed as no-proof after {} s, the center has {}": "输入齐全 {} 秒后即以无证明关闭，交易中心有 {} 秒",
    "the inputs were complete, and the closing hides the result": "输入齐全，关闭却隐去结果",
    "{}, who closed the draw, is not in the trust file": "关闭抽取的 {} 不在信任文件中",
    "identities closed: this bundle does not open them": "身份保密：证明包未予公开",
    "line {}: {} not opened": "第 {} 行：{} 未公开",
    "line {} has no {}": "第 {} 行没有 {}",
    "{} contributed to attempt {} and no longer: its release is not in the bundle": "{} 参与第 {} 次抽取后退出：证明包没有其免除签名",
    "unwitnessed": "未经见证",
    "{} cap codes stay unproved until identities are opened": "{} 个上限代码在身份公开前未经证明",
    "not UTF-8": "不是 UTF-8",
    "not JSON: {}": "不是 JSON:{}",
    "unknown field {}": "未知字段 {}",
    "no field {}": "缺少字段 {}",
    "entry {} is no JSON": "第 {} 条记录不是 JSON",
    "the key of {} is not in the trust file": "{} 的密钥不在信任文件中",
    "early proof of {}: {} cosignatures in time, the quorum is {}": "{} 的早期证明：按时见证 {} 个，门槛为 {}",
    "the check could not be carried out ({})": "核对无法进行({})",
    "{}": "{}",
}


# --- Printing -------------------------------------------------------------------------------------


def in_language(words: Words, lang: str) -> str:
    """Return a sentence in one language."""
    return words.zh if lang == "zh" else words.en


def print_json(report: Report, lang: str) -> None:
    """Print one JSON object."""
    steps = [
        {"step": s.step, "outcome": s.outcome, "detail": in_language(s.detail, lang)}
        for s in report.steps
    ]
    notes = [in_language(note, lang) for note in report.notes]
    answer = {
        "verdict": report.verdict,
        "exit": report.exit,
        "demo": report.demo,
        "step": report.decisive,
        "steps": steps,
        "notes": notes,
        **report.facts,
    }
    print(json.dumps(answer, ensure_ascii=False))


def print_text(report: Report, lang: str) -> None:
    """Print a line for each step, then the verdict."""
    for number, step in enumerate(report.steps, start=1):
        if lang == "zh":
            print(
                f"{number:2}  {TITLES[step.step]}({step.step})  {OUTCOMES[step.outcome]}  {step.detail.zh}"
            )
        else:
            print(f"{number:2}  {step.step:<13} {step.outcome:<11} {step.detail.en}")
    verdict = (
        f"{VERDICTS[report.verdict]}({report.verdict})" if lang == "zh" else report.verdict.upper()
    )
    at = f" {'于' if lang == 'zh' else 'at'} {report.decisive}" if report.decisive else ""
    print(f"{'DEMO ' if report.demo else ''}{verdict}{at}")
    for note in report.notes:
        print(f"    {in_language(note, lang)}")


def default_language() -> str:
    """Return zh where the environment asks for Chinese, else en."""
    asked = (
        os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    )
    return "zh" if asked.lower().startswith("zh") else "en"


def _read_file(which: str, path: str | None) -> bytes | Report | None:
    if path is None:
        return None
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        return unusable(which, say("{}", type(error).__name__))


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the files named on the command line and return the exit status."""
    parser = argparse.ArgumentParser(description="Check the record of a random draw, offline.")
    parser.add_argument("bundle", metavar="BUNDLE", help="the record of the draw (JSON)")
    parser.add_argument(
        "--trust", metavar="FILE", required=True, help="whom you trust (JSON, your own)"
    )
    parser.add_argument(
        "--auditor", metavar="FILE", help="the auditor's file, which opens the rosters"
    )
    parser.add_argument("--lang", choices=("zh", "en"), default=default_language())
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    files = [
        _read_file("bundle", options.bundle),
        _read_file("trust", options.trust),
        _read_file("auditor", options.auditor),
    ]
    bad = [file for file in files if isinstance(file, Report)]
    bundle, trust, auditor = (file if isinstance(file, bytes) else None for file in files)
    report = bad[0] if bad else judge(bundle or b"", trust or b"", auditor)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    (print_json if options.json else print_text)(report, options.lang)
    return report.exit


if __name__ == "__main__":
    sys.exit(main())
