"""Points of BLS12-381 as drand writes them: canonical, on the curve, in the prime-order subgroup.

Plain integers: one check costs some ten milliseconds and needs no library. The pairing, which
shows that the signature is the chain's own, is not computed here.
"""

from oversight.errors import ProofRejected

G1_BYTES = 48
G1_SCHEMES = frozenset({"bls-unchained-g1-rfc9380"})  # signatures on G1 (quicknet)
# The field's prime and the subgroup's order (draft-irtf-cfrg-pairing-friendly-curves, 4.2.1).
FIELD = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
    "1eabfffeb153ffffb9feffffffffaaab",
    16,
)
ORDER = int("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", 16)
_COMPRESSED, _INFINITY = 0x80, 0x40  # flags in the first byte (same draft, appendix C)

Point = tuple[int, int] | None  # affine; None is the point at infinity


def check_point(signature: bytes, scheme: str) -> None:
    """Return only if a round's signature is a point of the group that its scheme signs in.

    Schemes that sign in another group are not judged.

    Raises:
        ProofRejected: not the canonical compressed form, off the curve, or out of the subgroup.
    """
    if scheme not in G1_SCHEMES:
        return
    point = _decompress(signature)
    if point is None or _times(ORDER, point) is not None:
        raise ProofRejected("the beacon's signature is not a canonical point of its group")


def _decompress(data: bytes) -> Point:
    """Return one of the two points (the sign does not matter here); None if there is none."""
    if len(data) != G1_BYTES or data[0] & (_COMPRESSED | _INFINITY) != _COMPRESSED:
        return None
    x = int.from_bytes(data, "big") % 2**381  # the three flag bits stand above
    square = (x**3 + 4) % FIELD
    y = pow(square, (FIELD + 1) // 4, FIELD)
    return (x, y) if x < FIELD and y * y % FIELD == square else None


def _times(scalar: int, point: Point) -> Point:
    """Return scalar × point, bit by bit from the top; public values only, so timing may vary."""
    total: Point = None
    for bit in bin(scalar)[2:]:
        total = _add(total, total)
        if bit == "1":
            total = _add(total, point)
    return total


def _add(left: Point, right: Point) -> Point:
    """Return the sum of two points of y² = x³ + 4."""
    if left is None or right is None:
        return left or right
    if left[0] == right[0] and (left[1] + right[1]) % FIELD == 0:
        return None
    if left == right:
        slope = 3 * left[0] ** 2 * pow(2 * left[1], -1, FIELD)
    else:
        slope = (right[1] - left[1]) * pow(right[0] - left[0], -1, FIELD)
    x = (slope * slope - left[0] - right[0]) % FIELD
    return x, (slope * (left[0] - x) - left[1]) % FIELD
