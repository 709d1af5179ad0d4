"""How the rows of committees follow from entries."""

from collections.abc import Mapping

from bidding.committee.facts import Formed
from bidding.committee.tables import Committee, CommitteeLot
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said

_TOLD = ("tender", "body", "number", "predecessor", "rulebook", "size", "representatives")
_OF_LOT = ("tender", "body", "number")

COVERAGE: tuple[Coverage, ...] = (
    Covered(Committee, key=("id",), said=(*_TOLD, "party", "act")),
    Covered(
        CommitteeLot,
        key=("committee", "lot"),
        said=(*_OF_LOT, "act"),
        silent={"id": "a name that nothing refers to: committee and lot tell the row"},
    ),
)


async def _formed(said: Said, rows: Rows) -> None:
    body, ident, act = said.body, said.logged.subject, said.logged.act
    told = {name: body[name] for name in _TOLD}
    rows.put(Committee, (ident,), party=said.actor, act=act, **told)
    for lot in body["lots"]:
        rows.put(CommitteeLot, (ident, lot), act=act, **{name: body[name] for name in _OF_LOT})


REPLAYS: Replays = {Formed.kind: _formed}
LEAVES_NO_ROW: Mapping[str, str] = {}
