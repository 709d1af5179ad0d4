"""The columns that centers export, and how one line becomes an expert's particulars. Pure.

A fault names line, column and cause. It never repeats what stands in the cell: most cells are
personal, and a list of faults is copied into mails.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

import msgspec

from bidding.classification.rules import Catalogue, Kind
from bidding.roster.rules import (
    NAME_MAX,
    NUMERIC_CELL,
    ORGANISATION_MAX,
    PAST_EMPLOYERS_MAX,
    Organisation,
    Particulars,
    PastEmployer,
    birth_year_of,
    clean_text,
    faults,
    read_id_number,
    read_name,
    read_phone,
    read_specialties,
    read_uscc,
)
from bidding.sheet.rules import SHEET_BOUNDED, SHEET_KIND, Row, Value
from oversight.authority.rules import Permission, Post
from oversight.errors import Ground, Rule, RuleBroken

FAULTS_SHOWN = 200  # in one answer; all are counted

COLUMNS_PRESENT = Rule(
    "intake.columns_present",
    "The first line names every required column once, by its name or a known alias.",
    "design: bidding/intake",
    Ground.UNLAWFUL,
)
LINES_GOOD = Rule(
    "intake.lines_good",
    "Nothing is imported unless every line is good, or bad lines are to be skipped.",
    "design: bidding/intake",
    Ground.UNLAWFUL,
)
LINES_PRESENT = Rule(
    "intake.lines_present",
    "A file holds at least one line that can be imported.",
    "design: bidding/intake",
    Ground.UNLAWFUL,
)
IMPORT_EXPERTS = Permission(
    "bidding.intake.import",
    frozenset({Post.POOL_KEEPER}),
    None,
    "批量导入专家",
    "Import experts from a file",
)


class Column(msgspec.Struct, frozen=True):
    """One column of the file."""

    field: str
    header: str  # as the template writes it
    aliases: tuple[str, ...] = ()
    required: bool = True
    example: str = ""
    note: str = ""


COLUMNS: Final = (
    Column("name", "姓名", ("专家姓名", "评标专家姓名", "名字"), example="张三"),
    Column(
        "id_number",
        "证件号码",
        ("身份证号", "身份证号码", "身份证", "证件号", "居民身份证号码", "公民身份号码"),
        example="11010119800101123X",
        note="18位居民身份证号码，单元格须为文本格式",
    ),
    Column(
        "phone",
        "手机号码",
        ("手机", "手机号", "联系电话", "移动电话", "电话", "电话号码", "联系方式"),
        example="15400000000",
        note="11位手机号码",
    ),
    Column(
        "employer",
        "工作单位",
        ("单位", "单位名称", "所在单位", "现工作单位"),
        example="示例建设工程有限公司",
    ),
    Column(
        "uscc",
        "统一社会信用代码",
        ("信用代码", "社会信用代码", "单位信用代码", "单位统一社会信用代码"),
        note="18位；单位没有代码的留空",
    ),
    Column(
        "specialties",
        "评标专业",
        ("专业", "专业代码", "评标专业代码", "评审专业", "申报专业"),
        example="A080104；A080201",
        note="专业代码，多个之间用 ；;，,、| 隔开；财政评审专业代码前加 F-",
    ),
    Column(
        "region",
        "行政区划代码",
        ("地区", "区划", "区划代码", "行政区划", "所在地区", "地区代码"),
        example="410922",
        note="GB/T 2260 六位代码",
    ),
    Column("title", "职称", ("技术职称", "专业技术职称", "职称等级"), example="高级工程师"),
    Column(
        "years",
        "从业年限",
        ("工作年限", "从事专业年限", "专业工作年限", "从业年数"),
        example="12",
        note="整数年",
    ),
    Column("birth_year", "出生年份", ("出生年", "出生年月"), False, note="可空，取自证件号码"),
    Column(
        "term_until", "任期至", ("聘期至", "有效期至", "聘任截止日期"), False, note="2027-12-31"
    ),
    Column("trained_on", "培训日期", ("最近培训日期", "培训时间"), False, note="2025-06-01"),
    Column(
        "past_employers",
        "曾任职单位",
        ("原单位", "近三年曾任职单位", "原工作单位"),
        False,
        note="单位名称/统一社会信用代码/离职日期，后两项可空；多个之间用；隔开",
    ),
)
_HEADERS: Final[Mapping[str, str]] = {
    alias: column.field for column in COLUMNS for alias in (column.header, *column.aliases)
}
HEADER_OF: Final[Mapping[str, str]] = {column.field: column.header for column in COLUMNS}
_REQUIRED = frozenset(column.field for column in COLUMNS if column.required)


class Layout(msgspec.Struct, frozen=True):
    """Which cell of a line holds which field."""

    places: Mapping[str, int]
    missing: tuple[str, ...]  # headers of required columns that are not there
    doubled: tuple[str, ...]  # headers of columns that are there twice
    ignored: tuple[str, ...]  # names of columns that are not read


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with one cell of one line."""

    line: int  # as a spreadsheet counts: the header is 1
    column: str  # header of the column as the template writes it
    cause: str


