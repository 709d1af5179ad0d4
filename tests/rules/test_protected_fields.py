"""Protected fields open in their own place only, and are found without being opened."""

import hmac
import secrets

import pytest

from oversight.errors import ProofRejected
from oversight.keys.fields import BlindIndex, FieldCipher

OLD = FieldCipher({1: b"\x01" * 32}, secrets.token_bytes)
BOTH = FieldCipher({1: b"\x01" * 32, 2: b"\x02" * 32}, secrets.token_bytes)
NAME = "张三".encode()
PLACE = "expert/name/017f22e2"


def test_what_was_sealed_opens_in_its_place():
    blob = OLD.seal(NAME, PLACE)
    assert OLD.open(blob, PLACE) == NAME
    assert NAME not in blob
    assert len(blob) == len(NAME) + 30


def test_equal_values_do_not_look_equal():
    assert OLD.seal(NAME, PLACE) != OLD.seal(NAME, PLACE)


@pytest.mark.parametrize("place", ["expert/name/other", "expert/phone/017f22e2", ""])
def test_a_value_moved_to_another_row_or_column_does_not_open(place):
    with pytest.raises(ProofRejected, match="in its place"):
        OLD.open(OLD.seal(NAME, PLACE), place)


def test_no_single_byte_can_be_changed():
    blob = OLD.seal(NAME, PLACE)
    for at in range(len(blob)):
        with pytest.raises(ProofRejected):
            OLD.open(blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :], PLACE)


@pytest.mark.parametrize("length", [0, 1, 2, 5, 13, 14, 29])
def test_a_field_cut_short_does_not_open(length):
    with pytest.raises(ProofRejected):
        OLD.open(OLD.seal(NAME, PLACE)[:length], PLACE)


def test_after_a_rotation_old_fields_open_and_new_ones_use_the_new_key():
    old = OLD.seal(NAME, PLACE)
    assert BOTH.open(old, PLACE) == NAME
    assert BOTH.outdated(old)
    new = BOTH.seal(NAME, PLACE)
    assert not BOTH.outdated(new)
    with pytest.raises(ProofRejected):
        OLD.open(new, PLACE)


def test_many_fields_open_in_order_whatever_key_sealed_them():
    places = [f"expert/name/{number}" for number in range(100)]
    plains = [place.encode() for place in places]
    blobs = OLD.seal_many(plains[:50], places[:50]) + BOTH.seal_many(plains[50:], places[50:])
    assert BOTH.open_many(blobs, places) == plains
    assert len({blob[2:14] for blob in blobs[:50]}) == 50
    with pytest.raises(ProofRejected):
        BOTH.open_many(blobs, [places[1], places[0], *places[2:]])


def test_nothing_sealed_is_nothing():
    assert OLD.open_many(OLD.seal_many([], []), []) == []


def test_fields_and_places_that_do_not_match_in_number_are_our_own_fault():
    with pytest.raises(AssertionError):
        OLD.open_many([OLD.seal(NAME, PLACE)], [])


def test_text_forms_show_no_key():
    assert repr(BOTH) == "FieldCipher(keys=[1, 2])"
    assert repr(BlindIndex(b"\x07" * 32)) == "BlindIndex()"


def test_equal_values_of_one_kind_meet_and_of_two_kinds_do_not():
    blind = BlindIndex(b"\x07" * 32)
    assert blind.index("phone", "138") == blind.index("phone", "138")
    assert blind.index("phone", "138") != blind.index("id-number", "138")
    assert blind.index("phone", "138") != BlindIndex(b"\x08" * 32).index("phone", "138")


def test_the_blind_index_is_hmac_under_the_kind_s_key():
    kind = hmac.digest(b"\x07" * 32, b"daylight/blind/v1\nphone", "sha256")
    expected = hmac.digest(kind, b"138", "sha256")
    assert BlindIndex(b"\x07" * 32).index("phone", "138") == expected
