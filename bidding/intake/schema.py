"""An import's outcome as it travels."""

import msgspec


class LineFault(msgspec.Struct, frozen=True):
    """What is wrong with one cell; never what stands in it."""

    line: int  # as a spreadsheet counts: the header is 1
    column: str  # empty: the whole line
    cause: str


class ImportReceipt(msgspec.Struct, frozen=True):
    """What an import did."""

    id: str
    act: str  # name it to admit all experts of this file
    sha256: str  # of the file
    encoding: str  # in which it was read; empty for XLSX
    lines: int  # after the header
    taken: int
    skipped: int
    faults: list[LineFault]  # of the skipped lines; the first few hundred
    ignored_columns: list[str]


class Progress(msgspec.Struct, frozen=True):
    """How far a running import has come, in this process."""

    phase: str  # "checking", "writing", or "unknown": not running in this process
    lines: int  # dealt with in this phase
    of: int  # lines in all; 0 while they are being counted
