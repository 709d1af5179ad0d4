"""Content to PDF/A-2b (ISO 19005-2), by typst, in fonts that are at hand on every machine alike.

PDF/A embeds its fonts and refuses a text that its fonts cannot show, so that a rare character of
a name is never printed as an empty box.
"""

import asyncio
import io
import re
from functools import lru_cache
from pathlib import Path

import msgspec
import segno
import typst

from oversight.configuration import settings
from oversight.errors import RuleBroken
from oversight.paper.rules import CHARACTERS_PRINTABLE, Paper, check_characters, code_points

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
TEMPLATE = (HERE / "paper.typ").read_bytes()
_SHOWN_BY_NO_FONT = re.compile(r'the text `"(.+?)"` could not be displayed')


async def printed(paper: Paper) -> bytes:
    """Return the PDF of a page, made off the event loop.

    Raises:
        RuleBroken: CHARACTERS_PRINTABLE.
    """
    check_characters(paper)
    return await asyncio.to_thread(_pdf, paper, settings().font_dir)


def _pdf(paper: Paper, further_fonts: str) -> bytes:
    inputs = {"paper": msgspec.json.encode(paper).decode(), "code": _code(paper.link)}
    try:
        made = typst.compile(
            TEMPLATE,
            font_paths=_fonts(further_fonts),
            sys_inputs=inputs,
            pdf_standards=["a-2b"],
        )
    except typst.TypstError as refusal:
        missing = set("".join(_SHOWN_BY_NO_FONT.findall(refusal.diagnostic)))
        if not missing:
            raise AssertionError("the template does not print this content") from None
        raise RuleBroken(
            CHARACTERS_PRINTABLE,
            needed="a font that has these characters, in the directory that `font_dir` names",
            characters=code_points(missing),
        ) from None
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=2)
def _fonts(further: str) -> typst.Fonts:
    """Return the project's font and those of a directory: never what a machine happens to have."""
    places: list[str] = [str(FONTS), *([further] if further else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=places)


def _code(link: str) -> str:
    """Return the QR code (ISO/IEC 18004) of a link as SVG."""
    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()
