"""The recorded draws as the audit reads them: rosters opened for their experts' ids alone.

A block of a roster holds names beside ids. They are decrypted with it and not read into anything:
what leaves this module is a keyed pseudonym, the same for one expert in all draws of one instance.
"""

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from bidding.bundle.rules import Request
from bidding.closing.rules import CLOSED, State
from bidding.contribution.rules import NEVER_COUNTERSIGN
from bidding.fairness.rules import Book, Drawn, Place, Reply, Roster
from bidding.sealing.queries import block_context
from bidding.walk.rules import SEATED
from oversight.authority.rules import TRUSTED_ROLE, Role
from oversight.database import reading, run
from oversight.keys.directory import ring

PSEUDONYM_CHARACTERS = 16  # 64 bits: no two of a pool's experts meet
Row = Any


class _Listed(msgspec.Struct, frozen=True, gc=False):
    """What is read of an entry of a roster."""

    expert: str


async def book(keys: bool) -> Book:
    """Return all recorded draws, read as one state.

    Args:
        keys: whether the key ring in use opens the rosters; without it no expert is told apart.
    """
    async with reading():
        rows = await run(
            "SELECT d.id, d.subject, d.party, d.attempt, d.state, c.tender, r.draw AS known"
            " FROM draw d JOIN committee c ON c.id = d.subject"
            " LEFT JOIN draw_result r ON r.draw = d.id ORDER BY d.id"
        )
        parties = await _countersigners()
        draws = [_drawn(row, parties[row["id"]]) for row in rows]
        reader = _Reader(keys)
        for number, draw in enumerate(draws):
            await reader.take(number, draw.id)
        return Book(
            draws=draws,
            rosters=reader.rosters,
            places=reader.places,
            replies=await _replies({draw.id: number for number, draw in enumerate(draws)}),
            members={expert: tuple(rosters) for expert, rosters in reader.members.items()},
            opened=keys,
        )


def _drawn(row: Row, countersigners: Sequence[str]) -> Drawn:
    return Drawn(
        id=row["id"],
        committee=row["subject"],
        tender=row["tender"],
        applicant=row["party"],
        attempt=row["attempt"],
        closed=State(row["state"]) in CLOSED,
        known=row["known"] is not None,
        countersigners=tuple(countersigners),
    )


async def _countersigners() -> defaultdict[str, list[str]]:
    """Return, by draw, the contributors that may countersign."""
    rows = await run(
        "SELECT s.draw, s.party, p.role FROM draw_contributor s JOIN party p ON p.id = s.party"
        " ORDER BY s.draw, s.place"
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if TRUSTED_ROLE[Role(row["role"])] not in NEVER_COUNTERSIGN:
            found[row["draw"]].append(row["party"])
    return found


async def _replies(numbers: dict[str, int]) -> list[Reply]:
    rows = await run(
        "SELECT draw, outcome, countersigner, person FROM draw_answer ORDER BY draw, number"
    )
    return [
        Reply(numbers[row["draw"]], row["outcome"], row["countersigner"], row["person"])
        for row in rows
        if row["draw"] in numbers  # of a committee
    ]


class _Reader:
    """Gathers rosters and lines, draw by draw."""

    def __init__(self, keys: bool) -> None:
        self.rosters: list[Roster] = []
        self.places: list[Place] = []
        self.members: defaultdict[str, list[int]] = defaultdict(list)
        self._keys, self._known = keys, dict[str, str]()

    async def take(self, number: int, draw: str) -> None:
        """Read one draw's rosters and lines; without lines, nothing was drawn from them."""
        lines = await run("SELECT * FROM draw_line WHERE draw = {} ORDER BY number", draw)
        sealed = await run("SELECT request FROM draw_request WHERE draw = {}", draw)
        if not lines or not sealed:
            return
        request = msgspec.json.decode(bytes(sealed[0]["request"]), type=Request)
        first = len(self.rosters)
        people: list[list[str]] = []
        for place, stratum in enumerate(request.strata):
            self.rosters.append(Roster(number, stratum.id, stratum.seats, stratum.size))
            people.append(await self._people(draw, place, first + place))
        met: Counter[int] = Counter()
        for row in lines:
            stratum, codes = row["stratum"], json.loads(row["outcomes"])
            met[stratum] += 1
            self.places.append(
                Place(
                    draw=number,
                    line=row["number"],
                    roster=first + stratum,
                    expert=people[stratum][row["position"]] if self._keys else None,
                    first=met[stratum] <= request.strata[stratum].seats,
                    seated=codes[0] == SEATED,
                    holds=codes[-1] == SEATED,
                )
            )

    async def _people(self, draw: str, stratum: int, roster: int) -> list[str]:
        """Return the pseudonyms of a roster in order, and note who stands in it."""
        if not self._keys:
            return []
        people = [self._pseudonym(one.expert) async for one in _listed(draw, stratum)]
        for one in people:
            self.members[one].append(roster)
        return people

    def _pseudonym(self, expert: str) -> str:
        if expert not in self._known:
            index = ring().blind.index("fairness/expert", expert)
            self._known[expert] = index.hex()[:PSEUDONYM_CHARACTERS]
        return self._known[expert]


async def _listed(draw: str, stratum: int) -> AsyncIterator[_Listed]:
    """Yield the entries of a sealed roster in order, a block in memory."""
    blocks = await run(
        "SELECT id, block FROM sealed_block WHERE draw = {} AND stratum = {} ORDER BY block",
        draw,
        stratum,
    )
    for row in blocks:
        (block,) = await run("SELECT people FROM sealed_block WHERE id = {}", row["id"])
        context = block_context(draw, stratum, row["block"])
        plain = zlib.decompress(ring().fields.open(bytes(block["people"]), context))
        for one in msgspec.json.decode(plain, type=list[_Listed]):
            yield one
