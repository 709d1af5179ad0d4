"""What complete inputs give: proof, order of every stratum, walk. Nothing is written."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import msgspec

from bidding.bundle.rules import Request
from bidding.draw.rules import Case
from bidding.lottery.rules import Order, alpha_of, orders, seed_of, transcript
from bidding.sealing import queries as sealed
from bidding.sealing.rules import Entry, entry_parts, roster_paths
from bidding.supplement import queries as supplements
from bidding.walk.rules import CapTally, Line, Walk, walk_digest
from oversight.keys.directory import ring
from oversight.keys.vrf import prove
from oversight.values.digests import unhex

Attributes = dict[tuple[int, int], Mapping[str, object]]  # by stratum and position


class Result(msgspec.Struct, frozen=True):
    """What a draw's inputs give."""

    alpha: bytes  # 32 bytes
    pi: bytes  # 80 bytes
    beta: bytes  # 64 bytes
    lines: Sequence[Line]
    paths: Sequence[Sequence[bytes]]  # of each line, in its roster's tree

    @property
    def walk(self) -> bytes:
        """The digest of the walk, 32 bytes."""
        return walk_digest(self.lines)


class _Unread(Exception):  # noqa: N818, a signal to load more
    """The walk reached a position whose attributes are not loaded yet."""

    def __init__(self, stratum: int, position: int) -> None:
        super().__init__("attributes are not loaded")
        self.stratum, self.position = stratum, position


def alpha(case: Case, beacon: bytes | None) -> bytes:
    """Return what the center's key is applied to.

    Args:
        case: each contributor has given its nonce, or was named for not giving it.
        beacon: the bound round's signature; None where none was bound.
    """
    assert case.complete_since(), "the inputs are complete"
    assert (case.beacon is None) == (beacon is None), "the round is the one that was bound"
    nonces = [(one.party, unhex(one.nonce, 32) if one.nonce else None) for one in case.senders]
    return alpha_of(transcript(unhex(case.request, 32), nonces, beacon))


async def result(case: Case, request: Request, beacon: bytes | None) -> Result:
    """Return what the inputs give (as for `alpha`), computed off the event loop.

    The center's key that the request names must be at hand.
    """
    secret = ring().vrf_secret(request.vrf_key)
    assert secret is not None, "the sealed key is at hand"
    inputs = alpha(case, beacon)
    pi, beta = prove(secret, inputs)
    sizes = {stratum.id: stratum.size for stratum in request.strata}
    ordered = await asyncio.to_thread(orders, seed_of(inputs, beta), sizes)
    rosters = [await sealed.roster(case.id, place) for place in range(len(request.strata))]
    attributes, met = partial(stored_attributes, case.id), await supplements.met(case.of)
    lines = await walk(request, ordered, rosters, attributes, before=met)
    return Result(inputs, pi, beta, lines, await paths_of(rosters, lines))


async def walk(
    request: Request,
    ordered: list[Order],
    rosters: list[list[bytes]],
    attributes: Callable[[int, int], Awaitable[Attributes]],
    *,
    before: Sequence[bytes] = (),
    answers: Sequence[tuple[int, str]] = (),
) -> list[Line]:
    """Walk, loading a block of attributes whenever a cap asks for one that is not there.

    The walk depends on nothing but its inputs, so beginning it anew changes nothing.
    `attributes` is asked for a stratum and a position, and may tell more than that one's.
    `before` holds the commitments on the lines of parent draws, `answers` line and code of every
    answer, oldest first.
    """
    known: Attributes = {}
    while True:
        try:
            return _walked(request, ordered, rosters, known, before=before, answers=answers)
        except _Unread as gap:
            known |= await attributes(gap.stratum, gap.position)


def _walked(
    request: Request,
    ordered: list[Order],
    rosters: list[list[bytes]],
    known: Attributes,
    *,
    before: Sequence[bytes],
    answers: Sequence[tuple[int, str]],
) -> list[Line]:
    tally = CapTally(request.caps)

    def meet(stratum: int, position: int) -> bytes:
        return rosters[stratum][position]

    def admit(stratum: int, position: int, _: bytes) -> bool:
        if not request.caps:
            return True
        if (stratum, position) not in known:
            raise _Unread(stratum, position)
        values = known[stratum, position]
        admitted = tally.admits(values)
        if admitted:
            tally.seat(values)
        return admitted

    walk = Walk([stratum.seats for stratum in request.strata], ordered, meet, admit, before)
    walk.begin()
    for number, code in answers:
        walk.answer(number, code)
    return walk.lines


async def stored_attributes(draw: str, stratum: int, position: int) -> Attributes:
    """Return the attributes of the block of a sealed roster in which a position lies."""
    block = position // sealed.BLOCK_ENTRIES
    entries = await sealed.entries(draw, stratum, block, ring().fields)
    return attributes_of(stratum, block, entries)


def attributes_of(stratum: int, block: int, entries: Sequence[Entry]) -> Attributes:
    """Return the attributes of the entries of one block."""
    first = block * sealed.BLOCK_ENTRIES
    return {(stratum, first + place): entry_parts(one)[1] for place, one in enumerate(entries)}


async def paths_of(rosters: list[list[bytes]], lines: Sequence[Line]) -> list[list[bytes]]:
    """Return, for each line, the path of its commitment in its roster's tree."""
    found: dict[tuple[int, int], list[bytes]] = {}
    for stratum, roster in enumerate(rosters):
        places = [line.position for line in lines if line.stratum == stratum]
        if not places:  # no tree for nothing
            continue
        paths = await asyncio.to_thread(roster_paths, roster, places)
        found |= {(stratum, position): path for position, path in paths.items()}
    return [found[line.stratum, line.position] for line in lines]
