"""Questions about duty."""

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from bidding.duty.rules import SHIFT_KNOWN, Shift, ShiftState
from bidding.duty.schema import ShiftView
from bidding.duty.tables import DutyShift
from oversight.ambient import Clock, utc_now
from oversight.errors import RuleBroken
from oversight.identity import queries as identity
from oversight.values.instants import to_text
from oversight.wire import PAGE_LIMIT, Page, page_of, read_cursor


async def on_duty(party: str, at: datetime) -> list[Shift]:
    """Return the shifts of an office that run at an instant, the one that began first, first.

    Each tells who is on duty (`on_duty()`) and who stands in; none: nobody was planned.
    """
    rows = (
        await DutyShift.select()
        .where(
            (DutyShift.party == party)
            & (DutyShift.starts <= at)
            & (DutyShift.ends > at)
            & (DutyShift.state != ShiftState.CANCELLED.value)
        )
        .order_by(DutyShift.starts)
        .order_by(DutyShift.id)
    )
    return [_shift(row) for row in rows]


async def on_duty_now(party: str, clock: Clock = utc_now) -> list[ShiftView]:
    """Return the running shifts of an office as they are shown."""
    return [await view(one.id) for one in await on_duty(party, clock())]


async def shift(ident: str, party: str | None = None) -> Shift:
    """Return a shift, of one office if it is given.

    Raises:
        RuleBroken: SHIFT_KNOWN.
    """
    found = _shift(await _row(ident))
    if party is not None and found.party != party:
        raise RuleBroken(SHIFT_KNOWN, needed="a shift of one's own office")
    return found


async def shifts(party: str, cursor: str = "") -> Page[ShiftView]:
    """Return a page of an office's shifts, newest planned first; of all where `party` is empty."""
    query = DutyShift.select().order_by(DutyShift.id, ascending=False).limit(PAGE_LIMIT + 1)
    if party:
        query = query.where(DutyShift.party == party)
    if after := read_cursor(cursor, str):
        query = query.where(DutyShift.id < after[0])
    return page_of([await _view(row) for row in await query], PAGE_LIMIT, attrgetter("id"))


async def view(ident: str) -> ShiftView:
    """Return a shift as it is shown; raises as `shift`."""
    return await _view(await _row(ident))


async def _row(ident: str) -> Mapping[str, Any]:
    row = await DutyShift.select().where(DutyShift.id == ident).first()
    if row is None:
        raise RuleBroken(SHIFT_KNOWN, needed="the id that planning gave")
    return dict(row)


def _shift(row: Mapping[str, Any]) -> Shift:
    names = ("id", "party", "person", "deputy", "starts", "ends")
    return Shift(**{name: row[name] for name in names}, state=ShiftState(row["state"]))


async def _view(row: Mapping[str, Any]) -> ShiftView:
    one = _shift(row)
    return ShiftView(
        id=one.id,
        party=one.party,
        person=one.person,
        person_name=(await identity.person(one.person)).name,
        deputy=one.deputy,
        deputy_name=(await identity.person(one.deputy)).name,
        starts=to_text(one.starts),
        ends=to_text(one.ends),
        state=one.state.value,
        on_duty=one.on_duty(),
        act=row["act"],
    )
