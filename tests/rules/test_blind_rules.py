"""Blind entries: 256 leaves under one root, and nobody sees which of them are receipts."""

from __future__ import annotations

import pytest
from foreign import foreign_vectors

from oversight.blind.rules import (
    blind_path,
    blind_root,
    check_pads_openable,
    due_before,
    pad,
    placed,
    unpacked,
)
from oversight.errors import RuleBroken

SEED = bytes(range(32))


def test_the_root_is_that_of_another_implementation():
    vector = foreign_vectors("envelopes")["blind"]
    leaves = [bytes.fromhex(leaf) for leaf in vector["leaves"]]
    assert blind_root(leaves).hex() == vector["root"]
    for one in vector["paths"]:
        assert leaves[one["index"]].hex() == one["leaf"]
        assert [node.hex() for node in blind_path(leaves, one["index"])] == one["path"]


def test_pads_are_those_of_another_implementation():
    vector = foreign_vectors("envelopes")["blind"]
    for place, salt in vector["pad_salts"].items():
        assert pad(bytes.fromhex(salt)).hex() == vector["leaves"][int(place)]


def test_places_say_nothing_of_the_order_of_arrival():
    receipts = [bytes([n]) * 32 for n in range(2)]
    orders = [list(placed(receipts, bytes([n]) * 32)) for n in range(200)]
    assert 60 < sum(first < second for first, second in orders) < 140
    assert len({first for first, _ in orders}) > 100


def test_a_surplus_is_our_own_mistake():
    with pytest.raises(AssertionError):
        placed([bytes(32)] * 257, SEED)


@pytest.mark.parametrize(
    "spoiled",
    [b"\x01", b"\x01" + bytes(31), b"\x01" + bytes(33), (b"\x01" + bytes(32)) * 2,
     b"\x02" + bytes(32) + b"\x01" + bytes(32)],
)  # fmt: skip
def test_spoiled_receipts_are_not_read(spoiled):
    with pytest.raises(ValueError, match="not receipts"):
        unpacked(spoiled)


@pytest.mark.parametrize(
    ("now", "due"), [(0.0, 0), (59.999, 0), (60.0, 60), (61.5, 60), (1_772_438_400.25, 1772438400)]
)
def test_intervals_begin_at_multiples_for_everybody(now, due):
    assert due_before(now, 60) == due


def test_pads_stay_closed_while_something_of_their_time_is_open():
    check_pads_openable(0)
    with pytest.raises(RuleBroken, match=r"blind\.pads_opened_later"):
        check_pads_openable(1)
