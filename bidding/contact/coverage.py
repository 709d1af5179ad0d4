"""How rows of invitations follow from entries."""

from collections.abc import Mapping

from bidding.contact.facts import Invited, Opened, Responded, Tried, TryEnded, Unreached
from bidding.contact.rules import State
from bidding.contact.tables import (
    AnswerSecret,
    Contact,
    Invitation,
    InvitationTry,
    WrongSecret,
)
from oversight.ledger.coverage import (
    Coverage,
    Covered,
    NotCovered,
    Replays,
    Rows,
    Said,
    parts,
)

_TERMS = ("hour", "hours", "region", "person")

COVERAGE: tuple[Coverage, ...] = (
    Covered(Contact, key=("draw",), said=(*_TERMS, "opened_at", "act")),
    Covered(
        Invitation,
        key=("draw", "line"),
        said=("id", "round", "pace", "state", "invited_at", "act"),
    ),
    Covered(
        InvitationTry,
        key=("id",),
        said=(
            "invitation", "round", "number", "channel", "made_at", "outcome", "ended_at", "act",
        ),
        silent={"message": "a random id by which the gateway knows the message, and nobody else"},
    ),
    NotCovered(
        AnswerSecret,
        "digests of secrets that were sent: which answer came is an entry, and which link or code "
        "brought it must not be told",
    ),
    NotCovered(WrongSecret, "counts of wrong links and codes by address, forgotten after a while"),
)  # fmt: skip


def _ident(said: Said) -> str:
    return f"{said.body['draw']}/{said.body['line']}"


async def _opened(said: Said, rows: Rows) -> None:
    rows.put(
        Contact,
        (said.body["draw"],),
        opened_at=said.at,
        act=said.logged.act,
        **parts(said.opened("terms"), _TERMS),
    )


async def _invited(said: Said, rows: Rows) -> None:
    body = said.body
    rows.put(
        Invitation,
        (body["draw"], body["line"]),
        id=_ident(said),
        round=body["round"],
        pace=said.opened("pace"),
        state=State.OPEN.value,
        invited_at=said.at,
        act=said.logged.act,
    )


async def _tried(said: Said, rows: Rows) -> None:
    body, ident = said.body, _ident(said)
    rows.put(
        InvitationTry,
        (f"{ident}/{body['number']}",),
        invitation=ident,
        round=body["round"],
        number=body["number"],
        channel=said.opened("channel"),
        made_at=said.at,
        outcome="",
        ended_at=None,
        act=said.logged.act,
    )


async def _try_ended(said: Said, rows: Rows) -> None:
    body = said.body
    rows.change(
        InvitationTry,
        (f"{_ident(said)}/{body['number']}",),
        outcome=body["outcome"],
        ended_at=said.at,
    )


async def _responded(said: Said, rows: Rows) -> None:
    body = said.body
    rows.change(Invitation, (body["draw"], body["line"]), state=body["response"])


async def _unreached(said: Said, rows: Rows) -> None:
    body = said.body
    rows.change(Invitation, (body["draw"], body["line"]), state=State.UNREACHED.value)


REPLAYS: Replays = {
    Opened.kind: _opened,
    Invited.kind: _invited,
    Tried.kind: _tried,
    TryEnded.kind: _try_ended,
    Responded.kind: _responded,
    Unreached.kind: _unreached,
}
LEAVES_NO_ROW: Mapping[str, str] = {}
