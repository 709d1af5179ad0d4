"""Questions about answers: proposals, seats by number and state, and the walk carried on."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from bidding.answer.rules import (
    PROPOSAL_KNOWN,
    Cause,
    LineState,
    Proposal,
    ProposalState,
    Seat,
    check_countersigner,
    check_waits,
    seating,
    seats_of_lines,
)
from bidding.answer.schema import EvidenceView, ProposalView, SeatView
from bidding.answer.tables import DrawAnswer, DrawProposal
from bidding.bundle.rules import Request
from bidding.draw import queries as draws
from bidding.draw.rules import Answer, Case
from bidding.draw.tables import DrawResult
from bidding.draw_record.queries import readable
from bidding.lottery.rules import orders, seed_of
from bidding.sealing import queries as sealed
from bidding.supplement import queries as supplements
from bidding.terminal.queries import paths_of, stored_attributes, walk
from bidding.walk.rules import LINE_SEATED, Line
from oversight.authority.rules import TRUSTED_ROLE, Actor, Post
from oversight.database import reading, run
from oversight.errors import RuleBroken
from oversight.keys.directory import ring
from oversight.ledger.effect import effective_size
from oversight.ledger.queries import covered_index_of
from oversight.values.canonical import canonical
from oversight.values.digests import unhex


class Carried(msgspec.Struct, frozen=True):
    """A walk after one more answer."""

    lines: Sequence[Line]  # all of them
    new: Sequence[Line]  # those that the answer appended
    paths: Sequence[Sequence[bytes]]  # of each new line, in its roster's tree


async def carry_on(
    found: Case, request: Request, lines: Sequence[Line], line: int, outcome: str
) -> Carried:
    """Return the walk after one more answer, made anew from what the draw fixed.

    Args:
        lines: the walk as it is stored; nothing else may come of the inputs.
        line: number of the line that is answered.
        outcome: its code.

    Raises:
        AssertionError: what is stored does not follow from the inputs.
    """
    before = await answers(found.id)
    rosters = [await sealed.roster(found.id, place) for place in range(len(request.strata))]
    sizes = {stratum.id: stratum.size for stratum in request.strata}
    ordered = await asyncio.to_thread(orders, await _seed(found.id), sizes)
    attributes = partial(stored_attributes, found.id)
    met = await supplements.met(found.of)
    given = [*before, (line, outcome)]
    walked = await walk(request, ordered, rosters, attributes, before=met, answers=given)
    kept = [*lines[:line], walked[line], *lines[line + 1 :]]
    assert walked[: len(lines)] == kept, "the stored walk is not the one that the inputs give"
    new = walked[len(lines) :]
    return Carried(walked, new, await paths_of(rosters, new) if new else [])


async def _seed(draw: str) -> bytes:
    row = await DrawResult.select().where(DrawResult.draw == draw).first()
    assert row is not None, "a draw that is answered has a result"
    return seed_of(unhex(row["alpha"], 32), unhex(row["beta"], 64))


async def answers(draw: str) -> list[tuple[int, str]]:
    """Return line and code of every answer that counts, oldest first."""
    rows = (
        await DrawAnswer.select(DrawAnswer.line, DrawAnswer.outcome)
        .where(DrawAnswer.draw == draw)
        .order_by(DrawAnswer.number)
    )
    return [(row["line"], row["outcome"]) for row in rows]


async def superseded(draw: str) -> bool:
    """Tell whether a supplement of this draw was sealed: from then on it appends no line."""
    rows = await run(
        "SELECT d.id FROM draw d JOIN draw_step s ON s.draw = d.id"
        " WHERE d.parent = {} AND s.word = 'sealed' LIMIT 1",
        draw,
    )
    return bool(rows)


async def proposal(ident: str) -> Proposal:
    """Return a proposal.

    Raises:
        RuleBroken: PROPOSAL_KNOWN.
    """
    return _proposal(await _row(ident))


async def proposal_view(ident: str) -> ProposalView:
    """Return a proposal as it is shown, without its evidence; raises as `proposal`."""
    return _view(await _row(ident))


async def waiting(draw: str) -> dict[int, Proposal]:
    """Return the proposals that wait for a countersignature, by line."""
    rows = await DrawProposal.select().where(
        (DrawProposal.draw == draw) & (DrawProposal.state == ProposalState.WAITING.value)
    )
    return {row["line"]: _proposal(row) for row in rows}


async def seats(draw: str) -> list[Seat]:
    """Return every seat with its state; none before the draw. Nobody is named.

    Raises:
        RuleBroken: DRAW_EXISTS.
    """
    async with reading():
        found = await draws.case(draw)
        lines = await draws.lines(draw)
        if not lines:
            return []
        counts = [count for _, count in found.strata]
        return seating(counts, lines, await answers(draw), await waiting(draw))


async def line_state(draw: str, line: int) -> LineState:
    """Return one line of the walk as whoever works with its seat meets it.

    Raises:
        RuleBroken: DRAW_EXISTS; LINE_SEATED where the walk has no such line.
    """
    async with reading():
        found = await draws.case(draw)
        lines = await draws.lines(draw)
        if not 0 <= line < len(lines):
            raise RuleBroken(LINE_SEATED, needed="a line of the walk", line=line, lines=len(lines))
        places = seats_of_lines([count for _, count in found.strata], lines, await answers(draw))
        return LineState(
            line=line,
            stratum=lines[line].stratum,
            seat=places.get(line),
            outcomes=lines[line].outcomes,
            effective=line < await effective_lines(found, len(lines)),
            proposal=(await waiting(draw)).get(line),
        )


async def effective_lines(found: Case, lines: int) -> int:
    """Return how many lines, of so many, were appended by entries that are in effect.

    A step begins only when the one before is in effect, so only the newest step's lines may
    have to wait.
    """
    newest = found.steps[-1]
    index = await covered_index_of(newest.act, newest.ordinal)
    if index is not None and index < await effective_size():
        return lines
    if newest.word == "drawn":
        return 0
    if newest.word != "answered":
        return lines
    row = await DrawAnswer.select(DrawAnswer.lines).where(DrawAnswer.act == newest.act).first()
    assert row is not None, "an answered step has its row"
    return int(row["lines"])


def answer_of(found: Case, lines: Sequence[Line], one: Proposal, previous: int) -> Answer:
    """Return what a countersigner of a proposal signs behind the entry at `previous`."""
    line = lines[one.line]
    return Answer(
        draw=found.id,
        request=found.request,
        stratum=line.stratum,
        position=line.position,
        outcome=one.outcome,
        evidence=one.evidence,
        previous=previous,
    )


async def statement(ident: str) -> Answer:
    """Return what a countersigner of a proposal would sign now.

    Raises:
        RuleBroken: PROPOSAL_KNOWN; PRIOR_ENTRY_EFFECTIVE.
    """
    one = await proposal(ident)
    newest = await draws.newest_step(one.draw)
    previous = await draws.in_effect(newest.act, newest.ordinal)
    return answer_of(await draws.case(one.draw), await draws.lines(one.draw), one, previous)


async def statement_for(actor: Actor, ident: str) -> Answer:
    """Return what would be signed now, to those who may sign it, while it waits.

    Raises:
        RuleBroken: PROPOSAL_KNOWN; COUNTERSIGNER_INDEPENDENT; PROPOSAL_WAITS;
            PRIOR_ENTRY_EFFECTIVE.
    """
    one = await proposal(ident)
    check_countersigner(*countersigner(actor, await draws.case(one.draw)))
    check_waits(one)
    return await statement(ident)


def countersigner(actor: Actor, found: Case) -> tuple[str, str, list[str]]:
    """Return the actor's party, its trusted role, and the contributors of the draw."""
    return actor.party, TRUSTED_ROLE[actor.role], [one.party for one in found.senders]


