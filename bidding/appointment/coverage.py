"""How rows of appointments follow from entries."""

from collections.abc import Mapping

import msgspec

from bidding.appointment.facts import Appointed, Asked, Refused
from bidding.appointment.queries import terms_context
from bidding.appointment.rules import AppointmentState
from bidding.appointment.tables import Appointment
from oversight.ledger.coverage import (
    Coverage,
    Covered,
    Replay,
    Replays,
    Rows,
    Said,
    if_told,
    sealed,
)

_DECISION = ("approver", "approver_party", "decided")

COVERAGE: tuple[Coverage, ...] = (
    Covered(
        Appointment,
        key=("id",),
        said=("committee", "ground", "draw", "seats", "party", "person", "state", "act",
              *_DECISION),
        opened={"terms": sealed("terms", terms_context, "id", msgspec.json.decode)},
    ),
)  # fmt: skip


async def _asked(said: Said, rows: Rows) -> None:
    body, terms = said.body, said.opened("terms")
    rows.put(
        Appointment,
        (body["appointment"],),
        committee=said.logged.subject,
        ground=body["ground"],
        draw=body["draw"],
        seats=if_told(terms, lambda told: len(told["experts"])),
        terms=terms,
        party=said.actor,
        person=said.opened("person"),
        state=AppointmentState.ASKED.value,
        act=said.logged.act,
        **dict.fromkeys(_DECISION, ""),
    )


def _becomes(state: AppointmentState) -> Replay:
    async def replay(said: Said, rows: Rows) -> None:
        rows.change(
            Appointment,
            (said.body["appointment"],),
            state=state.value,
            approver=said.opened("person"),
            approver_party=said.actor,
            decided=said.logged.act,
        )

    return replay


REPLAYS: Replays = {
    Asked.kind: _asked,
    Appointed.kind: _becomes(AppointmentState.APPOINTED),
    Refused.kind: _becomes(AppointmentState.REFUSED),
}
LEAVES_NO_ROW: Mapping[str, str] = {}
