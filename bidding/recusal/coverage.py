"""How declared recusals and absences follow from entries."""

from collections.abc import Mapping

from bidding.recusal.facts import AbsenceDeclared, Declared, Lifted
from bidding.recusal.tables import Absence, Recusal
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said, if_told, parts
from oversight.values.names import normalise_name

_ORGANISATION = ("uscc", "name", "subject")

COVERAGE: tuple[Coverage, ...] = (
    Covered(
        Recusal,
        key=("id",),
        said=("expert", "ground", *_ORGANISATION, "plain", "declared_at", "lifted_at", "act"),
    ),
    Covered(
        Absence,
        key=("id",),
        said=("expert", "begins", "ends", "declared_at", "lifted_at", "act"),
    ),
)


async def _declared(said: Said, rows: Rows) -> None:
    against = said.opened("against")
    rows.put(
        Recusal,
        (said.body["declaration"],),
        expert=said.logged.subject,
        ground=said.body["ground"],
        plain=if_told(against, lambda told: normalise_name(told["name"])),
        declared_at=said.at,
        lifted_at=None,
        act=said.logged.act,
        **parts(against, _ORGANISATION),
    )


async def _absence_declared(said: Said, rows: Rows) -> None:
    rows.put(
        Absence,
        (said.body["declaration"],),
        expert=said.logged.subject,
        declared_at=said.at,
        lifted_at=None,
        act=said.logged.act,
        **parts(said.opened("period"), ("begins", "ends")),
    )


async def _lifted(said: Said, rows: Rows) -> None:
    declaration = said.body["declaration"]
    recusal = await _made_by(said, Declared.kind, declaration)
    rows.change(Recusal if recusal else Absence, (declaration,), lifted_at=said.at)


async def _made_by(said: Said, kind: str, declaration: str) -> bool:
    """Tell whether an earlier entry of this kind made the declaration."""
    earlier = await said.before(kind, said.logged.subject)
    while earlier is not None and earlier.body["declaration"] != declaration:
        earlier = await earlier.before(kind, said.logged.subject)
    return earlier is not None


REPLAYS: Replays = {
    Declared.kind: _declared,
    AbsenceDeclared.kind: _absence_declared,
    Lifted.kind: _lifted,
}
LEAVES_NO_ROW: Mapping[str, str] = {}