def check_upload(kind: str, kinds: Collection[str], size: int, bytes_max: int) -> None:
    """Return only if a file of this media type and size (bytes) may be read at all.

    Raises:
        RuleBroken: SHEET_KIND, SHEET_BOUNDED.
    """
    if kind not in kinds:
        raise RuleBroken(SHEET_KIND, needed="one of " + ", ".join(kinds))
    if size > bytes_max:
        raise RuleBroken(SHEET_BOUNDED, needed="several files", bytes=size, bytes_max=bytes_max)


def layout_of(header: Sequence[Value]) -> Layout:
    """Return the layout that a first line describes; blanks and asterisks in names are ignored."""
    places: dict[str, int] = {}
    doubled, ignored = [], []
    for place, cell in enumerate(header):
        name = re.sub(r"[\s*＊:：]|[（(].*?[）)]", "", str(cell or ""))
        field = _HEADERS.get(name)
        if field is None:
            if name:
                ignored.append(name[:NAME_MAX])
        elif field in places:
            doubled.append(HEADER_OF[field])
        else:
            places[field] = place
    missing = tuple(one.header for one in COLUMNS if one.required and one.field not in places)
    return Layout(places, missing, tuple(doubled), tuple(ignored))


def names_all_columns(header: Sequence[str]) -> bool:
    """Tell whether a first line names every required column."""
    return not layout_of(header).missing


_SEPARATORS = re.compile(r"[；;，,、|\n]")
_BETWEEN_EMPLOYERS = re.compile(r"[；;\n]")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", re.ASCII)
_YEARS = re.compile(r"([0-9]{1,2})年?", re.ASCII)
_YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:年|[-/.].*)?", re.ASCII)
_CODE = re.compile(r"[0-9A-Z]{18}")


def read_day(text: str) -> date | None:
    """Return a date written YYYY-MM-DD, YYYY/M/D or YYYY年M月D日; nothing for nothing."""
    if not text:
        return None
    found = _DAY.fullmatch(text)
    if not found:
        raise ValueError("is not a date like 2027-12-31")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def read_years(text: str) -> int:
    """Return whole years."""
    found = _YEARS.fullmatch(text)
    if not found:
        raise ValueError("is not a whole number of years")
    return int(found[1])


def read_birth_year(text: str) -> int | None:
    """Return a year of birth; nothing for nothing."""
    if not text:
        return None
    found = _YEAR.fullmatch(text)
    if not found:
        raise ValueError("is not a year")
    return int(found[1])


def read_past_employers(text: str) -> tuple[PastEmployer, ...]:
    """Return the employers of a cell: name/code/last day, the last two optional, parted by ；."""
    parts = [part.strip() for part in _BETWEEN_EMPLOYERS.split(text) if part.strip()]
    if len(parts) > PAST_EMPLOYERS_MAX:
        raise ValueError(f"names more than {PAST_EMPLOYERS_MAX} employers")
    return tuple(_past_employer(part) for part in parts)


