"""How sealed rosters, results and lines follow from entries: recomputed from what R fixes.

Nothing stored is believed for being stored: the request stands under the entry's R, rosters under
the request's roots, people under their commitments, and the lines are walked anew.
"""

import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from bidding.bundle.rules import Request, Stratum
from bidding.closing.rules import State
from bidding.draw import queries as draws
from bidding.draw.coverage import put_step, request_of, steps
from bidding.draw.facts import Answered, Drawn, Sealed
from bidding.draw.tables import DrawLine, DrawOpening, DrawRequest, DrawResult
from bidding.lottery.rules import orders, seed_of
from bidding.sealing.coverage import commitments_digest, people_of
from bidding.sealing.queries import BLOCK_ENTRIES, COMMITMENT_BYTES, ENTRIES
from bidding.sealing.rules import roster_leaf, roster_root, seal_entries, secret_digest
from bidding.sealing.tables import SealedBlock
from bidding.terminal.queries import Attributes, attributes_of, paths_of, walk
from bidding.walk.rules import Line
from oversight.errors import ProofRejected
from oversight.keys.directory import ring
from oversight.keys.vrf import verify
from oversight.ledger.coverage import NOT_TOLD, Coverage, Replays, Rows, Said
from oversight.ledger.rules import Frontier
from oversight.values.digests import unhex

COVERAGE: tuple[Coverage, ...] = ()

Walked = Sequence[tuple[Line, Sequence[bytes]]]  # each line with its inclusion path

_ANOTHER = "what opens to the sealed roster"  # stands where what is there does not


