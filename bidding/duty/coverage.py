"""How the rows of duty follow from entries."""

from collections.abc import Mapping

from bidding.duty.facts import Cancelled, HandedOver, Planned
from bidding.duty.rules import ShiftState
from bidding.duty.tables import DutyShift
from oversight.ledger.coverage import Coverage, Covered, Replay, Replays, Rows, Said
from oversight.values.instants import from_text, to_micro_text

COVERAGE: tuple[Coverage, ...] = (
    Covered(
        DutyShift,
        key=("id",),
        said=("party", "person", "deputy", "starts", "ends", "state", "planner", "act"),
    ),
)


async def _planned(said: Said, rows: Rows) -> None:
    body = said.body
    rows.put(
        DutyShift,
        (body["shift"],),
        party=said.logged.subject,
        starts=to_micro_text(from_text(body["starts"])),
        ends=to_micro_text(from_text(body["ends"])),
        state=ShiftState.PLANNED.value,
        act=said.logged.act,
        **{name: said.opened(name) for name in ("person", "deputy", "planner")},
    )


def _becomes(state: ShiftState) -> Replay:
    async def replay(said: Said, rows: Rows) -> None:
        rows.change(DutyShift, (said.body["shift"],), state=state.value)

    return replay


REPLAYS: Replays = {
    Planned.kind: _planned,
    HandedOver.kind: _becomes(ShiftState.HANDED_OVER),
    Cancelled.kind: _becomes(ShiftState.CANCELLED),
}
LEAVES_NO_ROW: Mapping[str, str] = {}
