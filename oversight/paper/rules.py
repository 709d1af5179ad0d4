"""What a printed page holds, and what can be printed at all. Pure.

A page is the same bytes whenever the same content is printed with the same version of the
service: its date is part of the content, so its digest can be logged and compared.
"""

import re
from collections.abc import Iterable, Iterator

import msgspec

from oversight.errors import Ground, Rule, RuleBroken

CHARACTERS_PRINTABLE = Rule(
    "paper.characters_printable",
    "A printed page shows every character of its content: none is left out or replaced.",
    "ISO 19005-2, 6.2.11 (fonts)",
    Ground.UNLAWFUL,
)
# Control characters have no glyph, and some of them reorder what is read around them.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Said(msgspec.Struct, frozen=True):
    """One label in both languages with what is said under it."""

    zh: str
    en: str
    text: str


class Table(msgspec.Struct, frozen=True):
    """Rows under headings; every row has as many cells as there are headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]  # shares of the page's width


class Section(msgspec.Struct, frozen=True):
    """A part of a page: labelled sentences, then at most one table."""

    zh: str
    en: str
    said: tuple[Said, ...] = ()
    table: Table | None = None


class Paper(msgspec.Struct, frozen=True):
    """A whole page or several."""

    zh: str  # title
    en: str
    number: str  # under the title and at the foot of each page
    sections: tuple[Section, ...]
    signatures: tuple[str, ...]  # who signs by hand: a line for each
    link: str  # what the code in the corner leads to
    link_zh: str  # what is found there
    foot: str  # at the foot of each page
    date: str  # RFC 3339, UTC, whole seconds: when it was printed


def texts(paper: Paper) -> Iterator[str]:
    """Yield every text of a page."""
    yield from (paper.zh, paper.en, paper.number, paper.link, paper.link_zh, paper.foot, paper.date)
    yield from paper.signatures
    for section in paper.sections:
        yield from (section.zh, section.en)
        for one in section.said:
            yield from (one.zh, one.en, one.text)
        if section.table is not None:
            yield from section.table.headings
            yield from (cell for row in section.table.rows for cell in row)


def check_characters(paper: Paper) -> None:
    """Return only if no character is one that shows nothing, or turns what stands beside it.

    Raises:
        RuleBroken: CHARACTERS_PRINTABLE, naming the code points; never the text around them.
    """
    unprintable = {found for text in texts(paper) for found in _UNPRINTABLE.findall(text)}
    if unprintable:
        raise RuleBroken(
            CHARACTERS_PRINTABLE,
            needed="text without control characters",
            characters=code_points(unprintable),
        )


def code_points(characters: Iterable[str]) -> list[str]:
    """Return the names under which Unicode lists these characters, in order."""
    return [f"U+{ord(one):04X}" for one in sorted(set(characters))]
