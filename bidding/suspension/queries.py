"""Questions about suspensions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bidding.draw.rules import Case
from bidding.suspension.rules import FORMS, Cause, Suspension, check_not_suspended
from bidding.suspension.schema import SuspensionView
from bidding.suspension.tables import DrawSuspension
from oversight.database import run
from oversight.values.instants import to_text


def session_of(found: Case) -> str:
    """Return the draw whose session this one belongs to: a supplement's is its parent's."""
    return found.of or found.id


async def standing(session: str) -> Suspension | None:
    """Return the suspension that stands, or None."""
    row = (
        await DrawSuspension.select()
        .where((DrawSuspension.draw == session) & DrawSuspension.resumed_at.is_null())
        .first()
    )
    return None if row is None else _suspension(row)


async def check_running(found: Case) -> None:
    """Return only if nothing suspends the session of this draw; the caller holds its row.

    Raises:
        RuleBroken: NOT_SUSPENDED.
    """
    check_not_suspended(await standing(session_of(found)))


async def is_suspended(draw: str) -> bool:
    """Tell whether the draw, or the one that it supplements, is suspended."""
    rows = await run(
        "SELECT s.id FROM draw_suspension s JOIN draw d ON s.draw IN (d.id, d.parent)"
        " WHERE d.id = {} AND s.resumed_at IS NULL",
        draw,
    )
    return bool(rows)


async def count(session: str) -> int:
    """Return how often the session was suspended."""
    return int(await DrawSuspension.count().where(DrawSuspension.draw == session))


async def delay(session: str, since: datetime) -> timedelta:
    """Return how long everything rested after an instant, in suspensions that are over."""
    rows = await DrawSuspension.select(
        DrawSuspension.suspended_at, DrawSuspension.resumed_at
    ).where((DrawSuspension.draw == session) & DrawSuspension.resumed_at.is_not_null())
    rested = (row["resumed_at"] - max(row["suspended_at"], since) for row in rows)
    return sum((max(one, timedelta()) for one in rested), timedelta())


async def suspensions(session: str) -> list[SuspensionView]:
    """Return all suspensions, oldest first."""
    rows = (
        await DrawSuspension.select()
        .where(DrawSuspension.draw == session)
        .order_by(DrawSuspension.number)
    )
    return [view(row) for row in rows]


async def suspension_view(session: str, number: int) -> SuspensionView:
    """Return one suspension."""
    row = await DrawSuspension.select().where(DrawSuspension.id == f"{session}/{number}").first()
    assert row is not None, "a suspension is missing"
    return view(row)


def account_context(ident: str) -> str:
    """Return the context under which the account of a suspension is encrypted."""
    return f"draw/suspension/{ident}"


def view(row: Mapping[str, Any]) -> SuspensionView:
    """Return a row as it is shown."""
    form, resumed = FORMS[Cause(row["cause"])], row["resumed_at"]
    return SuspensionView(
        draw=row["draw"],
        number=row["number"],
        cause=row["cause"],
        form_zh=form.title_zh,
        form_en=form.title_en,
        suspended_at=to_text(row["suspended_at"]),
        agreed=row["side"],
        form=row["form"],
        resumed_at=to_text(resumed) if resumed else "",
        act=row["act"],
    )


def _suspension(row: Mapping[str, Any]) -> Suspension:
    return Suspension(
        draw=row["draw"],
        number=row["number"],
        cause=Cause(row["cause"]),
        suspended_at=row["suspended_at"],
        side=row["side"],
        person=row["agreed_by"],
        form=row["form"],
        resumed_at=row["resumed_at"],
    )
