"""Questions to a file: its rows, one after the other, in memory that does not grow with it.

(An XLSX's table of shared strings is the exception: it is held whole, within the bounds.)
"""

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Generator, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO

from bidding.sheet.rules import (
    COLUMNS_MAX,
    ENCODINGS,
    ROWS_MAX,
    SHEET_BOUNDED,
    SHEET_READABLE,
    Row,
    Shape,
    Value,
    check_members,
    is_doubtful,
    kind_of,
    shape_of,
)
from oversight.errors import RuleBroken

_CHUNK_BYTES = 1 << 20
_FIRST_LINE_BYTES_MAX = 64 * 1024
FORMULA = "="  # what a formula begins with
_HEAD_BYTES = 8
_ENCRYPTED_FLAG = 0x1


class Sheet:
    """An open table: how it was read, and its rows, the header first."""

    def __init__(
        self, kind: str, encoding: str, rows: Callable[[], Generator[Row, None, None]]
    ) -> None:
        self.kind = kind  # "csv" or "xlsx"
        self.encoding = encoding  # "utf-8", "gb18030"; empty for XLSX
        self.rows = rows


def open_sheet(
    file: BinaryIO, expects: Callable[[Sequence[str]], bool], encoding: str = ""
) -> Sheet:
    """Return the table in a seekable file; `expects` tells whether a header has the columns.

    Raises:
        RuleBroken: SHEET_KIND, SHEET_READABLE, SHEET_BOUNDED or ENCODING_CERTAIN, also while
            the rows are read.
    """
    file.seek(0)
    kind = kind_of(file.read(_HEAD_BYTES))
    if kind == "xlsx":
        return Sheet(kind, "", lambda: _bounded(_xlsx_rows(file)))
    shape = _shape(file, expects, encoding)
    return Sheet(kind, shape.encoding, lambda: _bounded(_csv_rows(file, shape)))


def _bounded(rows: Generator[Row, None, None]) -> Generator[Row, None, None]:
    for row in rows:
        if row.number > ROWS_MAX + 1:
            raise RuleBroken(SHEET_BOUNDED, needed="several files", lines_max=ROWS_MAX)
        if len(row.values) > COLUMNS_MAX:
            raise RuleBroken(
                SHEET_BOUNDED, needed="fewer columns", line=row.number, columns_max=COLUMNS_MAX
            )
        if any(value not in (None, "") for value in row.values):
            yield row


def _shape(file: BinaryIO, expects: Callable[[Sequence[str]], bool], asked: str) -> Shape:
    file.seek(0)
    first_line = file.readline(_FIRST_LINE_BYTES_MAX)
    return shape_of(first_line, _validity(file), expects, asked)


def _validity(file: BinaryIO) -> dict[str, bool]:
    """Tell for each encoding whether the whole file is valid in it, a chunk at a time."""
    file.seek(0)
    decoders = {one: codecs.getincrementaldecoder(one)() for one in ENCODINGS}
    valid = dict.fromkeys(ENCODINGS, True)
    while True:
        chunk = file.read(_CHUNK_BYTES)
        for encoding, decoder in decoders.items():
            if valid[encoding]:
                try:
                    decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError:
                    valid[encoding] = False
        if not chunk:
            return valid


def _csv_rows(file: BinaryIO, shape: Shape) -> Generator[Row, None, None]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=shape.encoding, newline="")
    number = 0
    try:
        for number, cells in enumerate(
            csv.reader(text, delimiter=shape.delimiter, strict=True), start=1
        ):
            if number == 1 and cells:
                cells[0] = cells[0].removeprefix("\ufeff")
            yield Row(number, tuple(cells), is_doubtful(cells, shape))
    except csv.Error:
        raise RuleBroken(
            SHEET_READABLE,
            needed="a file saved anew by a spreadsheet program",
            line=number + 1,
            cause="its quotes do not match",
        ) from None
    finally:
        text.detach()


def _xlsx_rows(file: BinaryIO) -> Generator[Row, None, None]:
    from openpyxl import load_workbook  # here: a third of a second, and few files are XLSX

    file.seek(0)
    try:
        _check_archive(file)
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        rows = book.worksheets[0].iter_rows(max_col=COLUMNS_MAX + 1, values_only=True)
        for number, values in enumerate(rows, start=1):
            yield Row(number, tuple(_plain(value) for value in _trimmed(values)))
    except RuleBroken:
        raise
    except Exception:  # a stranger's bytes in a parser that is not ours: it may raise anything
        raise RuleBroken(
            SHEET_READABLE,
            needed="a file saved anew by a spreadsheet program",
            cause="a damaged workbook",
        ) from None


def _check_archive(file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
            raise RuleBroken(SHEET_READABLE, needed="a workbook without a password")
        check_members({one.filename: (one.compress_size, one.file_size) for one in members})


def _trimmed(values: Sequence[Any]) -> Sequence[Any]:
    """Leave out the empty cells at the end of a line."""
    length = len(values)
    while length and values[length - 1] is None:
        length -= 1
    return values[:length]


def _plain(value: Any) -> Value:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, str | int | float | bool | date):
        return value
    return FORMULA  # an array formula, a duration: nothing that a reader of a field accepts


def write_csv(header: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    """Return a CSV file that spreadsheet programs open with the right encoding: UTF-8 with mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(lines)
    return codecs.BOM_UTF8 + text.getvalue().encode()


def write_xlsx(
    title: str, header: Sequence[str], lines: Sequence[Sequence[str]], notes: Sequence[str] = ()
) -> bytes:
    """Return an XLSX file whose cells are all text, so that no program turns a number into digits.

    `notes` go to a second sheet, a line each.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for line in (header, *lines):
        cells = []
        for value in line:
            cell = WriteOnlyCell(sheet, value=value)
            cell.number_format = "@"
            cells.append(cell)
        sheet.append(cells)
    if notes:
        page = book.create_sheet("说明")
        for note in notes:
            page.append([note])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
