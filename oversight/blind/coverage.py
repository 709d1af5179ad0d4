"""How rows of blind entries follow from entries: leaves and pads lead to the logged root."""

from collections.abc import Mapping
from typing import Any

from oversight.blind.facts import BlindLogged, UncountedClosed, UncountedOpened
from oversight.blind.rules import blind_root, leaves_of, unpacked
from oversight.blind.tables import BlindEntry, BlindReceipt, Uncounted
from oversight.ledger.coverage import Coverage, Covered, NotCovered, Replays, Rows, Said


def _root(row: Mapping[str, Any]) -> object:
    return blind_root(leaves_of(bytes(row["seed"]), unpacked(bytes(row["receipts"])))).hex()


COVERAGE: tuple[Coverage, ...] = (
    Covered(Uncounted, key=("id",), said=("what", "opened_at", "opened_act", "closed_act")),
    Covered(
        BlindEntry,
        key=("act",),
        said=(),
        opened={"seed": _root, "receipts": _root},  # together they make the root
        silent={"due": "when the interval began; the entry's own instant says when it was logged"},
    ),
    NotCovered(
        BlindReceipt,
        "what waits, and where to look for the rest: what counts stands in blind_entry, under the "
        "logged root; whoever sent a receipt holds it signed, and misses it if it is dropped",
    ),
)


async def _opened(said: Said, rows: Rows) -> None:
    rows.put(
        Uncounted,
        (said.body["id"],),
        what=said.logged.subject,
        opened_at=said.at,
        opened_act=said.logged.act,
        closed_act=None,
    )


async def _closed(said: Said, rows: Rows) -> None:
    rows.change(Uncounted, (said.body["id"],), closed_act=said.logged.act)


async def _logged(said: Said, rows: Rows) -> None:
    root = said.body["root"]
    rows.put(BlindEntry, (said.logged.act,), seed=root, receipts=root)


REPLAYS: Replays = {
    UncountedOpened.kind: _opened,
    UncountedClosed.kind: _closed,
    BlindLogged.kind: _logged,
}
LEAVES_NO_ROW: Mapping[str, str] = {}
