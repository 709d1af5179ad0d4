"""Files of experts, generated: what is written is read back the same, or refused, never bent."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pool import people

from bidding.classification.queries import seed
from bidding.classification.rules import Kind
from bidding.intake.rules import (
    Lists,
    layout_of,
    names_all_columns,
    read_line,
    template_header,
)
from bidding.roster.rules import Organisation, Particulars
from bidding.sheet.queries import open_sheet, write_csv, write_xlsx
from bidding.sheet.rules import ROWS_MAX
from oversight.errors import RuleBroken

HEADER = template_header()
LISTS = Lists(
    {kind: seed(kind) for kind in (Kind.NDRC, Kind.FINANCE)}, seed(Kind.REGION), date(2026, 3, 2)
)
PEOPLE = people(50, "properties")
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
names = st.text(HAN, min_size=2, max_size=8)
organisations = st.text(HAN | st.sampled_from('（）()·,"“”A1'), min_size=1, max_size=30)


@st.composite
def persons(draw):
    one = draw(st.sampled_from(PEOPLE))
    return Particulars(
        name=draw(names),
        id_number=one.id_number,
        phone=f"1{draw(st.integers(3_000_000_000, 9_999_999_999))}",
        employer=Organisation(draw(organisations), draw(st.sampled_from(["", one.employer.uscc]))),
        specialties=one.specialties,
        region=one.region,
        title=draw(st.sampled_from(["高级工程师", "教授"])),
        years=draw(st.integers(0, 20)),
        birth_year=one.birth_year,
        term_until=draw(st.none() | st.dates(date(2026, 3, 2), date(2036, 1, 1))),
        trained_on=draw(st.none() | st.dates(date(2020, 1, 1), date(2026, 3, 1))),
    )


def cells(one):
    return [
        one.name, one.id_number, one.phone, one.employer.name, one.employer.uscc,
        "；".join(one.specialties), one.region, one.title, str(one.years), str(one.birth_year),
        one.term_until.isoformat() if one.term_until else "",
        one.trained_on.isoformat() if one.trained_on else "", "",
    ]  # fmt: skip


def read(data):
    rows = open_sheet(io.BytesIO(data), names_all_columns).rows()
    layout = layout_of(next(rows).values)
    return [read_line(layout, row, LISTS) for row in rows]


def as_utf8(lines):
    return write_csv(HEADER, lines)


def as_plain_utf8(lines):
    return write_csv(HEADER, lines)[3:]


def as_gb18030(lines):
    return write_csv(HEADER, lines).decode("utf-8-sig").encode("gb18030")


def as_xlsx(lines):
    return write_xlsx("专家", HEADER, lines)


@pytest.mark.parametrize("write", [as_utf8, as_plain_utf8, as_gb18030, as_xlsx])
@settings(max_examples=30, deadline=None)
@given(written=st.lists(persons(), min_size=1, max_size=8))
def test_what_is_written_is_read_back(write, written):
    found = read(write([cells(one) for one in written]))
    assert len(found) == len(written)
    for one, (person, faults) in zip(written, found, strict=True):
        if person is None:  # only ever because the encoding of that line cannot be told
            assert write is as_gb18030
            assert ["encoding" in fault.cause for fault in faults] == [True]
        else:
            assert person == one


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=300), header=st.booleans())
def test_bytes_of_any_kind_are_read_or_refused_by_a_rule(data, header):
    whole = (",".join(HEADER) + "\n").encode() + data if header else data
    try:
        read_back = list(open_sheet(io.BytesIO(whole), names_all_columns).rows())
    except RuleBroken as refusal:
        assert refusal.rule.code.startswith("sheet.")  # noqa: PT017
    else:
        assert all(row.number >= 1 for row in read_back)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 4000), flip=st.integers(1, 255))
def test_a_workbook_with_a_byte_changed_is_read_or_refused_by_a_rule(at, flip):
    data = bytearray(as_xlsx([cells(one) for one in PEOPLE[:3]]))
    data[at % len(data)] ^= flip
    try:
        list(open_sheet(io.BytesIO(bytes(data)), names_all_columns).rows())
    except RuleBroken as refusal:
        assert refusal.rule.code.startswith("sheet.")  # noqa: PT017


@settings(max_examples=100, deadline=None)
@given(value=st.text(max_size=30), column=st.integers(0, 8))
def test_a_fault_never_repeats_the_cell(value, column):
    line = cells(PEOPLE[0])
    line[column] = value
    layout = layout_of(HEADER)
    from bidding.sheet.rules import Row

    _, faults = read_line(layout, Row(2, tuple(line)), LISTS)
    private = value.strip()
    if len(private) > 3 and column in {0, 1, 2}:
        assert not any(private in fault.cause for fault in faults)


def test_too_many_lines_are_refused():
    with pytest.raises(RuleBroken, match="sheet.bounded"):
        for _ in open_sheet(
            io.BytesIO((",".join(HEADER) + "\n" + "x\n" * (ROWS_MAX + 1)).encode()),
            names_all_columns,
        ).rows():
            pass
