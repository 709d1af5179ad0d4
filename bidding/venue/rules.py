"""Sites and rooms of an evaluation, and which seat sits where. Pure.

Remote evaluation (远程异地评标) has one home site (主场), the center's, and guest sites (客场) of
other parties; each seat is in one room of one site. A plan names seats by number, nobody by name.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken

PLAN_SOUND = Rule(
    "venue.plan_sound",
    "A plan has one home site, the center's, and rooms in which each seat sits once; names are "
    "given once, every site is another party's and has a room.",
    "招标投标法 38 (in strict secrecy); design: bidding/venue",
    Ground.UNLAWFUL,
)
PLAN_KNOWN = Rule(
    "venue.plan_known", "The evaluation has a plan of rooms.", "design: bidding/venue"
)
SITE_OF_CLERK = Rule(
    "venue.site_of_clerk",
    "A clerk checks cards at the site that his own party runs.",
    "design: bidding/venue",
    Ground.FORBIDDEN,
)
PLAN_VENUE = Permission(
    "bidding.venue.plan",
    frozenset({Post.DRAW_OPERATOR}),
    frozenset({Role.TRADING_CENTER}),
    "安排评标场所",
    "Plan the rooms of an evaluation",
)
SITES_MAX: Final = 20
ROOMS_MAX: Final = 40


class Room(msgspec.Struct, frozen=True):
    """A room, by the name at its door, and the seats in it."""

    name: str
    seats: tuple[int, ...]  # numbers, from 1 over all strata of the draw
    representatives: bool = False  # those whom the buyer sends sit here


class Site(msgspec.Struct, frozen=True):
    """A place with rooms, run by one party."""

    name: str
    party: str
    home: bool
    rooms: tuple[Room, ...]


class Plan(msgspec.Struct, frozen=True):
    """Where everybody sits."""

    sites: tuple[Site, ...]

    @property
    def remote(self) -> bool:
        """Tell whether there is a guest site."""
        return len(self.sites) > 1

    def place(self, seat: int | None) -> tuple[Site, Room]:
        """Return where a seat sits; None stands for a representative."""
        for site in self.sites:
            for room in site.rooms:
                if room.representatives if seat is None else seat in room.seats:
                    return site, room
        raise AssertionError("a seat that the plan was not held against")


def check_plan(plan: Plan, center: str, seats: int, representatives: int) -> None:
    """Refuse a plan in which somebody sits nowhere, or twice.

    Args:
        plan: to be judged.
        center: the party that runs the home site.
        seats: number of seats of the draw.
        representatives: how many members the buyer sends.

    Raises:
        RuleBroken: PLAN_SOUND, naming what is wrong.
    """
    wrong = [name for name, fault in _faults(plan, center, seats, representatives) if fault]
    if wrong:
        raise RuleBroken(PLAN_SOUND, needed="; ".join(wrong))


def _faults(
    plan: Plan, center: str, seats: int, representatives: int
) -> Sequence[tuple[str, bool]]:
    rooms = [room for site in plan.sites for room in site.rooms]
    placed = sorted(seat for room in rooms for seat in room.seats)
    homes = [site.party for site in plan.sites if site.home]
    hosts = [site.home for site in plan.sites for room in site.rooms if room.representatives]
    return (
        ("one home site, run by the center", homes != [center]),
        ("another party for each site", _repeats([site.party for site in plan.sites])),
        ("a name for each site", _repeats([site.name for site in plan.sites])),
        ("a name for each room", _repeats([room.name for room in rooms])),
        ("a room at each site", any(not site.rooms for site in plan.sites)),
        (f"each seat from 1 to {seats} once", placed != list(range(1, seats + 1))),
        ("representatives in one room of the home site", hosts != [True] * bool(representatives)),
    )


def _repeats(names: Sequence[str]) -> bool:
    return len(set(names)) < len(names)
