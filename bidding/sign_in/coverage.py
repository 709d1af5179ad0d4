"""How the rows of the door follow from entries."""

from collections.abc import Mapping

from bidding.sign_in.facts import Arrived, Departed, TurnedAway
from bidding.sign_in.tables import TurnedAwayCard, Visit
from oversight.ledger.coverage import Coverage, Covered, Replays, Rows, Said, parts

_DETAILS = ("draw", "line", "representative", "site", "room", "method", "reference", "person")

COVERAGE: tuple[Coverage, ...] = (
    Covered(
        Visit,
        key=("session", "number"),
        said=("id", *_DETAILS, "arrived_at", "departed_at", "clerk_out", "departure", "act"),
    ),
    Covered(
        TurnedAwayCard,
        key=("session", "number"),
        said=("id", "cause", "party", "person", "at", "act"),
    ),
)


async def _arrived(said: Said, rows: Rows) -> None:
    session, number = said.body["draw"], said.body["visit"]
    rows.put(
        Visit,
        (session, number),
        id=f"{session}/{number}",
        arrived_at=said.at,
        departed_at=None,
        clerk_out="",
        departure="",
        act=said.logged.act,
        **parts(said.opened("details"), _DETAILS),
    )


async def _departed(said: Said, rows: Rows) -> None:
    rows.change(
        Visit,
        (said.body["draw"], said.body["visit"]),
        departed_at=said.at,
        clerk_out=said.opened("person"),
        departure=said.logged.act,
    )


async def _turned_away(said: Said, rows: Rows) -> None:
    session, number = said.body["draw"], said.body["number"]
    rows.put(
        TurnedAwayCard,
        (session, number),
        id=f"{session}/{number}",
        at=said.at,
        act=said.logged.act,
        **parts(said.opened("details"), ("cause", "party", "person")),
    )


REPLAYS: Replays = {
    Arrived.kind: _arrived,
    Departed.kind: _departed,
    TurnedAway.kind: _turned_away,
}
LEAVES_NO_ROW: Mapping[str, str] = {}
