"""How proposals, answers and the lines that follow from them are told by entries.

A walk is made anew after every answer, from what the draw fixed: nothing stored is believed.
"""

from collections.abc import Mapping

import msgspec

from bidding.answer.facts import Dismissed, Proposed
from bidding.answer.queries import evidence_context
from bidding.answer.rules import Cause, ProposalState
from bidding.answer.tables import DrawAnswer, DrawProposal
from bidding.draw.coverage import put_step
from bidding.draw.facts import Answered
from bidding.draw.tables import DrawLine
from bidding.sealing.rules import evidence_digest
from bidding.terminal.coverage import Walked, answers_given, put_lines, walk_after
from oversight.errors import RuleBroken
from oversight.ledger.coverage import NOT_TOLD, Coverage, Covered, Replays, Rows, Said, sealed
from oversight.values.digests import unhex


def _evidence(plain: bytes) -> str:
    opened = msgspec.json.decode(plain)
    return evidence_digest(unhex(opened["salt"], 32), opened["record"]).hex()


COVERAGE: tuple[Coverage, ...] = (
    Covered(
        DrawProposal,
        key=("evidence",),
        said=("id", "draw", "line", "outcome", "cause", "state", "person", "act"),
        opened={"record": sealed("record", evidence_context, "id", _evidence)},
    ),
    Covered(
        DrawAnswer,
        key=("act",),
        said=(
            "id", "draw", "number", "line", "outcome", "evidence", "lines", "countersigner",
            "signature", "person",
        ),
    ),
)  # fmt: skip


async def _proposed(said: Said, rows: Rows) -> None:
    body = said.body
    by_expert = said.actor == Cause.EXPERT.value
    rows.put(
        DrawProposal,
        (body["evidence"],),
        id=body["proposal"],
        draw=body["draw"],
        line=body["line"],
        outcome=body["outcome"],
        record=body["evidence"],
        cause=(Cause.EXPERT if by_expert else Cause.HOUSE).value,
        state=ProposalState.WAITING.value,
        person=said.opened("person") if body.get("person") else "",
        act=said.logged.act,
    )


async def _dismissed(said: Said, rows: Rows) -> None:
    rows.change(DrawProposal, (said.body["evidence"],), state=ProposalState.WITHDRAWN.value)


async def _answered(said: Said, rows: Rows) -> None:
    body, draw = said.body, said.body["draw"]
    await put_step(said, rows)
    rows.change(DrawProposal, (body["evidence"],), state=ProposalState.COUNTERSIGNED.value)
    drawn, given = await answers_given(said)
    walked = None if drawn is None else await _walked(drawn, rows, given)
    before = None if drawn is None else await _walked(drawn, rows, given[:-1])
    rows.put(
        DrawAnswer,
        (said.logged.act,),
        id=f"{draw}/{len(given) - 1}",
        draw=draw,
        number=len(given) - 1,
        lines=NOT_TOLD if before is None else len(before),
        person=said.opened("person") if body.get("person") else "",
        **{name: body[name] for name in _REPEATED},
    )
    if walked is None:
        rows.untold(DrawLine, draw=draw)
    else:
        put_lines(rows, draw, walked)


_REPEATED = ("line", "outcome", "evidence", "countersigner", "signature")


async def _walked(drawn: Said, rows: Rows, given: list[tuple[int, str]]) -> Walked | None:
    """Return the walk after these answers; None where an entry answers what nobody could."""
    try:
        return await walk_after(drawn, rows, given)
    except RuleBroken:
        return None


REPLAYS: Replays = {
    Proposed.kind: _proposed,
    Dismissed.kind: _dismissed,
    Answered.kind: _answered,
}
LEAVES_NO_ROW: Mapping[str, str] = {}
