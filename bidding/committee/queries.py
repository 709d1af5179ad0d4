"""Questions about committees."""

from collections.abc import Collection, Mapping
from operator import attrgetter
from typing import Any

from bidding.committee.rules import COMMITTEE_KNOWN, Standing
from bidding.committee.schema import CommitteeView
from bidding.committee.tables import Committee, CommitteeLot
from oversight.database import is_postgres, run
from oversight.errors import RuleBroken
from oversight.wire import PAGE_LIMIT, Page, page_of, read_cursor


async def committee(committee_id: str) -> CommitteeView:
    """Return a committee as it was formed.

    Raises:
        RuleBroken: COMMITTEE_KNOWN.
    """
    row = await Committee.select().where(Committee.id == committee_id).first()
    if row is None:
        raise RuleBroken(COMMITTEE_KNOWN, needed="the id that forming it gave")
    return _view(row, await _lots(committee_id))


async def line_of(committee_id: str) -> list[str]:
    """Return the ids of a committee and of all that stood before it, newest first."""
    line: list[str] = []
    following: str | None = committee_id
    while following is not None:
        assert following not in line, "predecessors run in a circle"
        line.append(following)
        row = await Committee.select(Committee.predecessor).where(Committee.id == following).first()
        assert row is not None, "a predecessor is missing"
        following = row["predecessor"]
    return line


async def hold(committee_id: str) -> None:
    """Hold off successors of a committee, and draws for it, until the act ends."""
    if is_postgres():  # SQLite has one writer anyway
        await run("SELECT id FROM committee WHERE id = {} FOR UPDATE", committee_id)


async def has_successor(committee_id: str) -> bool:
    """Tell whether another committee took this one's place."""
    return bool(await Committee.exists().where(Committee.predecessor == committee_id))


async def standing(committee_id: str) -> Standing:
    """Return what a successor must know of a committee.

    Raises:
        RuleBroken: COMMITTEE_KNOWN.
    """
    found = await committee(committee_id)
    return Standing(
        id=found.id,
        tender=found.tender,
        body=found.body,
        number=found.number,
        rulebook=found.rulebook,
        succeeded=await has_successor(found.id),
    )


async def standing_for(tender: str, lots: Collection[str], body: str) -> list[str]:
    """Return the ids of all committees of the kind that decide on one of the lots, oldest first."""
    rows = (
        await CommitteeLot.select(CommitteeLot.committee)
        .where(
            (CommitteeLot.tender == tender)
            & (CommitteeLot.body == body)
            & CommitteeLot.lot.is_in(list(lots))
        )
        .order_by(CommitteeLot.number, CommitteeLot.id)
    )
    return list(dict.fromkeys(str(row["committee"]) for row in rows))


async def committees_of(
    tender: str, cursor: str = "", limit: int = PAGE_LIMIT
) -> Page[CommitteeView]:
    """Return a page of the committees of a tender, oldest first."""
    query = Committee.select().where(Committee.tender == tender)
    if after := read_cursor(cursor, str):
        query = query.where(Committee.id > after[0])
    rows = await query.order_by(Committee.id).limit(limit + 1)
    views = [_view(row, await _lots(row["id"])) for row in rows]
    return page_of(views, limit, attrgetter("id"))


async def _lots(committee_id: str) -> list[str]:
    rows = await CommitteeLot.select(CommitteeLot.lot).where(CommitteeLot.committee == committee_id)
    return sorted(row["lot"] for row in rows)


def _view(row: Mapping[str, Any], lots: list[str]) -> CommitteeView:
    return CommitteeView(
        id=row["id"],
        tender=row["tender"],
        lots=lots,
        body=row["body"],
        number=row["number"],
        predecessor=row["predecessor"],
        rulebook=row["rulebook"],
        size=row["size"],
        representatives=row["representatives"],
        party=row["party"],
        act=row["act"],
    )
