"""What experts declared."""

from typing import Any

from bidding.recusal.rules import DECLARATION_KNOWN, SOURCES, RecusalGround
from bidding.recusal.schema import AbsenceView, Declarations, RecusalView
from bidding.roster import queries as roster
from oversight.database import run
from oversight.errors import RuleBroken
from oversight.values.instants import to_text

TABLES = ("recusal", "absence")


async def declarations(expert: str) -> Declarations:
    """Return all that an expert declared, lifted or not.

    Raises:
        RuleBroken: EXPERT_KNOWN.
    """
    await roster.expert(expert)
    recusals = await run("SELECT * FROM recusal WHERE expert = {} ORDER BY id", expert)
    absences = await run("SELECT * FROM absence WHERE expert = {} ORDER BY id", expert)
    return Declarations([_recusal(row) for row in recusals], [_absence(row) for row in absences])


async def standing(ident: str) -> tuple[str, str]:
    """Return the table and the expert of a declaration that still holds.

    Raises:
        RuleBroken: DECLARATION_KNOWN.
    """
    for table in TABLES:
        rows = await run(
            f"SELECT expert FROM {table} WHERE id = {{}} AND lifted_at IS NULL",  # noqa: S608
            ident,
        )
        if rows:
            return table, str(rows[0]["expert"])
    raise RuleBroken(DECLARATION_KNOWN, needed="the id of a declaration that holds")


def _recusal(row: Any) -> RecusalView:
    return RecusalView(
        row["id"],
        row["ground"],
        SOURCES[RecusalGround(row["ground"])],
        row["uscc"],
        row["name"],
        row["subject"],
        to_text(row["declared_at"]),
        to_text(row["lifted_at"]) if row["lifted_at"] else "",
    )


def _absence(row: Any) -> AbsenceView:
    return AbsenceView(
        row["id"],
        row["begins"].isoformat(),
        row["ends"].isoformat(),
        to_text(row["declared_at"]),
        to_text(row["lifted_at"]) if row["lifted_at"] else "",
    )
