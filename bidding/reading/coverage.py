"""How readings follow from entries: a day as a whole, once its digest is on the log."""

from collections.abc import Mapping, Sequence
from typing import Any

from bidding.reading.facts import Digested
from bidding.reading.queries import read
from bidding.reading.rules import digest_of
from bidding.reading.tables import Reading, ReadingDigest
from oversight.ledger.coverage import Coverage, Covered, CoveredTogether, Replays, Rows, Said


def _digest(rows: Sequence[Mapping[str, Any]]) -> str:
    return digest_of(read(row) for row in rows)


COVERAGE: tuple[Coverage, ...] = (
    CoveredTogether(
        Reading,
        key=("day",),
        order=("id",),
        columns=("id", "expert", "party", "person", "fields", "purpose", "at"),
        digest=_digest,
        later="a day's readings are digested when the day is over",
    ),
    Covered(ReadingDigest, key=("day",), said=("readings", "sha256", "act")),
)


async def _digested(said: Said, rows: Rows) -> None:
    body = said.body
    rows.put(
        ReadingDigest,
        (body["day"],),
        readings=body["readings"],
        sha256=body["sha256"],
        act=said.logged.act,
    )
    rows.whole(Reading, (body["day"],), body["sha256"])


REPLAYS: Replays = {Digested.kind: _digested}
LEAVES_NO_ROW: Mapping[str, str] = {}