async def _sealed(said: Said, rows: Rows) -> None:
    body, draw = said.body, said.body["draw"]
    digest, act = body["request"], said.logged.act
    await put_step(said, rows, State.SEALED)
    fixed = dict.fromkeys(("digest", "request", "reveal_by", "secret", "excluded"), digest)
    rows.put(DrawRequest, (draw,), act=act, **fixed)
    if opened := body.get("openings"):
        rows.put(DrawOpening, (draw,), digest=opened, openings=opened, act=act)
    request = await request_of(rows, draw, digest)
    if request is None:
        rows.untold(SealedBlock, draw=draw)
        return
    secret = await _secret(rows, request)
    for place, stratum in enumerate(request.strata):
        opened = await _opened(rows, draw, place, stratum, secret)
        for number in range(-(-stratum.size // BLOCK_ENTRIES)):
            rows.put(
                SealedBlock,
                (draw, place, number),
                id=f"{draw}/{place}/{number}",
                size=min(BLOCK_ENTRIES, stratum.size - number * BLOCK_ENTRIES),
                act=act,
                **opened.get(number, {}),
            )


async def _secret(rows: Rows, request: Request) -> bytes | None:
    """Return the draw's secret, if what is there is the one that the request names."""
    async for row in rows.found(DrawRequest, draw=request.draw):
        try:
            secret = ring().fields.open(bytes(row["secret"]), draws.secret_context(request.draw))
        except ProofRejected:
            return None
        return secret if secret_digest(secret).hex() == request.secret else None
    return None


async def _opened(
    rows: Rows, draw: str, place: int, stratum: Stratum, secret: bytes | None
) -> dict[int, dict[str, object]]:
    """Return what each block's commitments and people must be, by number.

    Commitments and people are held against the root: the side that reaches it is the truth.
    """
    stored, computed, blocks = Frontier(), Frontier(), []
    async for row in rows.found(SealedBlock, draw=draw, stratum=place):
        plain, opened = _commitments(row, secret)
        _grow(stored, bytes(row["commitments"]))
        _grow(computed, opened)
        people = None if plain is None else sha256(plain).hexdigest()
        computed_digest = sha256(opened).hexdigest()
        blocks.append((int(row["block"]), commitments_digest(row), people, computed_digest))
    by_own = stored.root().hex() == stratum.root
    by_people = computed.root().hex() == stratum.root
    must: dict[int, dict[str, object]] = {}
    for number, own, people, opens_to in blocks:
        truth = own if by_own else opens_to if by_people else _ANOTHER
        fits = people if opens_to == truth else _ANOTHER
        must[number] = {"commitments": truth, "people": NOT_TOLD if secret is None else fits}
    return must


def _commitments(row: Mapping[str, Any], secret: bytes | None) -> tuple[bytes | None, bytes]:
    """Return the JSON of a block's people, and what these commit to, if they open."""
    try:
        plain = people_of(row)
        people = ENTRIES.decode(plain)
    except (ProofRejected, zlib.error, msgspec.DecodeError):
        return None, b""
    return plain, b"" if secret is None else b"".join(seal_entries(secret, people))


def _grow(tree: Frontier, commitments: bytes) -> None:
    for at in range(0, len(commitments), COMMITMENT_BYTES):
        tree.append(roster_leaf(commitments[at : at + COMMITMENT_BYTES]))


async def _drawn(said: Said, rows: Rows) -> None:
    await put_step(said, rows, State.DRAWN)
    await put_result(said, rows)


async def put_result(said: Said, rows: Rows) -> None:
    """Put what complete inputs gave, as the entry of the run or of the closing tells it."""
    body, draw = said.body, said.body["draw"]
    beta, request = await _beta(said, rows)
    rows.put(
        DrawResult,
        (draw,),
        alpha=body["alpha"],
        pi=body["pi"] or "",
        beta=beta,
        walk=body["walk"] or "",
        act=said.logged.act,
    )
    if not body["pi"]:
        return
    if request is None or beta is NOT_TOLD or not await _put_lines(said, rows, request, beta):
        rows.untold(DrawLine, draw=draw)


async def _beta(said: Said, rows: Rows) -> tuple[Any, Request | None]:
    """Return the output that the proof proves under the sealed key, and the request."""
    body = said.body
    if not body["pi"]:
        return "", None
    async for step in steps(said):
        if step.logged.kind == Sealed.kind:
            request = await request_of(rows, body["draw"], step.body["request"])
            if request is None:
                break
            key, alpha = unhex(request.vrf_key, 32), unhex(body["alpha"], 32)
            return verify(key, unhex(body["pi"], 80), alpha).hex(), request
    return NOT_TOLD, None


async def _put_lines(said: Said, rows: Rows, request: Request, beta: str) -> bool:
    """Put the lines of the walk, made anew; tell whether the rosters let it be made."""
    before = await _met(said, rows, request)
    if before is None:
        return False
    walked = await _walk_again(rows, request, said.body["alpha"], beta, before=before)
    if walked is not None:
        put_lines(rows, request.draw, walked)
    return walked is not None


def put_lines(rows: Rows, draw: str, walked: Walked) -> None:
    """Put the rows of a whole walk, as it stands after the entry that is played."""
    for number, (line, path) in enumerate(walked):
        rows.put(
            DrawLine,
            (draw, number),
            id=f"{draw}/{number}",
            inclusion=[node.hex() for node in path],
            **line.public(),
        )


async def walk_after(drawn: Said, rows: Rows, answers: Sequence[tuple[int, str]]) -> Walked | None:
    """Return the walk that a `drawn` entry began, after these answers, made anew.

    None where the request, the proof, the rosters or a parent's do not let it be made.
    """
    beta, request = await _beta(drawn, rows)
    if request is None or beta is NOT_TOLD:
        return None
    before = await _met(drawn, rows, request)
    if before is None:
        return None
    alpha = drawn.body["alpha"]
    return await _walk_again(rows, request, alpha, beta, before=before, answers=answers)


async def answers_given(said: Said) -> tuple[Said | None, list[tuple[int, str]]]:
    """Return the entry of the run before this one, and all answers from there to this one."""
    given: list[tuple[int, str]] = []
    async for step in steps(said):
        if step.logged.kind == Drawn.kind:
            return step, given[::-1]
        if step.logged.kind == Answered.kind:
            given.append((step.body["line"], step.body["outcome"]))
    return None, given[::-1]


async def _met(said: Said, rows: Rows, request: Request) -> list[bytes] | None:
    """Return the commitments on the lines of a draw's parents; None where they are not told.

    From the supplement's seal on its parent appends no line, so that any later entry of the
    supplement finds the same ones.
    """
    if request.of is None:
        return []
    newest = await _newest_of(said, request.of)
    drawn, given = (None, []) if newest is None else await answers_given(newest)
    if drawn is None:
        return None
    walked = await walk_after(drawn, rows, given)
    _, parent = await _beta(drawn, rows)
    above = None if parent is None else await _met(drawn, rows, parent)
    if walked is None or above is None:
        return None
    return [*above, *(line.commitment for line, _ in walked)]


async def _newest_of(said: Said, draw: str) -> Said | None:
    """Return the latest entry below this one with which a walk of the same subject came on."""
    for kind in (Answered.kind, Drawn.kind):
        one = await said.before(kind, said.logged.subject)
        while one is not None:
            if one.body["draw"] == draw:
                return one
            one = await one.before(kind, said.logged.subject)
    return None


async def _walk_again(
    rows: Rows,
    request: Request,
    alpha: str,
    beta: str,
    *,
    before: Sequence[bytes],
    answers: Sequence[tuple[int, str]] = (),
) -> Walked | None:
    """Return every line with its inclusion path, made anew from inputs and answers.

    None where the rosters that are there are not those of the request.
    """
    rosters = [await _roster(rows, request.draw, place) for place in range(len(request.strata))]
    for roster, stratum in zip(rosters, request.strata, strict=True):
        if roster_root(roster).hex() != stratum.root:
            return None
    seed = seed_of(unhex(alpha, 32), unhex(beta, 64))
    ordered = orders(seed, {stratum.id: stratum.size for stratum in request.strata})

    async def attributes(stratum: int, position: int) -> Attributes:
        return await _attributes(rows, request, rosters, stratum, position // BLOCK_ENTRIES)

    try:
        lines = await walk(request, ordered, rosters, attributes, before=before, answers=answers)
    except ProofRejected:
        return None
    return list(zip(lines, await paths_of(rosters, lines), strict=True))


async def _roster(rows: Rows, draw: str, place: int) -> list[bytes]:
    blocks = [
        bytes(row["commitments"]) async for row in rows.found(SealedBlock, draw=draw, stratum=place)
    ]
    whole = b"".join(blocks)
    return [whole[at : at + COMMITMENT_BYTES] for at in range(0, len(whole), COMMITMENT_BYTES)]


async def _attributes(
    rows: Rows, request: Request, rosters: list[list[bytes]], stratum: int, block: int
) -> Attributes:
    """Return the attributes of a block's people, if they are those of the sealed roster.

    Raises:
        ProofRejected: they are not.
    """
    secret = await _secret(rows, request)
    first = block * BLOCK_ENTRIES
    sealed = b"".join(rosters[stratum][first : first + BLOCK_ENTRIES])
    async for row in rows.found(SealedBlock, draw=request.draw, stratum=stratum, block=block):
        plain, commitments = _commitments(row, secret)
        if plain is not None and commitments == sealed:
            people = ENTRIES.decode(plain)
            return attributes_of(stratum, block, people)
    raise ProofRejected("the people of a sealed block are not those of its roster")


REPLAYS: Replays = {Sealed.kind: _sealed, Drawn.kind: _drawn}
LEAVES_NO_ROW: Mapping[str, str] = {}
