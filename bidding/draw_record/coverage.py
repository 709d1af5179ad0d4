"""How requests for the auditor's file follow from entries."""

from collections.abc import Mapping

from bidding.draw_record.facts import AuditorFileReleased, AuditorFileRequested
from bidding.draw_record.tables import AuditorFileRelease
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said

_APPROVAL = ("approver", "approver_party", "approval")

COVERAGE: tuple[Coverage, ...] = (
    Covered(AuditorFileRelease, key=("draw",), said=("party", "person", "act", *_APPROVAL)),
)


async def _requested(said: Said, rows: Rows) -> None:
    rows.put(
        AuditorFileRelease,
        (said.body["draw"],),
        party=said.actor,
        person=said.opened("person"),
        act=said.logged.act,
        **dict.fromkeys(_APPROVAL, ""),
    )


async def _released(said: Said, rows: Rows) -> None:
    rows.change(
        AuditorFileRelease,
        (said.body["draw"],),
        approver=said.opened("person"),
        approver_party=said.actor,
        approval=said.logged.act,
    )


REPLAYS: Replays = {AuditorFileRequested.kind: _requested, AuditorFileReleased.kind: _released}
LEAVES_NO_ROW: Mapping[str, str] = {}
