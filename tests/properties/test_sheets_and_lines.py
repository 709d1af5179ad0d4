"""Files of experts: which encoding, which columns, and what one line says."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook
from pool import people

from bidding.classification.queries import seed
from bidding.classification.rules import Kind
from bidding.intake.rules import (
    COLUMNS,
    Lists,
    layout_of,
    names_all_columns,
    read_day,
    read_line,
    read_past_employers,
    template_header,
    text_of,
)
from bidding.roster.rules import PastEmployer
from bidding.sheet.queries import open_sheet, write_csv, write_xlsx
from bidding.sheet.rules import Row, check_members, kind_of
from oversight.errors import RuleBroken

LISTS = Lists(
    {kind: seed(kind) for kind in (Kind.NDRC, Kind.FINANCE)}, seed(Kind.REGION), date(2026, 3, 2)
)
HEADER = template_header()


def rows_of(data, encoding=""):
    return list(open_sheet(io.BytesIO(data), names_all_columns, encoding).rows())


def line(**changes):
    one = people(1)[0]
    cells = {
        "姓名": one.name, "证件号码": one.id_number, "手机号码": one.phone,
        "工作单位": one.employer.name, "统一社会信用代码": one.employer.uscc,
        "评标专业": "；".join(one.specialties), "行政区划代码": one.region,
        "职称": one.title, "从业年限": str(one.years),
    }  # fmt: skip
    cells.update(changes)
    return layout_of(tuple(cells)), Row(2, tuple(cells.values()))


def faults_of(**changes):
    _, faults = read_line(*line(**changes), LISTS)
    return [fault.column for fault in faults]


def test_a_line_becomes_the_person_it_describes():
    layout, row = line()
    assert read_line(layout, row, LISTS) == (people(1)[0], [])


@pytest.mark.parametrize("alias", [a for column in COLUMNS for a in column.aliases])
def test_every_alias_of_a_column_is_understood(alias):
    assert len(layout_of([alias]).places) == 1


def test_stars_blanks_and_notes_in_a_header_do_not_matter():
    layout = layout_of([" *姓 名 ", "证件号码（18位）", "备注"])
    assert layout.places == {"name": 0, "id_number": 1}
    assert layout.ignored == ("备注",)


def test_a_column_that_stands_twice_is_named():
    assert layout_of(["手机", "联系电话"]).doubled == ("手机号码",)


@pytest.mark.parametrize("separator", ["；", ";", "，", ",", "、", "|"])
def test_specialties_may_be_parted_in_all_the_ways_people_do(separator):
    layout, row = line(评标专业=f"A080104{separator} A080201")
    person, _ = read_line(layout, row, LISTS)
    assert person.specialties == ("A080104", "A080201")


def test_all_faults_of_a_line_are_told_at_once():
    assert faults_of(姓名="", 手机号码="1", 从业年限="many") == ["姓名", "手机号码", "从业年限"]


@pytest.mark.parametrize("column", ["证件号码", "统一社会信用代码"])
def test_a_number_cell_in_place_of_a_long_code_is_refused(column):
    layout, row = line(**{column: 410922198001011234})
    _, (fault,) = read_line(layout, row, LISTS)
    assert fault.column == column
    assert "stored as a number" in fault.cause


def test_short_numbers_may_be_number_cells():
    layout, row = line(手机号码=15400000000, 行政区划代码=410922.0, 从业年限=12)
    person, faults = read_line(layout, row, LISTS)
    assert faults == []
    assert (person.phone, person.region, person.years) == ("15400000000", "410922", 12)


@pytest.mark.parametrize("value", ["=A1", True, 1.5])
def test_formulas_and_other_kinds_of_cells_are_refused(value):
    with pytest.raises(ValueError, match=r"formula|text|whole"):
        text_of("years", value)


def test_former_employers_are_read_with_code_and_last_day_where_given():
    code = people(1)[0].employer.uscc
    assert read_past_employers(f"甲公司/{code}/2024-06-30；乙/丙事务所；丁公司/2023年1月2日") == (
        PastEmployer("甲公司", code, date(2024, 6, 30)),
        PastEmployer("乙/丙事务所"),
        PastEmployer("丁公司", "", date(2023, 1, 2)),
    )


@pytest.mark.parametrize("text", ["2027-13-01", "2027-02-30", "soon", "27-1-1"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match="day|date"):
        read_day(text)


# Encodings


def test_utf8_with_and_without_mark_and_gb18030_are_told_apart():
    data = write_csv(HEADER, [["张三"]])
    assert open_sheet(io.BytesIO(data), names_all_columns).encoding == "utf-8"
    assert open_sheet(io.BytesIO(data[3:]), names_all_columns).encoding == "utf-8"
    spoken = data.decode("utf-8-sig").encode("gb18030")
    assert open_sheet(io.BytesIO(spoken), names_all_columns).encoding == "gb18030"


def test_a_file_that_begins_in_utf8_and_goes_on_otherwise_is_refused():
    data = (",".join(HEADER) + "\n").encode() + "张,三,公司a\n".encode("gb18030")
    with pytest.raises(RuleBroken, match="sheet.encoding_certain"):
        rows_of(data)


def test_a_line_of_utf8_in_a_gb18030_file_is_doubtful():
    data = (",".join(HEADER) + "\n").encode("gb18030") + "张三公司,1\n".encode()
    assert [row.doubtful for row in rows_of(data)] == [False, True]


def test_a_line_that_is_valid_in_both_encodings_is_doubtful_unless_the_encoding_is_named():
    text = ",".join(HEADER) + "\n小一,1\n张三,2\n"
    assert [row.doubtful for row in rows_of(text.encode("gb18030"))] == [False, True, False]
    assert not any(row.doubtful for row in rows_of(text.encode("gb18030"), "gb18030"))


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters_are_found_by_the_header(delimiter):
    data = (delimiter.join(HEADER) + "\n" + delimiter.join("abc") + "\n").encode()
    assert rows_of(data)[1].values == ("a", "b", "c")


def test_lines_count_as_a_spreadsheet_counts_and_empty_ones_are_passed_over():
    data = (",".join(HEADER) + "\n\n,,\n张三\n").encode()
    assert [row.number for row in rows_of(data)] == [1, 4]


def test_quotes_that_do_not_match_are_refused():
    data = (",".join(HEADER) + '\n"张三\n').encode()
    with pytest.raises(RuleBroken, match="sheet.readable"):
        rows_of(data)


# Files that are not what they seem


@pytest.mark.parametrize(
    ("head", "cause"),
    [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"), ("姓名".encode("utf-16"), "UTF-16")],
)
def test_old_protected_and_wide_files_are_refused(head, cause):
    with pytest.raises(RuleBroken, match="sheet.kind") as refusal:
        kind_of(head)
    assert cause in refusal.value.found["cause"]


def test_macros_are_refused():
    with pytest.raises(RuleBroken, match="sheet.kind"):
        check_members({"xl/workbook.xml": (1, 1), "xl/vbaProject.bin": (1, 1)})


def test_a_zip_bomb_is_refused_before_it_is_opened():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "x")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    with pytest.raises(RuleBroken, match="sheet.bounded"):
        rows_of(buffer.getvalue())


@pytest.mark.parametrize("cut", [30, 200, 2000])
def test_a_damaged_workbook_is_refused(cut):
    with pytest.raises(RuleBroken, match="sheet.readable"):
        rows_of(write_xlsx("a", HEADER, [["x"] * 5] * 50)[:-cut])


def test_a_zip_that_is_no_workbook_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(RuleBroken, match="sheet.kind"):
        rows_of(buffer.getvalue())


def test_a_workbook_with_an_entity_bomb_is_refused():
    data = write_xlsx("a", HEADER, [["x"]])
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
                content = bomb + content.split(b"?>", 1)[-1].replace(b"<v>", b"<v>&a;", 1)
            archive.writestr(name, content)
    with pytest.raises(RuleBroken, match="sheet.readable"):
        rows_of(target.getvalue())


def test_too_many_columns_are_refused():
    with pytest.raises(RuleBroken, match="sheet.bounded"):
        rows_of((",".join(HEADER) + "\n" + ",".join("x" * 61) + "\n").encode())


def test_dates_and_formulas_of_a_workbook_arrive_as_what_they_are():
    book = Workbook()
    book.active.append(["a", date(2026, 1, 2), "=1+1", 12, None])
    buffer = io.BytesIO()
    book.save(buffer)
    assert rows_of(buffer.getvalue())[0].values == ("a", date(2026, 1, 2), "=1+1", 12)


def test_the_template_has_all_columns_and_reads_back():
    for data in (write_csv(HEADER, []), write_xlsx("专家", HEADER, [])):
        assert names_all_columns([str(cell) for cell in rows_of(data)[0].values])
