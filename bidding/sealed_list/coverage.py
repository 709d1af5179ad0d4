"""How the rows of sealed lists follow from entries: what is sealed, through its digest."""

from collections.abc import Mapping
from typing import Any

from bidding.sealed_list.facts import ListOpened, ListSealed
from bidding.sealed_list.queries import opened
from bidding.sealed_list.rules import list_digest
from bidding.sealed_list.tables import SealedList
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said, parts
from oversight.values.digests import unhex


def _digest(row: Mapping[str, Any]) -> str:
    salt, members = opened(row)
    return list_digest(unhex(salt, 32), members)


COVERAGE: tuple[Coverage, ...] = (
    Covered(
        SealedList,
        key=("session", "number"),
        said=(
            "id", "digest", "person", "sealed_at", "reason", "opened_by", "opened_at",
            "opening", "act",
        ),
        opened={"members": _digest},
    ),
)  # fmt: skip


async def _sealed(said: Said, rows: Rows) -> None:
    session, number = said.body["draw"], said.body["number"]
    rows.put(
        SealedList,
        (session, number),
        id=f"{session}/{number}",
        digest=said.body["digest"],
        members=said.body["digest"],
        person=said.opened("person"),
        sealed_at=said.at,
        reason="",
        opened_by="",
        opened_at=None,
        opening="",
        act=said.logged.act,
    )


async def _opened(said: Said, rows: Rows) -> None:
    told = parts(said.opened("details"), ("reason", "person"))
    rows.change(
        SealedList,
        (said.body["draw"], said.body["number"]),
        reason=told["reason"],
        opened_by=told["person"],
        opened_at=said.at,
        opening=said.logged.act,
    )


REPLAYS: Replays = {ListSealed.kind: _sealed, ListOpened.kind: _opened}
LEAVES_NO_ROW: Mapping[str, str] = {}
