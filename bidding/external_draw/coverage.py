"""How the rows of draws made elsewhere follow from entries."""

from collections.abc import Mapping

from bidding.external_draw.facts import Recorded
from bidding.external_draw.tables import ExternalDraw
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said, as_json
from oversight.values.instants import from_text, to_micro_text

_FORM = ("sha256", "bytes", "media_type")

COVERAGE: tuple[Coverage, ...] = (
    Covered(
        ExternalDraw,
        key=("id",),
        said=(
            "subject", "application", "terminal", "terminal_number", "drawn_at",
            "sealed_list_sha256", "form_sha256", "form_bytes", "form_media_type", "recorded_at",
            "act",
        ),
        opened={"calls": as_json("calls")},
    ),
)  # fmt: skip


async def _recorded(said: Said, rows: Rows) -> None:
    body = said.body
    rows.put(
        ExternalDraw,
        (body["draw"],),
        subject=said.logged.subject,
        terminal=body["terminal"],
        drawn_at=to_micro_text(from_text(body["drawn_at"])),
        sealed_list_sha256=body["sealed_list"],
        recorded_at=said.at,
        act=said.logged.act,
        **{name: said.opened(name) for name in ("application", "terminal_number", "calls")},
        **{f"form_{name}": body["form"][name] for name in _FORM},
    )


REPLAYS: Replays = {Recorded.kind: _recorded}
LEAVES_NO_ROW: Mapping[str, str] = {}
