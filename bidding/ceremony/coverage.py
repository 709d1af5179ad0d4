"""How the rows of the day follow from entries."""

from collections.abc import Mapping

from bidding.ceremony.facts import Concluded, HeadElected, RecordingWitnessed
from bidding.ceremony.queries import remarks_context, statement_context
from bidding.ceremony.tables import CeremonyConclusion, CeremonyRecording, CommitteeHead
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said, parts, sealed

_RECORDED = ("place", "started_at", "ended_at", "statement", "person")
_HEAD = ("of", "line", "representative", "person")

COVERAGE: tuple[Coverage, ...] = (
    Covered(
        CeremonyRecording,
        key=("draw", "number"),
        said=("id", "recording", "place", "started_at", "ended_at", "person", "act"),
        opened={"statement": sealed("statement", statement_context, "id", bytes.decode)},
    ),
    Covered(CommitteeHead, key=("draw", "number"), said=("id", *_HEAD, "act")),
    Covered(
        CeremonyConclusion,
        key=("draw",),
        said=("ended_at", "person", "act"),
        opened={"remarks": sealed("remarks", remarks_context, "draw", bytes.decode)},
    ),
)


async def _recorded(said: Said, rows: Rows) -> None:
    draw, number = said.body["draw"], said.body["number"]
    rows.put(
        CeremonyRecording,
        (draw, number),
        id=f"{draw}/{number}",
        recording=said.body["recording"],
        act=said.logged.act,
        **parts(said.opened("details"), _RECORDED),
    )


async def _elected(said: Said, rows: Rows) -> None:
    draw, number = said.body["draw"], said.body["number"]
    rows.put(
        CommitteeHead,
        (draw, number),
        id=f"{draw}/{number}",
        act=said.logged.act,
        **parts(said.opened("details"), _HEAD),
    )


async def _concluded(said: Said, rows: Rows) -> None:
    rows.put(
        CeremonyConclusion,
        (said.body["draw"],),
        ended_at=said.at,
        act=said.logged.act,
        **parts(said.opened("details"), ("remarks", "person")),
    )


REPLAYS: Replays = {
    RecordingWitnessed.kind: _recorded,
    HeadElected.kind: _elected,
    Concluded.kind: _concluded,
}
LEAVES_NO_ROW: Mapping[str, str] = {}