def _past_employer(text: str) -> PastEmployer:
    pieces = [piece.strip() for piece in text.split("/")]
    until, code = None, ""
    if len(pieces) > 1 and (not pieces[-1] or _DAY.fullmatch(pieces[-1])):
        until = read_day(pieces.pop())
    if len(pieces) > 1 and (not pieces[-1] or _CODE.fullmatch(pieces[-1].upper())):
        code = _uscc(pieces.pop())
    return PastEmployer(_organisation_name("/".join(pieces)), code, until)


# Employers repeat from line to line; nothing personal is kept here.
_uscc = lru_cache(4096)(read_uscc)


@lru_cache(4096)
def _organisation_name(text: str) -> str:
    return clean_text(text, ORGANISATION_MAX)


@lru_cache(4096)
def _title(text: str) -> str:
    return clean_text(text, NAME_MAX)


@lru_cache(4096)
def _specialties(text: str) -> tuple[str, ...]:
    return read_specialties(_SEPARATORS.split(text))


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "name": read_name,
    "id_number": read_id_number,
    "phone": read_phone,
    "employer": _organisation_name,
    "uscc": _uscc,
    "specialties": _specialties,
    "region": str.strip,
    "title": _title,
    "years": read_years,
    "birth_year": read_birth_year,
    "term_until": read_day,
    "trained_on": read_day,
    "past_employers": read_past_employers,
}
_TEXT_ONLY = frozenset({"id_number", "uscc"})  # digits that a number cell has already spoiled


def text_of(field: str, value: Value) -> str:
    """Return a cell as text.

    Raises:
        ValueError: a number where only text keeps every digit, a formula, or a truth value.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        if value.startswith("="):
            raise ValueError("holds a formula; enter its value")
        return value.strip()
    if isinstance(value, bool):
        raise ValueError("is not text")
    if isinstance(value, date):
        return value.isoformat()
    if field in _TEXT_ONLY:
        raise ValueError(NUMERIC_CELL)
    if isinstance(value, float) and not value.is_integer():
        raise ValueError("is not a whole number")
    return str(int(value))


class Lists(msgspec.Struct, frozen=True):
    """The lists of codes that lines are held against, and the day on which."""

    trees: Mapping[Kind, Catalogue]
    regions: Catalogue
    on: date


def read_line(layout: Layout, row: Row, lists: Lists) -> tuple[Particulars | None, list[Fault]]:
    """Return a line's particulars, or None with everything that is wrong with it."""
    wrong: list[Fault] = []
    if row.doubtful:
        wrong.append(Fault(row.number, "", "its encoding is doubtful: name the file's encoding"))
    read: dict[str, Any] = {}
    for field, place in layout.places.items():
        value = row.values[place] if place < len(row.values) else None
        try:
            read[field] = _READERS[field](text_of(field, value))
        except ValueError as cause:
            wrong.append(Fault(row.number, HEADER_OF[field], str(cause)))
    if wrong:
        return None, wrong
    particulars = _particulars(read)
    wrong += [
        Fault(row.number, HEADER_OF[field], reason)
        for field, reason in faults(particulars, lists.trees, lists.regions, lists.on)
    ]
    return (None, wrong) if wrong else (particulars, [])


def _particulars(read: Mapping[str, Any]) -> Particulars:
    assert read.keys() >= _REQUIRED
    return Particulars(
        name=read["name"],
        id_number=read["id_number"],
        phone=read["phone"],
        employer=Organisation(read["employer"], read["uscc"]),
        specialties=read["specialties"],
        region=read["region"],
        title=read["title"],
        years=read["years"],
        birth_year=read.get("birth_year") or birth_year_of(read["id_number"]),
        term_until=read.get("term_until"),
        trained_on=read.get("trained_on"),
        past_employers=read.get("past_employers", ()),
    )


def template_header() -> tuple[str, ...]:
    """Return the header of the file that centers are asked for."""
    return tuple(column.header for column in COLUMNS)


def template_notes() -> list[str]:
    """Return a note for each column, in Chinese: required or not, form, example, other names."""
    return [
        f"{one.header}（{'必填列' if one.required else '可选列'}）：{one.note}"
        f"　例：{one.example or '—'}　也可写作：{'、'.join(one.aliases)}"
        for one in COLUMNS
    ]
