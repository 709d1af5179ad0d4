"""The walk (draw.md, steps 5 and 6): a chronological list of lines, appended and never reordered.

The engine knows no expert: whoever uses it says which commitment stands at a position and
whether a cap lets it be seated. The service looks both up; the verifier reads them from the
bundle's own lines and checks them on the way.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from bidding.lottery.rules import draw_rule, labelled
from oversight.errors import Ground, Rule, RuleBroken
from oversight.values.canonical import canonical

SEATED: Final = "seated"
DUPLICATE: Final = "duplicate"
CAP: Final = "cap"
LEFT: Final = "left"  # the seat stays empty: nobody is called in afterwards
ANSWERS: Final = (
    "declined",
    "unreachable",
    "withdrew",
    "recused",
    "late",
    "absent",
    "identity-failed",
    LEFT,
    "removed",
)

LINE_SEATED = draw_rule(
    "line_seated",
    "An answer concerns a line that is seated now; a freed line takes no further code.",
    "6. Answer and replace",
)
ANSWER_KNOWN = draw_rule(
    "answer_known",
    "An answer is one of the protocol's codes.",
    "6. Answer and replace",
    Ground.UNLAWFUL,
)


class Line(msgspec.Struct, frozen=True):
    """One position that the walk reached, with all that became of it."""

    stratum: int  # index in the request
    position: int  # in the roster of that stratum, 0-based
    commitment: bytes  # 32 bytes
    outcomes: tuple[str, ...]  # the first code, then at most one answer

    def holds_seat(self) -> bool:
        """Tell whether the line is seated now."""
        return self.outcomes[-1] == SEATED

    def was_seated(self) -> bool:
        """Tell whether the line ever took a seat."""
        return self.outcomes[0] == SEATED

    def public(self) -> dict[str, object]:
        """Return the four fields that the digest covers."""
        return {
            "stratum": self.stratum,
            "position": self.position,
            "commitment": self.commitment.hex(),
            "outcomes": list(self.outcomes),
        }


def walk_digest(lines: Iterable[Line]) -> bytes:
    """Return L("walk", canon(walk)), 32 bytes."""
    return labelled("walk", canonical([line.public() for line in lines]))


class Ranking(Protocol):
    """The positions of one stratum in the order of their tickets."""

    def __len__(self) -> int: ...

    def __getitem__(self, rank: int, /) -> int: ...


Meet = Callable[[int, int], bytes]  # stratum, position -> commitment
Admit = Callable[[int, int, bytes], bool]  # stratum, position, commitment -> may be seated


class Walk:
    """The engine: begins the walk, and carries it on after each answer.

    `meet` tells the commitment at a position; `admit` tells whether the caps let it be seated and
    is asked only for lines that are no duplicate, once each, in order. `before` holds the
    commitments on the lines of parent draws.
    """

    def __init__(
        self,
        seats: Sequence[int],
        orders: Sequence[Ranking],
        meet: Meet,
        admit: Admit,
        before: Iterable[bytes] = (),
    ) -> None:
        assert len(seats) == len(orders), "each stratum has its seats and its order"
        self.lines: list[Line] = []
        self._seats, self._orders, self._meet, self._admit = seats, orders, meet, admit
        self._met = set(before)
        self._reached = [0] * len(seats)

    def begin(self) -> None:
        """Walk every stratum, in the request's order, to its seats or to its end."""
        assert not self.lines, "a walk begins once"
        for stratum, seats in enumerate(self._seats):
            for _ in range(seats):
                if not self._seat_next(stratum):
                    break

    def answer(self, number: int, code: str) -> None:
        """Put an answer on line `number` and, unless the expert `left`, fill the freed seat.

        Raises:
            RuleBroken: ANSWER_KNOWN, LINE_SEATED.
        """
        obstacle = self.obstacle(number, code)
        if obstacle is not None:
            raise RuleBroken(obstacle, needed=" | ".join(ANSWERS), line=number, outcome=code)
        line = self.lines[number]
        self.lines[number] = msgspec.structs.replace(line, outcomes=(*line.outcomes, code))
        if code != LEFT:
            self._seat_next(line.stratum)

    def obstacle(self, number: int, code: str) -> Rule | None:
        """Return the rule that stands in the way of this answer; None means: it may be given."""
        if code not in ANSWERS:
            return ANSWER_KNOWN
        if not 0 <= number < len(self.lines) or not self.lines[number].holds_seat():
            return LINE_SEATED
        return None

    def digest(self) -> bytes:
        """Return the digest of the walk as it stands."""
        return walk_digest(self.lines)

    def exhausted(self, stratum: int) -> bool:
        """Tell whether no position of the stratum is left to walk to."""
        return self._reached[stratum] == len(self._orders[stratum])

    def _seat_next(self, stratum: int) -> bool:
        """Append positions up to and including the next that is seated; tell whether one was."""
        order = self._orders[stratum]
        while self._reached[stratum] < len(order):
            position = order[self._reached[stratum]]
            self._reached[stratum] += 1
            code = self._append(stratum, position)
            if code == SEATED:
                return True
        return False

    def _append(self, stratum: int, position: int) -> str:
        commitment = self._meet(stratum, position)
        if commitment in self._met:
            code: str = DUPLICATE
        else:
            code = SEATED if self._admit(stratum, position, commitment) else CAP
        self._met.add(commitment)
        self.lines.append(Line(stratum, position, commitment, (code,)))
        return code


class CapTally:
    """How often each capped value was ever seated, over all strata of one draw."""

    def __init__(self, caps: Mapping[str, int]) -> None:
        assert all(maximum >= 1 for maximum in caps.values()), "a cap allows at least one"
        self._caps = caps
        self._seated: Counter[tuple[str, str]] = Counter()

    def admits(self, attributes: Mapping[str, object]) -> bool:
        """Tell whether no cap is reached for these attributes."""
        return all(
            self._seated[name, str(attributes[name])] < maximum
            for name, maximum in self._caps.items()
        )

    def seat(self, attributes: Mapping[str, object]) -> None:
        """Count one more line with these attributes as seated; it stays counted for good."""
        for name in self._caps:
            self._seated[name, str(attributes[name])] += 1


def caps_kept(
    lines: Iterable[Line], caps: Mapping[str, int], attributes: Mapping[bytes, Mapping[str, object]]
) -> bool:
    """Tell whether every `cap` and every `seated` follows from the opened attributes, both ways.

    `attributes` is by commitment and holds every line whose first code is one of these.
    """
    tally = CapTally(caps)
    for line in lines:
        if line.outcomes[0] == DUPLICATE:
            continue
        values = attributes[line.commitment]
        if tally.admits(values) != line.was_seated():
            return False
        if line.was_seated():
            tally.seat(values)
    return True


def identities_due(lines: Iterable[Line]) -> set[bytes]:
    """Return the commitments whose both parts are opened in the end: lines that hold a seat."""
    return {line.commitment for line in lines if line.holds_seat()}


def attributes_due(lines: Iterable[Line], caps: Mapping[str, int]) -> set[bytes]:
    """Return the commitments whose attributes are opened in the end.

    With caps these are every `cap` line and every line ever seated; without, the seated ones.
    """
    due = identities_due(lines)
    if caps:
        due |= {line.commitment for line in lines if line.outcomes[0] != DUPLICATE}
    return due
