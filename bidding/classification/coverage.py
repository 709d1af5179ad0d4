"""How the rows of imported lists follow from entries: whole lists, by a digest over their codes."""

from collections.abc import Mapping, Sequence
from typing import Any

from bidding.classification.facts import Imported
from bidding.classification.rules import Code, digest_of
from bidding.classification.tables import CodeList, CodeRow
from oversight.ledger.coverage import (
    NOT_TOLD,
    Coverage,
    Covered,
    CoveredTogether,
    Replays,
    Rows,
    Said,
)

_CODE = ("code", "name", "parent", "valid_from", "valid_to", "confidence")


def _digest(rows: Sequence[Mapping[str, Any]]) -> str:
    return digest_of(Code(*(row[column] for column in _CODE)) for row in rows)


COVERAGE: tuple[Coverage, ...] = (
    Covered(
        CodeList,
        key=("act",),
        said=("id", "kind", "version", "source", "sha256", "imported_at"),
    ),
    CoveredTogether(CodeRow, key=("list_id",), order=("code",), columns=_CODE, digest=_digest),
)


async def _imported(said: Said, rows: Rows) -> None:
    body, act = said.body, said.logged.act
    told = {"id": body["list_id"]} if body.get("list_id") else {}
    rows.put(
        CodeList,
        (act,),
        kind=body["list"],
        version=body["version"],
        source=body["source"],
        sha256=body["file"]["sha256"],
        imported_at=said.at,
        **told,
    )
    if told:
        rows.whole(CodeRow, (body["list_id"],), body["digest"])
        return
    async for row in rows.found(CodeList, act=act):
        rows.whole(CodeRow, (row["id"],), NOT_TOLD)


REPLAYS: Replays = {Imported.kind: _imported}
LEAVES_NO_ROW: Mapping[str, str] = {}
