"""The offline program's BLS12-381, held to a library, to RFC 9380 and to algebra."""

import importlib.util
import sys

import pytest
from own_vectors import ROOT
from py_arkworks_bls12381 import G1Point, G2Point, Scalar


def load_program():
    spec = importlib.util.spec_from_file_location("bls", ROOT / "scripts" / "verify_proof.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


program = load_program()
FIELD, ORDER = program.BLS_FIELD, program.BLS_ORDER


def number(data):
    return int.from_bytes(data, "big")


def coordinates(point):
    """Return the coefficients of both coordinates, in an order that does not matter."""
    raw = bytes(point.to_xy_bytes_be())
    return sorted(number(raw[place : place + 48]) for place in range(0, len(raw), 48))


@pytest.mark.parametrize("scalar", [1, 2, 3, 65537, ORDER - 1, ORDER // 2])
def test_points_are_read_as_the_library_writes_them(scalar):
    on_g1, on_g2 = G1Point() * Scalar(scalar), G2Point() * Scalar(scalar)
    first = program.bls_decode(bytes(on_g1.to_compressed_bytes()), 48)
    second = program.bls_decode(bytes(on_g2.to_compressed_bytes()), 96)
    assert (first[0][1], first[1][1]) == (0, 0)
    assert sorted((first[0][0], first[1][0])) == coordinates(on_g1)
    assert sorted(c for coordinate in second for c in coordinate) == coordinates(on_g2)
    assert second == program.bls_times(scalar, program.BLS_BASE_G2)


def test_the_pairing_is_bilinear_and_not_degenerate():
    p = program.bls_decode(bytes(G1Point().to_compressed_bytes()), 48)
    q, times, negate = program.BLS_BASE_G2, program.bls_times, program.bls_negate
    left = times(6, p), times(35, q)
    assert program.pairing_product_is_one([left, (negate(times(10, p)), times(21, q))])
    assert not program.pairing_product_is_one([left, (negate(times(10, p)), times(22, q))])
    assert not program.pairing_product_is_one([(p, q)])


def compressed(point):
    (x, _), (y, _) = point
    return (x | 1 << 383 | (y > FIELD // 2) << 381).to_bytes(48, "big")


@pytest.mark.parametrize("message", [b"", b"abc", b"q" * 128, b"a" * 512, bytes(range(64))])
def test_hashing_to_the_curve_is_the_librarys(message):
    for domain in (program.BEACON_DOMAIN, b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"):
        due = bytes(G1Point.hash_to_curve(message, domain).to_compressed_bytes())
        assert compressed(program.hash_to_g1(message, domain)) == due


def test_hashing_to_the_curve_is_that_of_rfc_9380():
    """Appendix J.9.1, the empty message: x and y of P."""
    domain = b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"
    (x, _), (y, _) = program.hash_to_g1(b"", domain)
    assert x == int(
        "052926add2207b76ca4fa57a8734416c8dc95e24501772c814278700eed6d1e4"
        "e8cf62d9c09db0fac349612b759e79a1", 16)  # fmt: skip
    assert y == int(
        "08ba738453bfed09cb546dbb0783dbb3a5f1f566ed67bb6be0e8c67e2e81a4cc"
        "68ee29813bb7994998f3eae0c9c6a265", 16)  # fmt: skip


def test_the_isogeny_leads_from_one_curve_to_the_other_and_is_a_homomorphism():
    """y² = x³ + Ax + B goes to y² = x³ + 4: as polynomials, not in a few points only."""
    over_x, below_x = program.ISOGENY_X_NUMERATOR, program.ISOGENY_X_DENOMINATOR
    over_y, below_y = program.ISOGENY_Y_NUMERATOR, program.ISOGENY_Y_DENOMINATOR
    assert [len(one) - 1 for one in (over_x, below_x, over_y, below_y)] == [11, 10, 15, 15]

    def times(*factors):
        product = [1]
        for factor in factors:
            longer = [0] * (len(product) + len(factor) - 1)
            for i, a in enumerate(product):
                for j, b in enumerate(factor):
                    longer[i + j] = (longer[i + j] + a * b) % FIELD
            product = longer
        return product

    def plus(a, b):
        size = max(len(a), len(b))
        pad = ([*one, *[0] * (size - len(one))] for one in (a, b))
        return [(c + d) % FIELD for c, d in zip(*pad, strict=True)]

    curve = (program.SSWU_B, program.SSWU_A, 0, 1)
    left = times(curve, over_y, over_y, below_x, below_x, below_x)
    cubic = plus(times(over_x, over_x, over_x), times([4], below_x, below_x, below_x))
    right = times(cubic, below_y, below_y)
    assert plus(left, [-one % FIELD for one in right]) == [0] * len(left)
    # a map of curves that sends infinity to infinity is a homomorphism; x grows as 11 over 10
    assert over_x[-1] != 0
    assert below_x[-1] == below_y[-1] == 1
