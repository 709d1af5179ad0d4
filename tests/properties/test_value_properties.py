"""What holds for all values: against an independent canonical JSON, and there and back."""

import json
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight.values.calendar import ANNOUNCED, LastDay, LegalDays, WorkingDays
from oversight.values.canonical import INTEGER_MAX, NotCanonical, canonical, parse_strict
from oversight.values.digests import is_hex, to_base64, unbase64, unhex
from oversight.values.identifiers import check_uscc, is_uuid, uuid7
from oversight.values.instants import from_micro_text, from_text, to_micro_text, to_text
from oversight.values.money import MINOR_MAX, Money, from_yuan_text, to_yuan_text
from oversight.values.names import normalise_name

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=["Cs"]))
# Keys whose UTF-16 order differs from their code points' order, more often than chance gives.
keys = texts | st.text(st.sampled_from("a\u007f\u00e9\ud7ff\ue000\uffff\U00010000\U0010ffff"))
scalars = st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=500)
@given(values)
def test_canonical_bytes_are_those_of_an_independent_library(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(keys, scalars, min_size=2))
def test_the_order_of_members_never_matters(members):
    assert canonical(members) == canonical(dict(reversed(members.items())))


@given(st.dictionaries(st.text(st.characters(codec="ascii")), scalars))
def test_for_ascii_keys_msgspec_alone_gives_the_same_bytes(members):
    assert canonical(members) == msgspec.json.encode(members, order="sorted")


@given(values)
def test_what_is_written_is_read_back_and_written_the_same(value):
    assert parse_strict(canonical(value)) == value


@given(values, st.integers(0, 4))
def test_spaces_and_escapes_change_no_value(value, indent):
    assert parse_strict(json.dumps(value, indent=indent).encode()) == value


@settings(max_examples=500)
@given(st.binary() | st.text(st.sampled_from('{}[]",:\\u0d8-1.eEtrufalsn ')).map(str.encode))
def test_any_bytes_are_a_value_or_refused(data):
    try:
        value = parse_strict(data)
    except NotCanonical:
        return
    assert parse_strict(canonical(value)) == value == json.loads(data)


@given(st.floats() | st.integers(INTEGER_MAX + 1) | st.integers(max_value=-INTEGER_MAX - 1))
def test_no_other_number_gets_in_at_any_depth(number):
    for value in (number, [number], {"a": [number]}):
        with pytest.raises(NotCanonical):
            canonical(value)


@given(st.binary(max_size=100))
def test_hex_and_base64_bring_bytes_back(data):
    assert unhex(data.hex(), len(data)) == data
    assert unbase64(to_base64(data), len(data)) == data


@given(st.text(st.sampled_from("ABQgw+/=-_ 0"), max_size=12))
def test_a_base64_text_that_is_read_is_the_only_text_of_its_bytes(text):
    try:
        data = unbase64(text)
    except ValueError:
        return
    assert to_base64(data) == text


@given(st.text(max_size=6))
def test_a_hex_text_that_is_read_is_the_only_text_of_its_bytes(text):
    if is_hex(text, 2):
        assert unhex(text, 2).hex() == text


instants = st.integers(0, 2**62 // 1000).map(lambda n: EPOCH + timedelta(microseconds=n))


@given(instants)
def test_instants_come_back(at):
    assert from_micro_text(to_micro_text(at)) == at
    assert from_text(to_text(at)) == at.replace(microsecond=0)


@given(instants, instants, st.binary(min_size=10, max_size=10))
def test_uuids_sort_by_their_milliseconds(first, second, random10):
    made = [uuid7(at, random10) for at in (first, second)]
    assert all(map(is_uuid, made))
    if second - first >= timedelta(milliseconds=1):
        assert made[0] < made[1]


@given(st.integers(-MINOR_MAX, MINOR_MAX))
def test_money_comes_back(minor):
    assert from_yuan_text(to_yuan_text(Money(minor))) == Money(minor)


@given(texts)
def test_normalising_a_name_twice_changes_nothing(text):
    once = normalise_name(text)
    assert normalise_name(once) == once


@given(
    st.sampled_from(["91110000600037341L", "9144030071526726XG", "91620105L015101280"]),
    st.integers(0, 16),
)
def test_exchanging_neighbours_in_a_credit_code_is_found_where_they_differ(code, at):
    exchanged = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if exchanged != code:
        with pytest.raises(ValueError, match="character"):
            check_uscc(exchanged)


days = st.dates(date(2005, 1, 1), date(2026, 6, 30))


@given(days, st.integers(1, 90))
def test_the_last_of_working_days_is_worked_and_the_count_is_exact(start, count):
    last = ANNOUNCED.add(start, WorkingDays(count))
    between = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    assert ANNOUNCED.is_working_day(last)
    assert sum(map(ANNOUNCED.is_working_day, between)) == count


@given(days, st.integers(0, 120), st.sampled_from(LastDay))
def test_legal_days_never_end_early_nor_on_a_day_that_moves_them(start, count, moved_by):
    last = ANNOUNCED.add(start, LegalDays(count), moved_by)
    assert last >= start + timedelta(days=count)
    assert not ANNOUNCED.is_holiday(last)
    if moved_by is LastDay.REST:
        assert ANNOUNCED.is_working_day(last)


@given(days, st.integers(0, 120), st.sampled_from([LegalDays, WorkingDays]))
def test_a_longer_period_never_ends_earlier(start, count, kind):
    assert ANNOUNCED.add(start, kind(count)) <= ANNOUNCED.add(start, kind(count + 1))
