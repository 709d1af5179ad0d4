"""How the rows of imported files follow from entries; the experts are the pool's own entries."""

from collections.abc import Mapping

from bidding.intake.facts import Imported
from bidding.intake.tables import Intake
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said

COVERAGE: tuple[Coverage, ...] = (
    Covered(
        Intake,
        key=("act",),
        said=("id", "sha256", "bytes", "lines", "taken", "skipped", "imported_at"),
    ),
)


async def _imported(said: Said, rows: Rows) -> None:
    body = said.body
    rows.put(
        Intake,
        (said.logged.act,),
        sha256=body["file"]["sha256"],
        bytes=body["file"]["bytes"],
        lines=body["lines"],
        taken=body["taken"],
        skipped=body["skipped"],
        imported_at=said.at,
        **({"id": body["intake"]} if body.get("intake") else {}),
    )


REPLAYS: Replays = {Imported.kind: _imported}
LEAVES_NO_ROW: Mapping[str, str] = {}
