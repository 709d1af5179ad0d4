"""How rows of concealed values follow from entries, and which rows the log itself consists of."""

from collections.abc import Mapping

from oversight.custody.facts import KeyPublished, KeyRetired, PayloadErased
from oversight.ledger.coverage import Covered, Replays, Rows, Said
from oversight.ledger.tables import Payload

COVERAGE = (
    Covered(
        Payload,
        key=("act", "n", "field"),
        said=("erased_at",),
        proved={
            "salt": "with the value it makes the commitment in the entry, until it is erased",
            "value": "it opens, and makes the commitment in the entry, until it is erased",
        },
        where=lambda row: None in (row["salt"], row["value"]) or row["erased_at"] is not None,
    ),
)


async def _erased(said: Said, rows: Rows) -> None:
    for field in said.body["fields"]:
        rows.put(Payload, (said.body["act"], said.body["n"], field), erased_at=said.at)


REPLAYS: Replays = {PayloadErased.kind: _erased}
_FOUND = "the entry is all there is: it is found by its subject"
_FOUND = "the entry is all there is: it is found by its subject"
LEAVES_NO_ROW: Mapping[str, str] = {KeyPublished.kind: _FOUND, KeyRetired.kind: _FOUND}
