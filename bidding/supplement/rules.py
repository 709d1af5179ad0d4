"""When a draw is supplemented, and with how many seats (draw.md, "Answer and replace"). Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from bidding.classification.rules import region_prefix
from bidding.closing.rules import State
from bidding.lottery.rules import draw_rule
from bidding.sealing.rules import Candidate
from bidding.walk.rules import Line
from oversight.errors import Ground, RuleBroken

_SECTION = "6. Answer and replace"

SUPPLEMENT_NEEDED = draw_rule(
    "supplement_needed",
    "A supplement is for a drawn draw with an empty seat in a stratum where nobody is left.",
    _SECTION,
)
SUPPLEMENT_WIDER = draw_rule(
    "supplement_wider",
    "A supplement draws from other strata than those that are exhausted.",
    _SECTION,
    Ground.UNLAWFUL,
)
SUPPLEMENT_FITS = draw_rule(
    "supplement_fits",
    "A supplement is for the committee of the draw that it supplements.",
    _SECTION,
    Ground.UNLAWFUL,
)
SUPPLEMENT_FILLS = draw_rule(
    "supplement_fills",
    "A supplement is sealed for as many seats as are empty.",
    _SECTION,
)


class Parent(msgspec.Struct, frozen=True):
    """A draw that is supplemented, as far as its supplement must know it."""

    draw: str
    subject: str
    state: State
    strata: Sequence[tuple[str, int, int]]  # id, seats and size; empty before the seal
    lines: Sequence[Line]

    def exhausted(self) -> list[str]:
        """Return the strata with an empty seat and no position left."""
        return [
            stratum
            for place, (stratum, seats, size) in enumerate(self.strata)
            if self._walked(place) == size and self._seated(place) < seats
        ]

    def held(self) -> int:
        """Return how many seats are held."""
        return sum(line.holds_seat() for line in self.lines)

    def _walked(self, place: int) -> int:
        return sum(line.stratum == place for line in self.lines)

    def _seated(self, place: int) -> int:
        return sum(line.stratum == place and line.holds_seat() for line in self.lines)


def seats_held(lineage: Iterable[Parent]) -> int:
    """Return how many of the committee's seats are held by a draw's parents."""
    return sum(parent.held() for parent in lineage)


def check_needed(parent: Parent, subject: str) -> None:
    """Return only if the draw waits for a supplement, for this committee.

    Raises:
        RuleBroken: SUPPLEMENT_FITS, SUPPLEMENT_NEEDED.
    """
    if parent.subject != subject:
        raise RuleBroken(SUPPLEMENT_FITS, needed=f"committee {parent.subject}")
    if parent.state is not State.DRAWN or not parent.exhausted():
        raise RuleBroken(
            SUPPLEMENT_NEEDED,
            needed="a drawn draw with an exhausted stratum and a seat free in it",
            draw=parent.draw,
            state=parent.state.value,
        )


def check_wider(lineage: Iterable[Parent], strata: Iterable[str]) -> None:
    """Return only if no stratum is one that a parent has exhausted.

    Its roster would hold nobody but those who were met before.

    Raises:
        RuleBroken: SUPPLEMENT_WIDER, naming the strata.
    """
    spent = {stratum for parent in lineage for stratum in parent.exhausted()}
    if again := sorted(spent & set(strata)):
        raise RuleBroken(
            SUPPLEMENT_WIDER, needed="the parent specialty or a wider region", exhausted=again
        )


def check_fills(seats: int, drawn: int, lineage: Iterable[Parent]) -> None:
    """Return only if a supplement's seats are those that are empty now.

    Args:
        seats: of the supplement, over all strata.
        drawn: seats of the committee that are drawn.
        lineage: the draws that it supplements.

    Raises:
        RuleBroken: SUPPLEMENT_FILLS, when the draws before changed since the order.
    """
    empty = drawn - seats_held(lineage)
    if seats != empty:
        raise RuleBroken(
            SUPPLEMENT_FILLS,
            needed="a further attempt: this one is closed, and another is ordered",
            seats=seats,
            empty=empty,
        )


class Inherited(msgspec.Struct, frozen=True):
    """What a supplement takes over from the rosters of the draws before it."""

    known: Mapping[str, Candidate] = {}  # everyone in them, by expert
    met: frozenset[str] = frozenset()  # experts on a line: duplicates, whatever became of them


def inherit(
    candidates: Iterable[Candidate], known: Mapping[str, Candidate], stratum: tuple[str, str]
) -> list[Candidate]:
    """Return a stratum's experts as a supplement commits to them: as its parent did, where it did.

    Commitments last as long as the draws for one committee do, and so do specialties and region
    in them: whom a parent knew as not matching the stratum is not in its roster.
    """
    specialty, within = stratum[0], region_prefix(stratum[1])
    taken = (known.get(one.expert, one) for one in candidates)
    return [one for one in taken if specialty in one.specialties and one.region.startswith(within)]
