"""How the rows of representatives follow from entries."""

from collections.abc import Mapping

from bidding.representative.facts import Named, Withdrawn
from bidding.representative.queries import name_context
from bidding.representative.rules import NAMED, WITHDRAWN
from bidding.representative.tables import Representative
from bidding.roster.queries import name_index
from oversight.ledger.coverage import (
    Coverage,
    Covered,
    Replays,
    Rows,
    Said,
    if_told,
    parts,
    sealed,
)

_TOLD = ("id_index", "letter", "declaration", "person")


def _index(name: bytes) -> str:
    return name_index(name.decode()).hex()


COVERAGE: tuple[Coverage, ...] = (
    Covered(
        Representative,
        key=("id",),
        said=("draw", *_TOLD, "state", "act"),
        opened={"sealed_name": sealed("sealed_name", name_context, "id", _index)},
    ),
)


async def _named(said: Said, rows: Rows) -> None:
    details = said.opened("details")
    rows.put(
        Representative,
        (said.body["representative"],),
        draw=said.body["draw"],
        sealed_name=if_told(details, lambda told: told["name_index"]),
        state=NAMED,
        act=said.logged.act,
        **parts(details, _TOLD),
    )


async def _withdrawn(said: Said, rows: Rows) -> None:
    rows.change(Representative, (said.body["representative"],), state=WITHDRAWN)


REPLAYS: Replays = {Named.kind: _named, Withdrawn.kind: _withdrawn}
LEAVES_NO_ROW: Mapping[str, str] = {}
