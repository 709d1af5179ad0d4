"""How printed records follow from entries: the file by its digest."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from bidding.draw_sheet.facts import SheetPrinted
from bidding.draw_sheet.queries import file_context
from bidding.draw_sheet.tables import DrawSheet
from oversight.keys.directory import ring
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said


def _digest(row: Mapping[str, Any]) -> str:
    """Return the digest of the file that a row keeps."""
    return sha256(ring().fields.open(bytes(row["file"]), file_context(row["id"]))).hexdigest()


COVERAGE: tuple[Coverage, ...] = (
    Covered(
        DrawSheet,
        key=("id",),
        said=("draw", "number", "digest", "person", "act"),
        opened={"whole": lambda row: bool(row["whole"]), "file": _digest},
    ),
)


async def _printed(said: Said, rows: Rows) -> None:
    body = said.body
    rows.put(
        DrawSheet,
        (f"{body['draw']}/{body['number']}",),
        draw=body["draw"],
        number=body["number"],
        whole=body["whole"],
        digest=body["digest"],
        file=body["digest"],
        person=said.opened("person"),
        act=said.logged.act,
    )


REPLAYS: Replays = {SheetPrinted.kind: _printed}
LEAVES_NO_ROW: Mapping[str, str] = {}
