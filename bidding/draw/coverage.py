"""How a draw's rows follow from entries: steps, contributors, and what the log's digests fix.

A request is fixed by R: a column that repeats or opens a part of it is held against R, with the
column's own value put in that part's place. Rows that the order, the seal, the run and the ends of
a draw make are told by those concepts.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from bidding.bundle.rules import Request, request_digest
from bidding.closing.rules import State
from bidding.contribution.rules import commit_statement
from bidding.draw import facts, queries
from bidding.draw.tables import (
    Draw,
    DrawBreach,
    DrawClosing,
    DrawContributor,
    DrawLine,
    DrawOpening,
    DrawRequest,
    DrawResult,
    DrawStep,
)
from bidding.lottery.rules import labelled
from bidding.sealing.rules import excluded_digest, secret_digest, statement_digest
from oversight.errors import ProofRejected
from oversight.identity.facts import KeyRegistered
from oversight.keys.directory import ring
from oversight.keys.signing import verify
from oversight.ledger.coverage import (
    Coverage,
    Covered,
    Reader,
    Replays,
    Rows,
    Said,
    as_json,
    sealed,
)
from oversight.values.digests import unbase64, unhex
from oversight.values.instants import to_micro_text, to_text

_FIXED = "the protocol fixes what this entry says, and no person is in it; the party is covered"


def _requested(row: Mapping[str, Any]) -> str:
    return labelled("request", bytes(row["request"])).hex()


def _with(part: Callable[[Request, Mapping[str, Any]], Request]) -> Reader:
    """Return a reader of R as it is when a column's value stands in its part of the request."""

    def reader(row: Mapping[str, Any]) -> str:
        request = msgspec.json.decode(bytes(row["request"]), type=Request)
        return request_digest(part(request, row)).hex()

    return reader


def _reveal_by(request: Request, row: Mapping[str, Any]) -> Request:
    due: datetime = row["reveal_by"]
    text = to_micro_text(due) if due.microsecond else to_text(due)
    return msgspec.structs.replace(request, reveal_by=text)


def _secret(request: Request, row: Mapping[str, Any]) -> Request:
    context = queries.secret_context(row["draw"])
    secret = ring().fields.open(bytes(row["secret"]), context)
    return msgspec.structs.replace(request, secret=secret_digest(secret).hex())


def _excluded(request: Request, row: Mapping[str, Any]) -> Request:
    context = queries.excluded_context(row["draw"])
    opened = msgspec.json.decode(ring().fields.open(bytes(row["excluded"]), context))
    digest = excluded_digest(unhex(opened["salt"], 32), opened["list"]).hex()
    pool = msgspec.structs.replace(request.pool, excluded=digest)
    return msgspec.structs.replace(request, pool=pool)


def _statement(plain: bytes) -> str:
    said = msgspec.json.decode(plain)
    return statement_digest(unhex(said["salt"], 32), said["text"]).hex()


COVERAGE: tuple[Coverage, ...] = (
    Covered(
        Draw,
        key=("id",),
        said=(
            "subject", "purpose", "attempt", "parent", "rulebook", "party", "person", "state",
            "act",
        ),
        opened={
            "strata": as_json("strata"),
            "caps": as_json("caps"),
            "conditions": sealed(
                "conditions", queries.conditions_context, "id", msgspec.json.decode
            ),
        },
    ),
    Covered(DrawStep, key=("act",), said=("id", "draw", "number", "word", "ordinal", "at")),
    Covered(
        DrawContributor,
        key=("draw", "party"),
        said=("id", "place", "key", "commitment", "nonce", "signature"),
    ),
    Covered(DrawBreach, key=("draw", "party"), said=("id", "act")),
    Covered(
        DrawRequest,
        key=("draw",),
        said=("digest", "act"),
        opened={
            "request": _requested,
            "reveal_by": _with(_reveal_by),
            "secret": _with(_secret),
            "excluded": _with(_excluded),
        },
    ),
    Covered(DrawResult, key=("draw",), said=("alpha", "pi", "beta", "walk", "act")),
    Covered(
        DrawLine,
        key=("draw", "number"),
        said=("id", "stratum", "position", "commitment"),
        opened={"outcomes": as_json("outcomes"), "inclusion": as_json("inclusion")},
    ),
    Covered(
        DrawClosing,
        key=("draw",),
        said=("state", "reason", "statement", "signature", "party", "act"),
        opened={"text": sealed("text", queries.closing_context, "draw", _statement)},
        silent={"person": _FIXED},
    ),
    Covered(
        DrawOpening,
        key=("draw",),
        said=("digest", "act"),
        opened={
            "openings": sealed(
                "openings",
                queries.openings_context,
                "draw",
                lambda plain: labelled("openings", plain).hex(),
            )
        },
        silent={"person": _FIXED},
    ),
)  # fmt: skip


async def steps(said: Said) -> AsyncIterator[Said]:
    """Yield a draw's entries from this one back to its order."""
    yield said
    while said.logged.kind != facts.Ordered.kind:
        before = await said.entry(said.body["previous"])
        if before is None:
            return
        said = before
        yield said


async def put_step(said: Said, rows: Rows, state: State | None = None) -> None:
    """Put the row of this step, and the draw into the state that it leads to, if it changes."""
    draw, number = said.body["draw"], -1
    async for _ in steps(said):
        number += 1
    rows.put(
        DrawStep,
        (said.logged.act,),
        id=f"{draw}/{number}",
        draw=draw,
        number=number,
        word=said.logged.kind.rpartition(".")[2],
        ordinal=said.logged.n,
        at=said.at,
    )
    if state is not None:
        rows.change(Draw, (draw,), state=state.value)


async def request_of(rows: Rows, draw: str, digest: str) -> Request | None:
    """Return the request that has this digest R, if it is there."""
    async for row in rows.found(DrawRequest, draw=draw):
        if _requested(row) == digest:
            return msgspec.json.decode(bytes(row["request"]), type=Request)
    return None


async def _committed(said: Said, rows: Rows) -> None:
    body = said.body
    await put_step(said, rows)
    rows.change(
        DrawContributor,
        (body["draw"], body["party"]),
        commitment=body["commitment"],
        key=await _key_of(said),
    )


async def _key_of(said: Said) -> str | None:
    """Return the registered key of the party under which its commitment is signed."""
    body = said.body
    statement = commit_statement(body["draw"], body["party"], unhex(body["commitment"], 32))
    known = await said.before(KeyRegistered.kind, body["party"])
    while known is not None:
        key = str(known.body["key"])
        try:
            verify(unbase64(key, 32), unbase64(body["signature"], 64), statement)
        except ProofRejected:
            known = await known.before(KeyRegistered.kind, body["party"])
            continue
        return key
    return None


async def _revealed(said: Said, rows: Rows) -> None:
    body = said.body
    await put_step(said, rows)
    rows.change(
        DrawContributor,
        (body["draw"], body["party"]),
        nonce=body["nonce"] or "",
        signature=body["signature"] or "",
    )
    if body["nonce"] is None:
        breached = (body["draw"], body["party"])
        rows.put(DrawBreach, breached, id="/".join(breached), act=said.logged.act)


REPLAYS: Replays = {facts.Committed.kind: _committed, facts.Revealed.kind: _revealed}
LEAVES_NO_ROW: Mapping[str, str] = {}
