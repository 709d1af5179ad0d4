"""What a supplement takes over from the draws before it: lines that were met, people, secret."""

from bidding.draw import queries as draws
from bidding.draw.rules import Case
from bidding.draw.tables import Draw, DrawRequest
from bidding.sealing.queries import everyone
from bidding.sealing.rules import Candidate
from bidding.supplement.rules import Inherited, Parent
from oversight.keys.directory import ring


async def lineage(found: Case) -> list[Case]:
    """Return the draws that this one supplements, the newest first; none for a first draw."""
    before: list[Case] = []
    of = found.of
    while of is not None:
        before.append(await draws.case(of))
        of = before[-1].of
    return before


async def parent(found: Case) -> Parent:
    """Return a draw as its supplement must know it."""
    request = await draws.request(found.id)
    strata = [(one.id, one.seats, one.size) for one in request.strata] if request else []
    return Parent(found.id, found.subject, found.state, strata, await draws.lines(found.id))


async def parents(of: str) -> list[Parent]:
    """Return a draw and all that it supplements, as a supplement of it must know them.

    Raises:
        RuleBroken: DRAW_EXISTS.
    """
    first = await draws.case(of)
    return [await parent(one) for one in (first, *await lineage(first))]


async def attempts(of: str, purpose: str) -> list[Case]:
    """Return all attempts to supplement a draw, first attempt first."""
    rows = (
        await Draw.select(Draw.id)
        .where((Draw.parent == of) & (Draw.purpose == purpose))
        .order_by(Draw.attempt)
    )
    return [await draws.case(row["id"]) for row in rows]


async def met(of: str | None) -> list[bytes]:
    """Return the commitments on the lines of a draw and of all that it supplements.

    They are duplicates in a supplement of it, whatever became of them. None: no draw, no lines.
    """
    if of is None:
        return []
    return [line.commitment for one in await parents(of) for line in one.lines]


async def inherited(of: str | None) -> Inherited:
    """Return what a supplement takes over; nothing where there is no draw before it.

    This opens names: for the seal alone.
    """
    if of is None:
        return Inherited()
    first = await draws.case(of)
    known: dict[str, Candidate] = {}
    met: set[str] = set()
    for one in (first, *await lineage(first)):
        lines = {(line.stratum, line.position) for line in await draws.lines(one.id)}
        for place in range(len(one.strata)):
            position = 0
            async for candidate in everyone(one.id, place, ring().fields):
                known[candidate.expert] = candidate
                if (place, position) in lines:
                    met.add(candidate.expert)
                position += 1
    return Inherited(known, frozenset(met))


async def secret(of: str) -> bytes:
    """Return the secret of a sealed draw, 32 bytes: a supplement uses its parent's."""
    row = await DrawRequest.select(DrawRequest.secret).where(DrawRequest.draw == of).first()
    assert row is not None, "a draw that is supplemented is sealed"
    return ring().fields.open(bytes(row["secret"]), draws.secret_context(of))
