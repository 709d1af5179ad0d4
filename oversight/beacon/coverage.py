"""How the rows of rounds follow from entries."""

from collections.abc import Mapping

from oversight.beacon.facts import RoundStored
from oversight.beacon.tables import BeaconRound
from oversight.ledger.coverage import Covered, Replays, Rows, Said

COVERAGE = (Covered(BeaconRound, key=("chain", "round"), said=("id", "signature", "act")),)


async def _stored(said: Said, rows: Rows) -> None:
    chain, number = said.body["chain"], said.body["round"]
    rows.put(
        BeaconRound,
        (chain, number),
        id=f"{chain}/{number}",
        signature=said.body["signature"],
        act=said.logged.act,
    )


REPLAYS: Replays = {RoundStored.kind: _stored}
LEAVES_NO_ROW: Mapping[str, str] = {}
