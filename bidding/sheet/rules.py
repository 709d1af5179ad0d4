"""What a file must be to be read as a table, and which encoding it has. Pure.

An encoding is never guessed: a file is read under the one encoding in which its header names
the columns that are expected and all of its bytes are valid. Where a single line would also be
valid in the other encoding, that line is marked as doubtful and its reader must refuse it.
"""

import codecs
import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import msgspec

from oversight.errors import Ground, Rule, RuleBroken

Value = str | int | float | bool | date | None

SHEET_READABLE = Rule(
    "sheet.readable",
    "The file is a table that can be read from its first line to its last.",
    "design: bidding/sheet",
    Ground.UNLAWFUL,
)
SHEET_KIND = Rule(
    "sheet.kind",
    "The file is CSV in UTF-8 or GB18030, or XLSX without macros and without a password.",
    "design: bidding/sheet",
    Ground.UNSUPPORTED,
)
SHEET_BOUNDED = Rule(
    "sheet.bounded",
    "The file, its lines, its columns and what it expands to stay within the published bounds.",
    "design: bidding/sheet",
    Ground.TOO_LARGE,
)
ENCODING_CERTAIN = Rule(
    "sheet.encoding_certain",
    "Every byte of the file is valid in the encoding in which its header can be read.",
    "design: bidding/sheet",
    Ground.UNLAWFUL,
)

ROWS_MAX = 200_000  # lines after the header
COLUMNS_MAX = 60
EXPANDED_BYTES_MAX = 600_000_000  # of an XLSX, all members together
EXPANSION_MAX = 200  # times an XLSX may grow when it is unpacked
MEMBERS_MAX = 1_000  # files inside an XLSX
ENCODINGS = ("utf-8", "gb18030")
DELIMITERS = (",", "\t", ";")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Row(msgspec.Struct, frozen=True):
    """One line as it stands: its number as a spreadsheet counts (the header is 1) and its cells."""

    number: int
    values: tuple[Value, ...]
    doubtful: bool = False  # valid in another encoding too


class Shape(msgspec.Struct, frozen=True):
    """How a CSV file is to be read."""

    encoding: str
    delimiter: str
    certain: bool  # told by a byte order mark or by the caller: no line is doubtful


def kind_of(head: bytes) -> str:
    """Return "xlsx" or "csv" from the first bytes of a file.

    Raises:
        RuleBroken: SHEET_KIND for old or password-protected workbooks and for UTF-16.
    """
    if head.startswith(_ZIP):
        return "xlsx"
    if head.startswith(_OLE):
        raise RuleBroken(
            SHEET_KIND,
            needed="a workbook saved as .xlsx without a password",
            cause="an old .xls workbook, or one protected by a password",
        )
    if head.startswith(_WIDE):
        raise RuleBroken(SHEET_KIND, needed="saving as CSV UTF-8", cause="encoded as UTF-16")
    return "csv"


def check_members(sizes: Mapping[str, tuple[int, int]]) -> None:
    """Return only if an XLSX's members (name: packed and unpacked bytes) are safe to open.

    Raises:
        RuleBroken: SHEET_KIND for macros, encryption or a zip file that is no workbook;
            SHEET_BOUNDED for one that expands beyond all measure.
    """
    if any(name.lower().endswith("vbaproject.bin") for name in sizes):
        raise RuleBroken(SHEET_KIND, needed="saving as .xlsx without macros", cause="holds macros")
    if "xl/workbook.xml" not in sizes:
        raise RuleBroken(
            SHEET_KIND, needed="CSV or an .xlsx workbook", cause="a zip file, but not a workbook"
        )
    packed = sum(pair[0] for pair in sizes.values())
    expanded = sum(pair[1] for pair in sizes.values())
    if len(sizes) > MEMBERS_MAX or expanded > EXPANDED_BYTES_MAX:
        raise RuleBroken(
            SHEET_BOUNDED, needed="several files", members=len(sizes), expanded_bytes=expanded
        )
    if expanded > EXPANSION_MAX * max(packed, 1):
        raise RuleBroken(
            SHEET_BOUNDED,
            needed="a file saved anew by a spreadsheet program",
            cause="expands like a zip bomb",
            expanded_bytes=expanded,
        )


def shape_of(
    first_line: bytes,
    valid: Mapping[str, bool],
    expects: Callable[[Sequence[str]], bool],
    asked: str = "",
) -> Shape:
    """Return how to read a CSV file.

    Args:
        first_line: its first line as bytes, byte order mark included.
        valid: for each of ENCODINGS, whether the whole file is valid in it.
        expects: tells whether the cells of a header name the expected columns.
        asked: an encoding that the sender names; then nothing is inferred.

    Raises:
        RuleBroken: ENCODING_CERTAIN where no encoding fits the whole file and its header.
    """
    marked = first_line.startswith(codecs.BOM_UTF8)
    encodings = (asked,) if asked else ("utf-8",) if marked else ENCODINGS
    readable = [one for one in encodings if _header(first_line, one, ",") is not None]
    for encoding in readable:
        for delimiter in DELIMITERS:
            header = _header(first_line, encoding, delimiter)
            if header is not None and expects(header):
                return _demand_valid(Shape(encoding, delimiter, bool(asked) or marked), valid)
    # The header names not all columns: read it as it most likely is, so that they can be named.
    for encoding in readable:
        if valid.get(encoding, False):
            return Shape(encoding, _likely_delimiter(first_line), bool(asked) or marked)
    raise RuleBroken(ENCODING_CERTAIN, needed="UTF-8 or GB18030 throughout")


def _header(line: bytes, encoding: str, delimiter: str) -> list[str] | None:
    try:
        text = line.decode(encoding).removeprefix("\ufeff").rstrip("\r\n")
        return next(iter(csv.reader([text], delimiter=delimiter)), [])
    except (UnicodeDecodeError, csv.Error):
        return None


def _likely_delimiter(line: bytes) -> str:
    return max(DELIMITERS, key=lambda one: line.count(one.encode()))


def _demand_valid(shape: Shape, valid: Mapping[str, bool]) -> Shape:
    if not valid.get(shape.encoding, False):
        raise RuleBroken(
            ENCODING_CERTAIN,
            needed="one encoding throughout",
            cause=f"the header is {shape.encoding}, but not every line is",
        )
    return shape


def is_doubtful(cells: Sequence[str], shape: Shape) -> bool:
    """Tell whether a line read as GB18030 would be valid UTF-8 too.

    The other way round needs no mark: GB18030 read as UTF-8 yields letters between U+0080 and
    U+07FF, which no reader of a field accepts.
    """
    if shape.certain or shape.encoding == "utf-8":
        return False
    text = "".join(cells)
    if text.isascii():
        return False
    try:
        text.encode(shape.encoding).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
