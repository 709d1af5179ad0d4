"""Draws of items as everybody may watch them; what else was drawn for a case."""

from bidding.bundle.rules import Opening
from bidding.committee.tables import Committee
from bidding.draw import queries as draws
from bidding.draw.tables import Draw
from bidding.draw_end.queries import secret_of, stored_openings
from bidding.item_draw.rules import check_public
from bidding.item_list.schema import DrawnItem, ItemsView, ShownItem
from bidding.sealing import queries as sealed
from bidding.walk.rules import Line
from oversight.database import is_postgres, reading, run

Placed = tuple[int, int]  # stratum and position


async def hold(subject: str, purpose: str) -> None:
    """Hold off other orders for the same subject and purpose until the act ends.

    Nothing stands yet that could be locked: PostgreSQL locks the two words themselves, SQLite has
    one writer anyway.
    """
    if is_postgres():
        await run("SELECT pg_advisory_xact_lock(hashtext({}))", f"{purpose} {subject}")


async def rulebooks_of(case: str) -> list[str]:
    """Return the editions under which committees of a tender, or draws of a subject, stand."""
    formed = await Committee.select(Committee.rulebook).where(Committee.tender == case)
    ordered = await Draw.select(Draw.rulebook).where(Draw.subject == case)
    return [str(row["rulebook"]) for row in (*formed, *ordered)]


async def items_view(draw: str) -> ItemsView:
    """Return a draw of items while it happens: roster from the seal on, result from the draw on.

    Raises:
        RuleBroken: DRAW_EXISTS, ITEMS_PUBLIC.
    """
    async with reading():
        found = await draws.case(draw)
        check_public(found.purpose)
        strata = [stratum for stratum, _ in found.strata]
        roster = await _roster(draw, strata) if found.request else {}
        return ItemsView(
            draw=await draws.view(draw),
            strata=strata,
            secret=(await secret_of(draw)).hex() if found.request else None,
            roster=list(roster.values()),
            result=_result(await draws.lines(draw), strata, roster),
        )


async def _roster(draw: str, strata: list[str]) -> dict[Placed, ShownItem]:
    opened = {one.commitment: one for one in await stored_openings(draw)}
    shown = {}
    for place, stratum in enumerate(strata):
        for position, commitment in enumerate(await sealed.roster(draw, place)):
            one = opened[commitment.hex()]
            shown[place, position] = _shown(stratum, position, one)
    return shown


def _shown(stratum: str, position: int, one: Opening) -> ShownItem:
    said = one.identity["value"]
    return ShownItem(stratum, position, said["item"], said["label"], one.commitment)


def _result(
    lines: list[Line], strata: list[str], roster: dict[Placed, ShownItem]
) -> list[DrawnItem]:
    reached = [0] * len(strata)
    result = []
    for line in lines:
        reached[line.stratum] += 1
        item = roster[line.stratum, line.position]
        place, stratum = reached[line.stratum], strata[line.stratum]
        result.append(DrawnItem(stratum, place, item.item, item.label, list(line.outcomes)))
    return result
