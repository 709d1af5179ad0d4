"""What fees follow from, and statements that were made. No name is read here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from bidding.ceremony.tables import CeremonyConclusion
from bidding.draw import queries as draws
from bidding.fee.rules import FEES_DUE, FEES_KNOWN, Statement, Worked
from bidding.fee.tables import FeeStatement
from bidding.sign_in import queries as doors
from oversight.errors import RuleBroken
from oversight.keys.directory import ring


async def worked(session: str) -> list[Worked]:
    """Return every expert who came through the door, with his times and his line's last code.

    Raises:
        RuleBroken: FEES_DUE, before the evaluation is concluded.
    """
    ended = await CeremonyConclusion.select().where(CeremonyConclusion.draw == session).first()
    if ended is None:
        raise RuleBroken(FEES_DUE, needed="the conclusion of the evaluation")
    times: dict[tuple[str, int], list[tuple[datetime, datetime]]] = {}
    for row in await doors.visits(session):
        if row["line"] is not None:
            out = row["departed_at"] or max(ended["ended_at"], row["arrived_at"])
            times.setdefault((row["draw"], row["line"]), []).append((row["arrived_at"], out))
    codes = {draw: await draws.lines(draw) for draw in {draw for draw, _ in times}}
    return [
        Worked(draw, line, codes[draw][line].outcomes[-1], tuple(visits))
        for (draw, line), visits in sorted(times.items())
    ]


async def count(session: str) -> int:
    """Return how many statements of a session were made."""
    return int(await FeeStatement.count().where(FeeStatement.draw == session))


async def statement(session: str, number: int) -> tuple[Statement, Mapping[str, Any]]:
    """Return a statement, and its row.

    Raises:
        RuleBroken: FEES_KNOWN.
    """
    row = await FeeStatement.select().where(FeeStatement.id == f"{session}/{number}").first()
    if row is None:
        raise RuleBroken(FEES_KNOWN, needed="a number of this evaluation's statements")
    return opened(row), dict(row)


def opened(row: Mapping[str, Any]) -> Statement:
    """Return what a row keeps."""
    plain = ring().fields.open(bytes(row["statement"]), statement_context(row["id"]))
    return msgspec.json.decode(plain, type=Statement)


def statement_context(ident: str) -> str:
    """Return the context under which a statement is encrypted."""
    return f"fee/{ident}"
