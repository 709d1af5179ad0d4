"""From fixed inputs to an order."""

import tracemalloc
from hashlib import sha256, shake_256

import pytest

from bidding.lottery.rules import (
    Order,
    alpha_of,
    labelled,
    orders,
    seed_of,
    stratum_key,
    transcript,
)

SEED = bytes(range(32))


def full_sort(seed: bytes, stratum: str, size: int) -> list[int]:
    stream = shake_256(stratum_key(seed, stratum)).digest(16 * size)
    return sorted(range(size), key=lambda place: (stream[16 * place : 16 * place + 16], place))


def test_a_label_separates_equal_data_made_for_different_purposes():
    assert labelled("alpha", b"x") == sha256(b"daylight/draw/v1/alpha\nx").digest()
    assert labelled("alpha", b"x") != labelled("seed", b"x")


def test_the_transcript_is_canonical_and_says_what_is_missing():
    said = transcript(b"\1" * 32, [("b", b"\2" * 32), ("a", None)], None)
    assert said == (
        b'{"beacon":null,"nonces":[{"nonce":"' + b"02" * 32 + b'","party":"b"},'
        b'{"nonce":null,"party":"a"}],"request":"' + b"01" * 32 + b'"}'
    )


def test_one_nonce_changed_changes_the_seed():
    first, second = (
        seed_of(alpha_of(transcript(b"\1" * 32, [("a", nonce)], None)), bytes(64))
        for nonce in (bytes(32), bytes(31) + b"\1")
    )
    assert first != second


@pytest.mark.parametrize("size", [1, 2, 3, 63, 64, 65, 200, 1000])
def test_the_lazy_order_is_the_full_sort(size):
    assert list(Order(SEED, "A08@220822", size)) == full_sort(SEED, "A08@220822", size)


def test_the_front_of_a_large_order_is_that_of_the_full_sort():
    order = Order(SEED, "A08@220822", 20_000)
    assert [order[rank] for rank in (0, 1, 70, 3)] == [
        full_sort(SEED, "A08@220822", 20_000)[rank] for rank in (0, 1, 70, 3)
    ]


def test_an_order_ends_with_its_roster():
    order = Order(SEED, "A08@220822", 5)
    assert len(order) == 5
    with pytest.raises(IndexError):
        order[5]


def test_strata_are_ordered_independently():
    first, second = orders(SEED, {"A08@220822": 50, "B03@220822": 50})
    assert list(first) != list(second)
    assert sorted(first) == sorted(second) == list(range(50))


def test_an_order_keeps_its_front_and_not_its_tickets():
    Order(bytes(32), "warm", 1000)  # numpy is loaded now
    tracemalloc.start()
    try:
        kept = [Order(bytes(32), f"stratum {n}", 100_000) for n in range(4)]
        assert tracemalloc.get_traced_memory()[0] < 100_000 < 4 * 16 * len(kept[0])
    finally:
        tracemalloc.stop()
