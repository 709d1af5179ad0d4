"""Blind entries, however many receipts there are: each has its path, all else opens as a pad."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight.blind.rules import (
    LEAVES,
    blind_path,
    blind_root,
    leaves_of,
    packed,
    pad_salt,
    placed,
    unpacked,
)
from oversight.errors import ProofRejected
from oversight.ledger.rules import check_inclusion, leaf_hash

some_receipts = st.integers(0, LEAVES).map(
    lambda n: [sha256(bytes([i])).digest() for i in range(n)]
)
seeds = st.binary(min_size=32, max_size=32)


@settings(max_examples=25, deadline=None)
@given(some_receipts, seeds)
def test_every_receipt_has_a_place_and_a_path_of_eight_hashes(receipts, seed):
    found = placed(receipts, seed)
    leaves = leaves_of(seed, found)
    assert sorted(found.values()) == sorted(receipts)
    assert len(set(leaves)) == len(leaves) == LEAVES
    root = blind_root(leaves)
    for place in list(found)[:3]:
        path = blind_path(leaves, place)
        assert len(path) == 8
        check_inclusion(leaf_hash(found[place]), place, LEAVES, path, root)
        with pytest.raises(ProofRejected):
            check_inclusion(found[place], place, LEAVES, path, root)  # data is no leaf hash


@settings(max_examples=25, deadline=None)
@given(some_receipts, seeds)
def test_all_other_leaves_open_as_pads(receipts, seed):
    found = placed(receipts, seed)
    leaves = leaves_of(seed, found)
    for place in set(range(LEAVES)) - found.keys():
        assert leaves[place] == sha256(b"daylight/pad/v1\n" + pad_salt(seed, place)).digest()


@settings(max_examples=25, deadline=None)
@given(some_receipts, seeds)
def test_packed_receipts_come_back(receipts, seed):
    found = placed(receipts, seed)
    assert unpacked(packed(found)) == found
