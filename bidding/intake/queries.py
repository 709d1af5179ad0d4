"""What a file holds, line by line, and how far a running import has come."""

import hashlib
from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Any, BinaryIO

import msgspec

from bidding.classification import queries as classification
from bidding.classification.rules import SPECIALTY_KINDS, Kind
from bidding.intake.rules import (
    COLUMNS_PRESENT,
    FAULTS_SHOWN,
    HEADER_OF,
    Fault,
    Layout,
    Lists,
    layout_of,
    names_all_columns,
    read_line,
)
from bidding.intake.schema import Progress
from bidding.roster.queries import id_number_index, known_id_numbers
from bidding.roster.rules import Particulars
from bidding.sheet.queries import open_sheet
from oversight.database import chunks
from oversight.errors import RuleBroken

_CHUNK_BYTES = 1 << 20
_CHUNK_LINES = 2_000
MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(Particulars).decode
Report = Callable[[str, int, int], None]  # phase, lines dealt with, of how many (0: not counted)

_running: dict[str, Progress] = {}  # by whoever imports and his key; this process only
_RUNNING_MAX = 100


class Line(msgspec.Struct, frozen=True, gc=False):
    """A good line, packed: its number, its id number's blind index, its particulars."""

    number: int
    index: bytes
    packed: bytes

    def particulars(self) -> Particulars:
        """Return what stands on the line."""
        return _DECODE(self.packed)


class Checked(msgspec.Struct):
    """A file as checked."""

    sha256: str
    size: int  # bytes
    kind: str  # "csv" or "xlsx"
    encoding: str
    lines: int  # after the header
    layout: Layout
    good: list[Line]
    faults: list[Fault]  # the first FAULTS_SHOWN
    bad: set[int]  # numbers of all lines with a fault

    def reject(self, fault: Fault) -> None:
        """Count a line as bad."""
        self.bad.add(fault.line)
        if len(self.faults) < FAULTS_SHOWN:
            self.faults.append(fault)


async def lists_on(day: date) -> Lists:
    """Return the lists of codes that lines are held against."""
    return Lists(await classification.trees(), await classification.regions(), day)


async def versions() -> dict[str, str]:
    """Return the versions of the lists of codes in use."""
    kinds = (*SPECIALTY_KINDS, Kind.REGION)
    return {kind.value: (await classification.catalogue(kind)).version for kind in kinds}


def check_file(file: BinaryIO, lists: Lists, encoding: str, report: Report) -> Checked:
    """Return a file's good lines and all that is wrong with the others.

    Computes for some seconds where the file is large: call it in a thread.

    Raises:
        RuleBroken: COLUMNS_PRESENT, or what `bidding.sheet` refuses.
    """
    digest, size = _digest(file)
    sheet = open_sheet(file, names_all_columns, encoding)
    with closing(sheet.rows()) as rows:  # lets go of the file also when a line ends the reading
        layout = _layout(next(rows, None))
        checked = Checked(digest, size, sheet.kind, sheet.encoding, 0, layout, [], [], set())
        seen: dict[bytes, int] = {}
        for row in rows:
            checked.lines += 1
            if not checked.lines % _CHUNK_LINES:
                report("checking", checked.lines, 0)
            particulars, faults = read_line(layout, row, lists)
            for fault in faults:
                checked.reject(fault)
            if particulars is not None:
                _take(checked, seen, row.number, particulars)
    return checked


def _layout(header: Any) -> Layout:
    layout = layout_of(header.values if header is not None else ())
    if layout.missing or layout.doubled:
        raise RuleBroken(
            COLUMNS_PRESENT,
            needed="the columns of the template",
            missing=list(layout.missing),
            doubled=list(layout.doubled),
        )
    return layout


def _take(checked: Checked, seen: dict[bytes, int], number: int, one: Particulars) -> None:
    index = id_number_index(one.id_number)
    first = seen.setdefault(index, number)
    if first != number:
        cause = f"the same person stands on line {first}"
        checked.reject(Fault(number, HEADER_OF["id_number"], cause))
        return
    checked.good.append(Line(number, index, _ENCODE(one)))


async def leave_out_known(checked: Checked) -> None:
    """Take out of the good lines those whose person stands in the pool already."""
    kept: list[Line] = []
    for some in chunks(checked.good, _CHUNK_LINES):
        known = await known_id_numbers([line.index for line in some])
        for line in some:
            if line.index not in known:
                kept.append(line)
                continue
            cause = "this person stands in the pool already"
            checked.reject(Fault(line.number, HEADER_OF["id_number"], cause))
    checked.good = kept


def _digest(file: BinaryIO) -> tuple[str, int]:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def note_progress(key: str, progress: Progress) -> None:
    """Keep how far an import has come, for `progress_of`; the oldest are forgotten."""
    _running.pop(key, None)
    _running[key] = progress
    while len(_running) > _RUNNING_MAX:
        _running.pop(next(iter(_running)))


def progress_of(key: str) -> Progress:
    """Return how far an import has come: "unknown" when it does not run in this process."""
    return _running.get(key, Progress("unknown", 0, 0))
