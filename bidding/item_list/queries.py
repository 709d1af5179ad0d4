"""The list of a draw, as its seal takes it."""

from collections.abc import Collection

import msgspec

from bidding.bundle.rules import SUPPLIER_INVITATION
from bidding.draw.rules import Case
from bidding.item_list.tables import DrawList
from bidding.sealing.rules import Listed
from oversight.keys.directory import ring

BARRED = "barred"  # the ground on which a supplier is left out

Eligible = tuple[list[Listed], list[tuple[str, str]]]  # entries; left out with their grounds


def entries_context(ident: str) -> str:
    """Return the context under which one list is encrypted."""
    return f"draw/list/{ident}"


async def lists_of(case: Case) -> list[Eligible]:
    """Return, for each stratum, what may be drawn, and which suppliers may not, with the ground."""
    lists = [await _entries(f"{case.id}/{place}") for place in range(len(case.strata))]
    if case.purpose != SUPPLIER_INVITATION:
        return [(entries, []) for entries in lists]
    out = await barred_suppliers({one.id for entries in lists for one in entries})
    return [
        (
            [one for one in entries if one.id not in out],
            [(one.id, BARRED) for one in entries if one.id in out],
        )
        for entries in lists
    ]


async def barred_suppliers(codes: Collection[str]) -> frozenset[str]:
    """Return those of these credit codes whose supplier is under a bar in force.

    Every seal of an invitation asks here, and nowhere else. This service keeps no credit file of
    firms: nobody is known to be barred.
    """
    return frozenset[str]().intersection(codes)


async def _entries(ident: str) -> list[Listed]:
    row = await DrawList.select(DrawList.entries).where(DrawList.id == ident).first()
    assert row is not None, "a draw from lists has one for each stratum"
    plain = ring().fields.open(bytes(row["entries"]), entries_context(ident))
    return msgspec.json.decode(plain, type=list[Listed])