async def seats_for(actor: Actor, draw: str) -> list[SeatView]:
    """Return the seats to those who may read the draw; raises as `seats`, and READER_ENTITLED."""
    await readable(actor, draw)
    return [
        SeatView(one.number, one.stratum, one.line, one.state.value) for one in await seats(draw)
    ]


async def proposals_for(actor: Actor, draw: str) -> list[ProposalView]:
    """Return all proposals of a draw without their evidence, oldest first.

    Raises:
        RuleBroken: DRAW_EXISTS; READER_ENTITLED.
    """
    await readable(actor, draw)
    rows = await DrawProposal.select().where(DrawProposal.draw == draw).order_by(DrawProposal.id)
    return [_view(row) for row in rows]


async def evidence_for(actor: Actor, ident: str) -> EvidenceView:
    """Return salt and record of a proposal to a countersigner or an auditor.

    Raises:
        RuleBroken: PROPOSAL_KNOWN; COUNTERSIGNER_INDEPENDENT.
    """
    row = await _row(ident)
    if Post.AUDITOR not in actor.posts:
        check_countersigner(*countersigner(actor, await draws.case(row["draw"])))
    opened = opened_record(row)
    return EvidenceView(_view(row), opened["salt"], canonical(opened["record"]).decode())


def evidence_context(ident: str) -> str:
    """Return the context under which a proposal's salt and record are encrypted."""
    return f"draw/evidence/{ident}"


def opened_record(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"salt", "record"} of a proposal's row.

    Raises:
        ProofRejected: the column does not open in its place.
    """
    plain = ring().fields.open(bytes(row["record"]), evidence_context(row["id"]))
    opened: dict[str, Any] = msgspec.json.decode(plain)
    return opened


async def _row(ident: str) -> Mapping[str, Any]:
    row = await DrawProposal.select().where(DrawProposal.id == ident).first()
    if row is None:
        raise RuleBroken(PROPOSAL_KNOWN, needed="the id that proposing gave")
    return dict(row)


def _proposal(row: Mapping[str, Any]) -> Proposal:
    return Proposal(
        id=row["id"],
        draw=row["draw"],
        line=row["line"],
        outcome=row["outcome"],
        evidence=row["evidence"],
        cause=Cause(row["cause"]),
        state=ProposalState(row["state"]),
    )


def _view(row: Mapping[str, Any]) -> ProposalView:
    names = ("id", "draw", "line", "outcome", "evidence", "cause", "state", "act")
    return ProposalView(*(row[name] for name in names))
