"""What binds a supplement to its parent (draw.md, "Answer and replace", and step 14 of verifying).

A supplement is ordered when a stratum of its parent has an empty seat and no position left. It
follows the parent's newest entry, the only fork that there may be, and from its seal on the
parent's walk appends no line.
"""

from collections.abc import Iterable, Sequence

import msgspec

from bidding.bundle.rules import Bundle
from bidding.draw import facts
from bidding.lottery.rules import Order
from bidding.proof.rules import Attempt
from bidding.testimony.rules import Record
from bidding.walk.rules import CAP, Line, Walk
from oversight.errors import ProofRejected


class Stage(msgspec.Struct, frozen=True):
    """How far a walk had come with one entry."""

    entry: int  # its index
    lines: int
    lacking: bool  # a stratum has an empty seat and no position left


def check_same_draw(supplement: Bundle, parent: Bundle) -> None:
    """Raise ProofRejected unless this is the parent that the supplement's request means."""
    ours, theirs = supplement.request, parent.request
    if theirs.draw != ours.of or parent.log.checkpoint != supplement.log.checkpoint:
        raise ProofRejected("the parent is another draw, or under another checkpoint")
    if (theirs.origin, theirs.subject, theirs.secret) != (ours.origin, ours.subject, ours.secret):
        raise ProofRejected("the parent has another log, subject or secret")


def stages(
    attempt: Attempt, orders: Sequence[Order], lines: Sequence[Line], before: Iterable[bytes]
) -> list[Stage]:
    """Return how far a verified walk had come with `drawn` and with each answer.

    `before` holds the commitments on the lines of the attempt's own parents.
    """
    drawn = attempt.record.only(facts.Drawn)
    if drawn is None:
        return []
    walk = Walk(
        [one.seats for one in attempt.request.strata],
        orders,
        lambda _stratum, _position: lines[len(walk.lines)].commitment,
        lambda _stratum, _position, _commitment: lines[len(walk.lines)].outcomes[0] != CAP,
        before,
    )
    walk.begin()
    reached = [_stage(attempt, walk, drawn[0].index)]
    for entry, fact in attempt.record.all(facts.Answered):
        walk.answer(fact.line, fact.outcome)
        reached.append(_stage(attempt, walk, entry.index))
    return reached


def _stage(attempt: Attempt, walk: Walk, entry: int) -> Stage:
    seated = [line.stratum for line in walk.lines if line.holds_seat()]
    lacking = any(
        walk.exhausted(place) and seated.count(place) < stratum.seats
        for place, stratum in enumerate(attempt.request.strata)
    )
    return Stage(entry, len(walk.lines), lacking)


def check_exhausted(attempts: Sequence[Record], parent: Record, walked: Sequence[Stage]) -> int:
    """Return the index of the parent's newest entry when the supplement was ordered.

    `attempts` are the supplement's, the first one first; `walked` are the parent's stages.

    Raises:
        ProofRejected: another entry is followed, the parent was closed or not exhausted then, or
            its walk went on after the first seal of the supplement.
    """
    ordered = attempts[0].only(facts.Ordered)
    assert ordered is not None, "step 4 found the order"
    entry, fact = ordered
    before = [one.index for one in parent.entries if one.index < entry.index]
    if not before or fact.previous != before[-1]:
        raise ProofRejected("the supplement does not follow its parent's newest entry")
    closed = parent.only(facts.Closing)
    if closed is not None and closed[0].index < entry.index:
        raise ProofRejected("the parent was closed before the supplement was ordered")
    then = [stage for stage in walked if stage.entry < entry.index]
    if not then or not then[-1].lacking:
        raise ProofRejected("the parent was not exhausted when the supplement was ordered")
    sealed = min(one.index for record in attempts for one, _ in record.all(facts.Sealed))
    if any(stage.lines != _lines_at(sealed, walked) for stage in walked if stage.entry > sealed):
        raise ProofRejected("the parent's walk went on after the supplement's seal")
    return before[-1]


def _lines_at(index: int, walked: Sequence[Stage]) -> int:
    return max(stage.lines for stage in walked if stage.entry < index)
