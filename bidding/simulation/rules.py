"""A pool to be drawn from again and again, and one such draw. Pure.

Order and walk are the engine's own (`lottery`, `walk`). Only what would take a ceremony is
replaced: for transcript and VRF output stand two hashes of a stated seed and the draw's number,
so that a run can be repeated. Positions stay those of the same people all along, where real
draws shuffle them with every secret: a preference for places shows here that would hide there.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha512
from typing import Any

import msgspec

from bidding.classification.rules import is_region, is_specialty, region_prefix
from bidding.eligibility.rules import STRATUM_FORMED, stratum_id
from bidding.lottery.rules import alpha_of, labelled, orders, seed_of
from bidding.walk.rules import CapTally, Ranking, Walk
from oversight.errors import Ground, Rule, RuleBroken

COLUMNS = ("expert", "employer", "region", "specialties")
CAPPED = ("employer", "region")  # attributes that a cap may name
SPECIALTY_MARKS = ";；,，、|"  # between the codes of one cell

POOL_READABLE = Rule(
    "simulation.pool_readable",
    "A pool file holds experts with pseudonym, employer, region and specialties, each once.",
    "design: docs/fairness.md#Pool files",
    Ground.UNLAWFUL,
)
STRATUM_FILLED = Rule(
    "simulation.stratum_filled",
    "Each stratum is named once and finds at least as many experts as it has seats.",
    "design: docs/fairness.md#Pool files",
    Ground.UNLAWFUL,
)

Rank = Callable[[bytes, Mapping[str, int]], Sequence[Ranking]]  # seed, sizes by id -> orders
SeedOf = Callable[[bytes, int], bytes]  # stated seed, number of the draw -> seed of the draw


class Entrant(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One expert as the simulation knows him: by a pseudonym."""

    expert: str
    employer: str
    region: str  # GB/T 2260, six digits
    specialties: list[str]


class Stratum(msgspec.Struct, frozen=True):
    """So many seats from one specialty and region."""

    specialty: str
    region: str
    seats: int

    @property
    def id(self) -> str:
        """The stratum's id as a request writes it."""
        return stratum_id(self.specialty, self.region)


class Plan(msgspec.Struct, frozen=True):
    """What is drawn again and again. A person is an index into `people`."""

    people: tuple[Entrant, ...]
    strata: tuple[Stratum, ...]
    rosters: tuple[tuple[int, ...], ...]  # people by position, one roster a stratum
    caps: Mapping[str, int]

    @property
    def sizes(self) -> dict[str, int]:
        """The size of each roster by the stratum's id, in order."""
        return {
            stratum.id: len(roster)
            for stratum, roster in zip(self.strata, self.rosters, strict=True)
        }


class Held(msgspec.Struct, frozen=True):
    """One draw: what stood first in each order, and who was seated in the end."""

    front: list[list[int]]  # by stratum: as many positions as seats, in the order of tickets
    seated: list[list[int]]  # by stratum: people, in the order in which they were seated


def read_pool_csv(text: str) -> list[Entrant]:
    """Return the experts of a CSV file with the columns COLUMNS in any order.

    Raises:
        RuleBroken: POOL_READABLE.
    """
    rows = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    if missing := set(COLUMNS) - set(rows.fieldnames or ()):
        raise RuleBroken(
            POOL_READABLE, needed="the columns " + ", ".join(COLUMNS), missing=sorted(missing)
        )
    return _checked([_of_row(row, place) for place, row in enumerate(rows, start=2)])


def _of_row(row: Mapping[str, Any], place: int) -> Entrant:
    cells = [(row[name] or "").strip() for name in COLUMNS]
    if not all(cells):
        raise RuleBroken(POOL_READABLE, needed="four cells with something in them", line=place)
    expert, employer, region, codes = cells
    spaced = codes.translate({ord(mark): " " for mark in SPECIALTY_MARKS})
    return Entrant(expert, employer, region, spaced.split())


