"""Lists of codes: read, checked, and asked what was in force on a day. Pure.

Two specialty trees stand side by side, because two bodies of law keep their own: the tendering
law's (NDRC, 发改法规〔2018〕316号) and the procurement law's (finance). Regions are GB/T 2260.
A list is imported as a whole, has a version, and replaces the one before; draws and admissions
name the version that they were decided under.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from operator import attrgetter

import msgspec

from oversight.authority.rules import Permission, Post
from oversight.errors import Ground, Rule, RuleBroken
from oversight.values.canonical import canonical


class Kind(StrEnum):
    """Which list of codes."""

    NDRC = "ndrc"  # specialties under the tendering law
    FINANCE = "finance"  # specialties under the procurement law, prefix F-
    REGION = "region"  # GB/T 2260, six digits


SPECIALTY_KINDS = (Kind.NDRC, Kind.FINANCE)
COLUMNS = ("code", "name", "parent", "valid_from", "valid_to", "confidence")
CONFIDENCES = frozenset("ABsM")  # official text, agreed reproduction, second-hand, memory
CODES_MAX = 200_000
NAME_MAX = 100  # characters
_SPECIALTY = re.compile(r"[A-Z](-[A-Z])?[0-9]{0,12}")
_REGION = re.compile(r"[1-9][0-9]{5}")

LIST_READABLE = Rule(
    "classification.list_readable",
    "A list of codes is UTF-8 CSV with the columns code, name, parent, valid_from, valid_to, "
    "confidence; each code once, its parent in the list, its dates in order.",
    "design: bidding/classification/data/SOURCES.md",
    Ground.UNLAWFUL,
)
VERSION_NEW = Rule(
    "classification.version_new",
    "A version of a list is imported once; a correction is a new version.",
    "design: reference data with versions",
)
SPECIALTY_KNOWN = Rule(
    "classification.specialty_known",
    "A specialty is a code in force in one of the two specialty trees.",
    "发改法规〔2018〕316号; 财库〔2016〕198号",
    Ground.UNLAWFUL,
)
REGION_KNOWN = Rule(
    "classification.region_known",
    "A region is a GB/T 2260 code in force on the day.",
    "GB/T 2260",
    Ground.UNLAWFUL,
)
IMPORT_LIST = Permission(
    "bidding.classification.import",
    frozenset({Post.POOL_KEEPER, Post.ADMINISTRATOR}),
    None,
    "导入专业与区划代码表",
    "Import a list of codes",
)


class Code(msgspec.Struct, frozen=True, gc=False):
    """One code of a list."""

    code: str
    name: str
    parent: str  # empty at the top
    valid_from: date | None  # first day in force; None: before our sources begin
    valid_to: date | None  # first day no longer in force; None: open
    confidence: str  # A, B, s or M


class Catalogue(msgspec.Struct, frozen=True):
    """One version of one list."""

    kind: Kind
    version: str
    source: str
    codes: Mapping[str, Code]

    def known(self, code: str, on: date) -> bool:
        """Tell whether the code was in force on the day."""
        found = self.codes.get(code)
        return found is not None and in_force(found, on)

    def path(self, code: str) -> tuple[Code, ...]:
        """Return the code with all that contain it, narrowest first; empty when unknown."""
        found: list[Code] = []
        while code and (step := self.codes.get(code)):
            assert len(found) < len(self.codes), "parents run in a circle"
            found.append(step)
            code = step.parent
        return tuple(found)


def in_force(code: Code, on: date) -> bool:
    """Tell whether the day lies in the code's validity."""
    begun = code.valid_from is None or code.valid_from <= on
    return begun and (code.valid_to is None or on < code.valid_to)


def is_region(text: str) -> bool:
    """Tell whether the text has the form of a GB/T 2260 code."""
    return _REGION.fullmatch(text) is not None


def is_specialty(text: str) -> bool:
    """Tell whether the text has the form of a specialty code of either tree."""
    return _SPECIALTY.fullmatch(text) is not None


def region_prefix(region: str) -> str:
    """Return the digits shared by every region within this one: 2, 4 or 6 of them.

    By the digits of GB/T 2260, not by the parents of a list: pairs of trailing zeros mean
    "the whole of", so 410922 lies within 410900, 410000 and itself.
    """
    assert is_region(region)
    if region.endswith("0000"):
        return region[:2]
    return region[:4] if region.endswith("00") else region


