"""Draws made elsewhere."""

from operator import attrgetter
from typing import Any

import msgspec

from bidding.external_draw.rules import DRAW_KNOWN, VERDICT
from bidding.external_draw.schema import CallForm, DocumentForm, ExternalDrawView
from oversight.database import run
from oversight.errors import RuleBroken
from oversight.values.instants import to_text
from oversight.wire import PAGE_LIMIT, Page, page_of, read_cursor


async def external_draw(ident: str) -> ExternalDrawView:
    """Return one recorded draw.

    Raises:
        RuleBroken: DRAW_KNOWN.
    """
    rows = await run("SELECT * FROM external_draw WHERE id = {}", ident)
    if not rows:
        raise RuleBroken(DRAW_KNOWN, needed="the id of a recorded draw")
    return view(rows[0])


async def external_draws(subject: str, cursor: str) -> Page[ExternalDrawView]:
    """Return a page of the draws recorded for a subject (empty: for all), in order of record."""
    after = read_cursor(cursor, str)
    rows = await run(
        "SELECT * FROM external_draw WHERE ({} = '' OR subject = {}) AND id > {}"
        " ORDER BY id LIMIT {}",
        subject,
        subject,
        after[0] if after else "",
        PAGE_LIMIT + 1,
    )
    return page_of([view(row) for row in rows], PAGE_LIMIT, attrgetter("id"))


async def is_recorded(terminal: str, number: str) -> bool:
    """Tell whether the terminal's draw of this number is recorded."""
    found = await run(
        "SELECT id FROM external_draw WHERE terminal = {} AND terminal_number = {}",
        terminal,
        number,
    )
    return bool(found)


def view(row: Any) -> ExternalDrawView:
    """Return a row as it is shown."""
    calls = msgspec.json.decode(row["calls"], type=list[CallForm])
    outcomes: dict[str, int] = {}
    for call in calls:
        outcomes[call.outcome] = outcomes.get(call.outcome, 0) + 1
    return ExternalDrawView(
        row["id"],
        row["act"],
        row["subject"],
        row["application"],
        row["terminal"],
        row["terminal_number"],
        to_text(row["drawn_at"]),
        calls,
        dict(sorted(outcomes.items())),
        row["sealed_list_sha256"],
        DocumentForm(row["form_sha256"], row["form_bytes"], row["form_media_type"]),
        to_text(row["recorded_at"]),
        dict(VERDICT),
    )
