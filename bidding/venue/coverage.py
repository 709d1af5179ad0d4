"""How the rows of room plans follow from entries."""

from collections.abc import Mapping

from bidding.venue.facts import Planned
from bidding.venue.tables import VenuePlan
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said, as_json, parts

COVERAGE: tuple[Coverage, ...] = (
    Covered(
        VenuePlan,
        key=("draw", "number"),
        said=("id", "person", "act"),
        opened={"plan": as_json("plan")},
    ),
)


async def _planned(said: Said, rows: Rows) -> None:
    draw, number = said.body["draw"], said.body["number"]
    rows.put(
        VenuePlan,
        (draw, number),
        id=f"{draw}/{number}",
        act=said.logged.act,
        **parts(said.opened("plan"), ("plan", "person")),
    )


REPLAYS: Replays = {Planned.kind: _planned}
LEAVES_NO_ROW: Mapping[str, str] = {}
