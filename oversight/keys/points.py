"""Points of edwards25519 as 32-byte texts, decoded the way RFC 8032 demands.

libsodium decodes leniently: it takes a y coordinate beyond the field prime and a sign on an x
of zero. Adding the neutral point and comparing shows both, because libsodium encodes strictly.
"""

from nacl import bindings, exceptions

FIELD_PRIME = 2**255 - 19
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
POINT_BYTES = 32
NEUTRAL = (1).to_bytes(POINT_BYTES, "little")


def is_point(text: bytes) -> bool:
    """Tell whether `text` is the one encoding of a point on the curve, whatever its order."""
    try:
        return bindings.crypto_core_ed25519_add(text, NEUTRAL) == text
    except exceptions.CryptoError:
        return False


def times_cofactor(point: bytes) -> bytes:
    """Return eight times the point: the neutral point where its order is small."""
    for _ in range(3):
        point = bindings.crypto_core_ed25519_add(point, point)
    return point


def has_small_order(point: bytes) -> bool:
    """Tell whether the point's order divides eight; such a key accepts signatures by anybody."""
    return times_cofactor(point) == NEUTRAL


def times(scalar: int, point: bytes) -> bytes:
    """Return the point added up `scalar` times; the scalar is at least 0 and below 2^253.

    libsodium multiplies only inside the prime-order subgroup and never to the neutral point;
    what it leaves out, an adversary may send, so that is added up here, slowly.
    """
    assert 0 <= scalar < 2**253
    if scalar % GROUP_ORDER and bindings.crypto_core_ed25519_is_valid_point(point):
        reduced = (scalar % GROUP_ORDER).to_bytes(32, "little")
        return bindings.crypto_scalarmult_ed25519_noclamp(reduced, point)
    total = NEUTRAL
    for bit in bin(scalar)[2:]:
        total = bindings.crypto_core_ed25519_add(total, total)
        if bit == "1":
            total = bindings.crypto_core_ed25519_add(total, point)
    return total


def times_base(scalar: int) -> bytes:
    """Return the base point added up `scalar` times, reduced by the group's order."""
    reduced = scalar % GROUP_ORDER
    if reduced == 0:
        return NEUTRAL
    return bindings.crypto_scalarmult_ed25519_base_noclamp(reduced.to_bytes(32, "little"))


def minus(left: bytes, right: bytes) -> bytes:
    """Return the difference of two points."""
    return bindings.crypto_core_ed25519_sub(left, right)
