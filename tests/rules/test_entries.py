"""Entries, commitments and the edge of the tree: what is refused before anything is written."""

from __future__ import annotations

import hashlib
from typing import ClassVar

import pytest

from oversight.errors import ProofRejected
from oversight.ledger.facts import ENTRY_BYTES_MAX, Fact, entry_bytes, field_commitment
from oversight.ledger.notes import make_vkey, parse_vkey
from oversight.ledger.rules import EMPTY_ROOT, Frontier, checked_leaf, leaf_hash
from oversight.ledger.tiles import grow, split_hashes, tile_of, touched_tiles

PLACE = {"act": "a", "at": "t", "subject": "s", "actor": "p", "role": "r"}


class Said(Fact, frozen=True):
    """Something was said."""

    kind: ClassVar[str] = "test.word.said"

    word: str


class Unnamed(Fact, frozen=True):
    """A fact whose author forgot its kind."""

    word: str


def test_an_entry_is_spelled_in_one_way():
    assert (
        entry_bytes(Said("雨"), **PLACE)
        == (
            '{"act":"a","actor":"p","at":"t","body":{"word":"雨"},"kind":"test.word.said",'
            '"role":"r","subject":"s","v":1}'
        ).encode()
    )


def test_an_entry_fits_the_two_bytes_of_its_length():
    room = ENTRY_BYTES_MAX - len(entry_bytes(Said(""), **PLACE))
    assert len(entry_bytes(Said("x" * room), **PLACE)) == 65_535
    with pytest.raises(AssertionError, match="does not fit"):
        entry_bytes(Said("x" * (room + 1)), **PLACE)


def test_a_fact_without_a_kind_is_our_mistake():
    with pytest.raises(AssertionError, match="names no kind"):
        entry_bytes(Unnamed("x"), **PLACE)


def test_a_commitment_binds_salt_field_and_value():
    salt = bytes(range(32))
    expected = hashlib.sha256(
        b"daylight/field/v1\n" + salt + "姓名".encode() + b"\0" + '"张三"'.encode()
    ).digest()
    assert field_commitment(salt, "姓名", "张三") == expected
    others = (
        field_commitment(bytes(32), "姓名", "张三"),
        field_commitment(salt, "名", "张三"),
        field_commitment(salt, "姓名", "李四"),
    )
    assert expected not in others
    assert len(set(others)) == 3


def test_a_salt_is_whole_and_a_field_name_ends_where_it_ends():
    with pytest.raises(AssertionError):
        field_commitment(b"short", "f", 1)
    with pytest.raises(AssertionError):
        field_commitment(bytes(32), "f\0g", 1)


def row(**changed):
    body = entry_bytes(Said("x"), **PLACE)
    found = {
        "id": 7, "act": "a", "kind": "test.word.said", "subject": "s",
        "body": body, "leaf": leaf_hash(body),
    }  # fmt: skip
    return {**found, **changed}


def test_a_waiting_row_that_agrees_with_itself_has_a_leaf():
    assert checked_leaf(row()) == row()["leaf"]


@pytest.mark.parametrize("column", ["act", "kind", "subject", "leaf"])
def test_a_waiting_row_that_differs_from_its_body_is_named(column):
    with pytest.raises(ProofRejected, match=f"pending row 7: .*{column}"):
        checked_leaf(row(**{column: b"other" if column == "leaf" else "other"}))


def test_a_waiting_row_whose_body_is_no_entry_is_named():
    with pytest.raises(ProofRejected, match="pending row 7: the body is no entry"):
        checked_leaf(row(body=b"[]", leaf=leaf_hash(b"[]")))


def test_a_log_without_entries_has_the_root_of_nothing():
    assert Frontier().root() == EMPTY_ROOT
    assert touched_tiles(0, 1) == []


def test_an_edge_that_does_not_fit_its_size_is_our_mistake():
    with pytest.raises(AssertionError):
        Frontier(3, [bytes(32)])


def test_tiles_stand_where_the_specification_puts_them():
    """tlog-tiles: 70,000 entries leave partial tiles of 112, 17 and 1 hashes."""
    assert touched_tiles(70_000, 1 << 20) == [(0, 273), (1, 1), (2, 0)]
    assert touched_tiles(256, 1 << 16) == [(1, 0)]
    assert tile_of((0, 255)) == (0, 0)
    assert tile_of((8, 256)) == (1, 1)
    assert tile_of((9, 1)) == (1, 0)


def test_a_full_tile_leaves_its_root_one_level_up():
    grown = grow(0, {}, [bytes([n]) * 32 for n in range(256)])
    assert {tile: len(data) for tile, data in grown.items()} == {(0, 0): 8_192, (1, 0): 32}


def test_a_stored_tile_that_was_cut_is_refused():
    with pytest.raises(ProofRejected):
        split_hashes(b"x" * 33)
    with pytest.raises(ProofRejected, match="does not end"):
        grow(2, {(0, 0): bytes(32)}, [bytes(32)])


@pytest.mark.parametrize("name", ["", "two words", "a+b", "non\u00a0breaking", "tab\t"])
def test_a_key_has_a_name_that_cannot_be_mistaken(name):
    with pytest.raises(AssertionError):
        make_vkey(name, bytes(32))
    with pytest.raises(ProofRejected):
        parse_vkey(make_vkey("good", bytes(32)).replace("good", name))
