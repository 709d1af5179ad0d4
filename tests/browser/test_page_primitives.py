"""The page's own cryptography, held against libraries, standards and the vectors of others."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from foreign import foreign_vectors

ORDER = 2**252 + 27742317777372353535851937790883648493
FIELD = 2**255 - 19
BLS_FIELD = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab",
    16,
)
SOME_BYTES = hashlib.shake_256(b"some bytes").digest(400)


def on_each(opened, expression, rows):
    """Return what an expression of the page gives for each row; `$0`, `$1` … are its bytes."""
    names = [f"${place}" for place in range(len(rows[0]))]
    program = f"""(rows) => rows.map((row) => {{
      const [{", ".join(names)}] = row.map((hex) => module_bytes.fromHex(hex));
      const found = {expression};
      return found instanceof Uint8Array ? module_bytes.toHex(found) : found;
    }})"""
    return opened.page.evaluate(program, [[data.hex() for data in row] for row in rows])


def test_its_hashes_are_those_of_everybody_at_every_length(opened):
    texts = [SOME_BYTES[:length] for length in range(300)]
    rows = [(text,) for text in texts]
    assert on_each(opened, "module_sha2.sha256($0)", rows) == [
        hashlib.sha256(text).hexdigest() for text in texts
    ]
    assert on_each(opened, "module_sha2.sha512($0)", rows) == [
        hashlib.sha512(text).hexdigest() for text in texts
    ]
    stream = "new module_keccak.Shake256($0).read(new Uint8Array(500))"
    assert on_each(opened, stream, rows) == [hashlib.shake_256(t).hexdigest(500) for t in texts]


def test_its_keyed_hash_is_that_of_everybody(opened):
    pairs = [(SOME_BYTES[:size], SOME_BYTES[size : 2 * size]) for size in range(0, 129, 16)]
    assert on_each(opened, "new module_sha2.HmacSha512($0).of($1)", pairs) == [
        hmac.new(key, text, "sha512").hexdigest() for key, text in pairs
    ]


def test_its_stream_is_the_same_in_pieces_and_takes_seconds_for_a_large_roster(opened):
    milliseconds, same = opened.page.evaluate(
        """() => {
          const [whole, parts] = [0, 1].map(() => new module_keccak.Shake256(new Uint8Array(9)));
          const begun = performance.now();
          const due = whole.read(new Uint8Array(16 * 100000));
          const took = performance.now() - begun;
          const found = new Uint8Array(due.length);
          for (let at = 0, size = 1; at < found.length; at += size, size = (size * 7) % 509) {
            parts.read(found.subarray(at, at + size));
          }
          return [took, module_bytes.equalBytes(due, found)];
        }"""
    )
    assert same
    assert milliseconds < 10_000  # 0.1 s on an idle machine; the bound is for a crowded one


def encoded(point_y, sign=0):
    return (point_y | sign << 255).to_bytes(32, "little")


def test_it_verifies_signatures_as_strictly_as_the_protocol_says(opened):
    key = Ed25519PrivateKey.from_private_bytes(SOME_BYTES[:32])
    public, message = key.public_key().public_bytes_raw(), SOME_BYTES[32:99]
    good = key.sign(message)
    s = int.from_bytes(good[32:], "little")
    neutral, order_two = encoded(1), encoded(FIELD - 1)
    bad = [
        (public, good, message[:-1]),
        (public, good[:32] + (s + ORDER).to_bytes(32, "little"), message),
        (public, good[:-1], message),
        (public, good + b"\0", message),
        (neutral, neutral + bytes(32), message),  # a key of small order signs everything
        (order_two, neutral + bytes(32), message),
        (encoded(FIELD + 1), encoded(FIELD + 1) + bytes(32), message),  # the same, not canonical
        (encoded(1, sign=1), neutral + bytes(32), message),
        (encoded(2), good, message),  # no point has this coordinate
    ]
    holds = on_each(
        opened, "module_ed25519.signatureHolds($0, $1, $2)", [(public, good, message), *bad]
    )
    assert holds == [True] + [False] * len(bad)


def test_it_computes_the_examples_of_the_vrf(opened):
    vectors = [
        one
        for one in foreign_vectors("rfc9381_ecvrf_edwards25519")["vectors"]
        if one["suite"].endswith("TAI")
    ]
    rows = [tuple(bytes.fromhex(one[name]) for name in ("PK", "alpha", "pi")) for one in vectors]
    assert len(rows) == 3
    outputs = on_each(opened, "module_vrf.vrfOutput($0, $1, $2)", rows)
    assert outputs == [one["beta"] for one in vectors]
    key, alpha, proof = rows[0]
    s = int.from_bytes(proof[48:], "little")
    bad = [
        (rows[1][0], alpha, proof),
        (key, alpha + b"\0", proof),
        (key, alpha, proof[:48] + (s + ORDER).to_bytes(32, "little")),
        (key, alpha, bytes([proof[0] ^ 1]) + proof[1:]),
        (encoded(1), alpha, proof),  # key validation
    ]
    assert on_each(opened, "module_vrf.vrfOutput($0, $1, $2)", bad) == [None] * len(bad)


def beacon_holds(opened, rounds):
    """Tell of each (key, round, signature) whether it holds under the tag of RFC 9380."""
    program = """(rows) => rows.map(([key, round, signature]) => {
      const curve = module_bls12381;
      const { bigToBytes, fromHex } = module_bytes;
      const [q, p] = [curve.decodeG2(fromHex(key)), curve.decodeG1(fromHex(signature))];
      const message = module_sha2.sha256(bigToBytes(BigInt(round), 8));
      const tag = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
      return q !== null && p !== null && curve.blsSignatureHolds(q, p, message, tag);
    })"""
    return opened.page.evaluate(program, rounds)


def test_it_pairs_real_rounds_of_beacons_and_no_others(opened):
    drand = foreign_vectors("drand_rounds")
    quicknet = drand["chains"]["quicknet"]["public_key"]

    def row(one):
        return [one.get("public_key", quicknet), one["round"], one["signature"]]

    good = [row(one) for one in drand["quicknet"] + drand["other_rfc9380"]]
    bad = [row(one) for one in drand["negative"]]
    assert beacon_holds(opened, good) == [True] * len(good)
    assert beacon_holds(opened, bad) == [False] * len(bad)


def off_the_subgroup():
    """Return 48 bytes of a point of the curve: the cofactor is large, so not of the subgroup."""
    for x in range(1, 99):
        square = (x**3 + 4) % BLS_FIELD
        if pow(square, (BLS_FIELD - 1) // 2, BLS_FIELD) == 1:
            return (x | 1 << 383).to_bytes(48, "big")
    raise AssertionError("every second number is a square")


def test_it_takes_canonical_points_of_the_subgroup_alone(opened):
    good = bytes.fromhex(foreign_vectors("drand_rounds")["quicknet"][0]["signature"])
    x = int.from_bytes(good, "big") & (2**381 - 1)
    flags = good[0] & 0xE0
    infinity = bytes([0xC0]) + bytes(47)
    beyond = (
        (x + BLS_FIELD).to_bytes(48, "big") if x + BLS_FIELD < 2**381 else b"\x9f" + b"\xff" * 47
    )
    bad = [
        off_the_subgroup(),
        infinity,
        bytes([flags | 0x40 | good[0] & 0x1F]) + good[1:],
        bytes([good[0] & 0x7F]) + good[1:],
        bytes([beyond[0] | flags]) + beyond[1:],
        good[:-1],
    ]
    points = "module_bls12381.decodeG1($0) !== null"
    assert on_each(opened, points, [(one,) for one in [good, *bad]]) == [True] + [False] * len(bad)


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1, "a": [True, None, 'é\u2028\x7f"\\\b\x01'], "": -(2**53) + 1},
        {"\U0001f600": 1, "\ufb33": 2, "z": {"\u20ac": [], "1": {}}},
        "专家",
        2**53 - 1,
    ],
    ids=["escapes", "order of keys", "a text", "a number"],
)
def test_it_writes_canonical_json_as_the_library_does(opened, value):
    program = "(text) => module_json.canonText(module_json.readJson(module_bytes.utf8(text)))"
    found = opened.page.evaluate(program, json.dumps(value))
    assert found.encode() == rfc8785.dumps(value)


def test_its_times_are_those_of_the_calendar(opened):
    found = opened.page.evaluate(
        """(texts) => texts.map((text) => {
          try { return String(module_json.microseconds(text, false)); } catch { return null; }
        })""",
        [
            "1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:00+00:00", "0000-01-01T00:00:00Z", "2026-01-01T00:00:00Z\n",
        ],
    )  # fmt: skip
    seconds = [0, 951868799, -62135596800, 253402300799]
    assert found == [str(one * 1_000_000) for one in seconds] + [None] * 8
