"""How fee statements follow from entries: through what their commitments conceal."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bidding.fee.facts import FeesStated
from bidding.fee.queries import opened
from bidding.fee.tables import FeeStatement
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said


def _statement(row: Mapping[str, Any]) -> object:
    return msgspec.to_builtins(opened(row))


COVERAGE: tuple[Coverage, ...] = (
    Covered(
        FeeStatement,
        key=("id",),
        said=("draw", "number", "person", "act"),
        opened={"statement": _statement},
    ),
)


async def _stated(said: Said, rows: Rows) -> None:
    draw, number = said.body["draw"], said.body["number"]
    rows.put(
        FeeStatement,
        (f"{draw}/{number}",),
        draw=draw,
        number=number,
        statement=said.opened("statement"),
        person=said.opened("person"),
        act=said.logged.act,
    )


REPLAYS: Replays = {FeesStated.kind: _stated}
LEAVES_NO_ROW: Mapping[str, str] = {}