def tree_of(code: str) -> Kind:
    """Return the specialty tree whose form the code has; finance's carry the prefix F-."""
    return Kind.FINANCE if code.startswith("F-") else Kind.NDRC


def parse_codes(kind: Kind, text: str) -> Mapping[str, Code]:
    """Return the codes of a list by code, each line checked, the tree sound.

    Raises:
        RuleBroken: LIST_READABLE, with the line and its cause. Lines count from 1, the header.
    """
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True)
    codes: dict[str, Code] = {}
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                _demand(tuple(cells) == COLUMNS, number, "the header is not the six columns")
                continue
            code = _code(kind, cells, number)
            _demand(code.code not in codes, number, "the code stands twice")
            codes[code.code] = code
            _demand(len(codes) <= CODES_MAX, number, f"more than {CODES_MAX} codes")
    except csv.Error:
        raise RuleBroken(
            LIST_READABLE, needed="a file saved anew as CSV", cause="not readable as CSV"
        ) from None
    _demand(bool(codes), 1, "the list is empty")
    _check_tree(codes)
    return codes


def digest_of(codes: Iterable[Code]) -> str:
    """Return the SHA-256, hex, over the canonical JSON of each code and a newline, code by code."""
    digest = hashlib.sha256(b"daylight/codes/v1\n")
    for one in sorted(codes, key=attrgetter("code")):
        digest.update(canonical(msgspec.to_builtins(one)) + b"\n")
    return digest.hexdigest()


def _demand(holds: bool, line: int, cause: str) -> None:
    if not holds:
        raise RuleBroken(LIST_READABLE, needed="this line corrected", line=line, cause=cause)


def _code(kind: Kind, cells: list[str], line: int) -> Code:
    _demand(len(cells) == len(COLUMNS), line, "the line has not six cells")
    code, name, parent, valid_from, valid_to, confidence = (cell.strip() for cell in cells)
    formed = is_region(code) if kind is Kind.REGION else is_specialty(code)
    _demand(formed, line, "the code has not the form of its list")
    at_home = kind is Kind.REGION or tree_of(code) is kind
    _demand(at_home, line, "the code belongs to the other tree")
    _demand(0 < len(name) <= NAME_MAX, line, f"the name is empty or beyond {NAME_MAX} characters")
    _demand(confidence in CONFIDENCES, line, "the confidence is not A, B, s or M")
    begins, ends = _day(valid_from, line), _day(valid_to, line)
    _demand(begins is None or ends is None or begins < ends, line, "it ends before it begins")
    return Code(code, name, parent, begins, ends, confidence)


def _day(text: str, line: int) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        cause = "a date is not YYYY-MM-DD"
        raise RuleBroken(
            LIST_READABLE, needed="this line corrected", line=line, cause=cause
        ) from None


def _check_tree(codes: Mapping[str, Code]) -> None:
    """Demand that every parent is in the list and shorter or wider: then no circle is possible."""
    for code in codes.values():
        if not code.parent:
            continue
        if code.parent not in codes or not _is_wider(code.parent, code.code):
            raise RuleBroken(
                LIST_READABLE,
                needed="each code below a wider one of the list",
                code=code.code,
                cause="its parent is not above it",
            )


def _is_wider(parent: str, code: str) -> bool:
    if is_region(code):
        return parent != code and code.startswith(region_prefix(parent))
    return len(parent) < len(code) and code.startswith(parent)


def check_in_force(
    trees: Mapping[Kind, Catalogue], regions: Catalogue, strata: Iterable[tuple[str, str]], on: date
) -> None:
    """Return only if specialty and region of each stratum are in force on the day.

    Raises:
        RuleBroken: SPECIALTY_KNOWN, REGION_KNOWN, naming all that are not.
    """
    listed = list(strata)
    if strange := unknown_codes(trees, (specialty for specialty, _ in listed), on):
        raise RuleBroken(SPECIALTY_KNOWN, needed="codes in force on that day", codes=list(strange))
    if nowhere := [region for _, region in listed if not regions.known(region, on)]:
        raise RuleBroken(REGION_KNOWN, needed="codes in force on that day", codes=nowhere)


def unknown_codes(
    trees: Mapping[Kind, Catalogue], codes: Iterable[str], on: date
) -> tuple[str, ...]:
    """Return those specialty codes that neither tree had in force on the day, in order, once."""
    return tuple(dict.fromkeys(code for code in codes if not trees[tree_of(code)].known(code, on)))