def read_pool_json(data: bytes) -> list[Entrant]:
    """Return the experts of a JSON file: a list of objects with the members COLUMNS.

    Raises:
        RuleBroken: POOL_READABLE.
    """
    try:
        return _checked(msgspec.json.decode(data, type=list[Entrant]))
    except msgspec.DecodeError as error:
        raise RuleBroken(
            POOL_READABLE,
            needed="a list of objects with " + ", ".join(COLUMNS),
            cause=type(error).__name__,
        ) from error


def _checked(pool: list[Entrant]) -> list[Entrant]:
    if not pool or len({one.expert for one in pool}) != len(pool):
        raise RuleBroken(POOL_READABLE, needed="experts with different pseudonyms", rows=len(pool))
    return pool


def plan_of(pool: Iterable[Entrant], strata: Sequence[Stratum], caps: Mapping[str, int]) -> Plan:
    """Return what to draw: each stratum's experts of the pool, in the order of their commitments.

    Raises:
        RuleBroken: STRATUM_FORMED, STRATUM_FILLED.
    """
    for stratum in strata:
        if not is_specialty(stratum.specialty) or not is_region(stratum.region):
            raise RuleBroken(
                STRATUM_FORMED, needed="codes of the form of their lists", stratum=stratum.id
            )
    people = tuple(sorted(pool, key=_commitment))
    rosters = tuple(
        tuple(index for index, one in enumerate(people) if _matches(one, stratum))
        for stratum in strata
    )
    for stratum, roster in zip(strata, rosters, strict=True):
        if not 1 <= stratum.seats <= len(roster):
            raise RuleBroken(
                STRATUM_FILLED,
                needed=f"1 to {len(roster)} seats",
                stratum=stratum.id,
                seats=stratum.seats,
            )
    if len({stratum.id for stratum in strata}) != len(strata):
        raise RuleBroken(STRATUM_FILLED, needed="each stratum once")
    return Plan(people, tuple(strata), rosters, dict(caps))


def _matches(one: Entrant, stratum: Stratum) -> bool:
    return stratum.specialty in one.specialties and one.region.startswith(
        region_prefix(stratum.region)
    )


def _commitment(one: Entrant) -> bytes:
    return labelled("entry", one.expert.encode())


def stated_seed(stated: bytes, number: int) -> bytes:
    """Return the seed of the draw `number` of a run: the protocol's, over two stand-ins."""
    said = stated + number.to_bytes(8, "big")
    return seed_of(alpha_of(said), sha512(said).digest())


def drawing(plan: Plan, rank: Rank = orders) -> Callable[[bytes], Held]:
    """Return what holds one draw of the plan for each seed that it is given.

    Args:
        plan: what is drawn.
        rank: gives the order of every stratum; the protocol's own unless an engine is on trial.
    """
    rosters, sizes = plan.rosters, plan.sizes
    seats = [stratum.seats for stratum in plan.strata]
    commitments = [_commitment(one) for one in plan.people]
    attributes = [{"employer": one.employer, "region": one.region} for one in plan.people]

    def hold(seed: bytes) -> Held:
        ordered, tally = rank(seed, sizes), CapTally(plan.caps)

        def meet(stratum: int, position: int) -> bytes:
            return commitments[rosters[stratum][position]]

        def admit(stratum: int, position: int, _: bytes) -> bool:
            values = attributes[rosters[stratum][position]]
            if admitted := tally.admits(values):
                tally.seat(values)
            return admitted

        walk = Walk(seats, ordered, meet, admit)
        walk.begin()
        front = [
            [order[at] for at in range(count)] for order, count in zip(ordered, seats, strict=True)
        ]
        seated: list[list[int]] = [[] for _ in seats]
        for line in walk.lines:
            if line.holds_seat():
                seated[line.stratum].append(rosters[line.stratum][line.position])
        return Held(front, seated)

    return hold
