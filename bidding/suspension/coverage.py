"""How the rows of suspensions follow from entries."""

from collections.abc import Mapping

from bidding.suspension.facts import Resumed, ResumptionAgreed, Suspended
from bidding.suspension.queries import account_context
from bidding.suspension.tables import DrawSuspension
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said, parts, sealed

_AGREEMENT = ("side", "agreed_by", "agreement", "form")

COVERAGE: tuple[Coverage, ...] = (
    Covered(
        DrawSuspension,
        key=("draw", "number"),
        said=(
            "id", "cause", "person", "suspended_at", *_AGREEMENT, "resumed_by", "resumed_at",
            "resumption", "act",
        ),
        opened={"account": sealed("account", account_context, "id", bytes.decode)},
    ),
)  # fmt: skip


async def _suspended(said: Said, rows: Rows) -> None:
    draw, number = said.body["draw"], said.body["number"]
    rows.put(
        DrawSuspension,
        (draw, number),
        id=f"{draw}/{number}",
        suspended_at=said.at,
        resumed_by="",
        resumed_at=None,
        resumption="",
        act=said.logged.act,
        **parts(said.opened("details"), ("cause", "account", "person")),
        **dict.fromkeys(_AGREEMENT, ""),
    )


async def _agreed(said: Said, rows: Rows) -> None:
    rows.change(
        DrawSuspension,
        (said.body["draw"], said.body["number"]),
        side=said.body["side"],
        agreed_by=said.opened("person"),
        agreement=said.logged.act,
        form=said.body["form"],
    )


async def _resumed(said: Said, rows: Rows) -> None:
    rows.change(
        DrawSuspension,
        (said.body["draw"], said.body["number"]),
        resumed_by=said.opened("person"),
        resumed_at=said.at,
        resumption=said.logged.act,
    )


REPLAYS: Replays = {
    Suspended.kind: _suspended,
    ResumptionAgreed.kind: _agreed,
    Resumed.kind: _resumed,
}
LEAVES_NO_ROW: Mapping[str, str] = {}
