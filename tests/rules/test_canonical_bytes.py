"""Canonical JSON: one value, one text, and nothing that readers could understand differently."""

from enum import IntEnum, StrEnum

import msgspec
import pytest

from oversight.values.canonical import NotCanonical, canonical, parse_strict


class Colour(StrEnum):
    RED = "red"


class Seat(msgspec.Struct):
    b: int
    a: tuple[str, ...]


def test_keys_are_sorted_and_nothing_is_padded():
    assert canonical({"b": [1, True, None], "a": {"y": "", "x": -5}}) == (
        b'{"a":{"x":-5,"y":""},"b":[1,true,null]}'
    )


def test_keys_beyond_the_basic_plane_sort_by_utf16_code_units():
    # RFC 8785, section 3.2.3: U+1F600 is D83D DE00 in UTF-16 and comes before U+FB33.
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    text = canonical(dict.fromkeys(keys, 0)).decode()
    assert list(parse_strict(text.encode())) == [
        "\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33",
    ]  # fmt: skip


def test_only_what_must_be_escaped_is_escaped():
    assert canonical('\x00\x1f\x7f\u2028é明"\\/\b\f\n\r\t') == (
        '"\\u0000\\u001f\x7f\u2028é明\\"\\\\/\\b\\f\\n\\r\\t"'.encode()
    )


def test_a_struct_and_the_object_it_stands_for_have_the_same_bytes():
    assert canonical(Seat(b=1, a=("x",))) == canonical({"a": ["x"], "b": 1})


def test_a_struct_beside_a_key_beyond_the_basic_plane_is_sorted_too():
    assert canonical({"\U0001f600": Seat(2, ()), "\ufb33": Colour.RED}) == (
        '{"\U0001f600":{"a":[],"b":2},"\ufb33":"red"}'.encode()
    )


@pytest.mark.parametrize("number", [2**53 - 1, -(2**53) + 1, 0])
def test_whole_numbers_that_every_reader_keeps_are_allowed(number):
    assert parse_strict(canonical(number)) == number


class Number(IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    "value",
    [2**53, -(2**53), 1.0, float("nan"), b"x", {1: 2}, {None: 1}, {"a", "b"}, "\ud800",
     {"\udfff": 1}, [["\ud800"]], Number.ONE, object(), {Colour.RED: 1}],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_lies_outside_the_domain_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)


def test_a_refusal_never_quotes_the_value():
    with pytest.raises(NotCanonical) as refusal:
        canonical({"phone": 138_0000_0000_0000_0000})
    assert "138" not in str(refusal.value)


def test_nesting_is_bounded_both_ways():
    deep: object = 0
    for _ in range(64):
        deep = [deep]
    assert parse_strict(canonical(deep)) == deep
    with pytest.raises(NotCanonical):
        canonical([deep])
    with pytest.raises(NotCanonical):
        parse_strict(b"[" * 65 + b"]" * 65)
    with pytest.raises(NotCanonical):
        parse_strict(b"[" * 1_000_000)


@pytest.mark.parametrize(
    "text",
    [b"1.0", b"1e3", b"-0.0", b"NaN", b"Infinity", b'{"a":1,"a":1}', b'{"a":1,"\\u0061":1}',
     b'"\\ud800"', b'{"\\udc00":1}', b'"\xff"', b"\xef\xbb\xbf1", b"9007199254740992",
     b"-9007199254740992", b"1" * 5000, b"", b"1 2", b"[1,]", b"'a'", b'"\x01"', b"01",
     '"明"'.encode("gb18030")],
    ids=lambda text: repr(text[:20]),
)  # fmt: skip
def test_a_text_that_readers_understand_differently_is_refused(text):
    with pytest.raises(NotCanonical):
        parse_strict(text)


def test_a_paired_surrogate_escape_is_one_character():
    assert parse_strict(b'"\\ud83d\\ude00"') == "\U0001f600"
