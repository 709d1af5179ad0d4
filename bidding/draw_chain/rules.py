"""The draw rules over a whole log (draw.md, "Entries" and the end of "Entries"). Pure.

Judged is what entries alone can show, each draw entry where it stands: no rival draw, one chain,
every step in its turn and as often as it may be taken, every nonce under its commitment. What
needs the request, a roster or a key (signatures, proof, tickets, walk) is judged by `verify`.

An entry that breaks a rule is named and then passed over: whatever follows is held against the
last entry that stood. What is remembered of a draw is a few hundred bytes.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from bidding.closing.rules import LAPSE_REASONS, NO_PROOF, VOID_REASONS
from bidding.committee.facts import Formed
from bidding.contribution.rules import CONTRIBUTORS_MIN, contribution
from bidding.draw import facts
from bidding.walk.rules import ANSWERS
from oversight.ledger.facts import Fact
from oversight.public_audit.rules import EntryRule, Finding, Shelf, Told
from oversight.values.digests import is_hex

BYTES_OF = {
    "commitment": 32, "request": 32, "nonce": 32, "alpha": 32, "pi": 80, "walk": 32,
    "evidence": 32, "statement": 32, "openings": 32,
}  # fmt: skip
FOR_COMMITTEE = "evaluation-committee"  # the purpose before which a committee is formed
AnyFact = TypeVar("AnyFact", bound=Fact)
Broken = Iterator[str]  # what is wrong with an entry; none: it stands


class Chain(msgspec.Struct):
    """A draw as its entries have told it so far."""

    subject: str
    purpose: str
    attempt: int
    of: str | None
    newest: int  # index of its last entry that stood
    commitments: dict[str, str] = {}  # by party, hex
    request: str | None = None  # sealed under, hex
    revealed: dict[str, bool] = {}  # by party: whether it gave its nonce
    drawn: tuple[str, str] | None = None  # alpha and pi, hex
    walk: str | None = None  # digest as it was logged last, hex
    answered: list[int] = []  # lines that were freed
    over: str = ""  # word of the entry that is the last: a closing, or identified

    @property
    def state(self) -> str:
        """Return the word for where it stands."""
        if self.over:
            return self.over
        if self.drawn is not None:
            return "drawn"
        return "ordered" if self.request is None else "sealed"


class Attempts(msgspec.Struct, frozen=True):
    """The newest attempt for one line of subjects, purpose and parent."""

    draw: str
    attempt: int


def _chain(shelf: Shelf, draw: str) -> Chain | None:
    kept = shelf.get(f"draw:{draw}")
    return msgspec.json.decode(kept, type=Chain) if kept is not None else None


def _keep(shelf: Shelf, draw: str, chain: Chain) -> None:
    shelf.put(f"draw:{draw}", msgspec.json.encode(chain))


def _read(told: Told, kind: type[AnyFact]) -> AnyFact | None:
    """Return the body of an entry as its fact; None if a field is missing or another thing."""
    try:
        fact = msgspec.convert(told.body, kind)
    except msgspec.ValidationError:
        return None
    for name, count in BYTES_OF.items():
        value = getattr(fact, name, None)
        if value is not None and not is_hex(value, count):
            return None
    return fact


# Orders ---------------------------------------------------------------------------------------


def judge_ordered(told: Told, shelf: Shelf) -> Iterator[Finding]:
    """Refuse a rival: attempts are gapless, and a further one follows the closing before it."""
    fact = _read(told, facts.Ordered)
    if fact is None:
        yield Finding("says not what an order says")
        return
    place = f"{fact.purpose}\n{fact.of or ''}\n{line_of(shelf, told.subject)}"
    kept = shelf.get(f"line:{place}")
    newest = msgspec.json.decode(kept, type=Attempts) if kept is not None else None
    broken = list(_order_broken(told, fact, newest, shelf))
    yield from map(Finding, broken)
    if broken:
        return
    chain = Chain(told.subject, fact.purpose, fact.attempt, fact.of, told.index)
    _keep(shelf, fact.draw, chain)
    shelf.put(f"line:{place}", msgspec.json.encode(Attempts(fact.draw, fact.attempt)))


def _order_broken(told: Told, fact: facts.Ordered, newest: Attempts | None, shelf: Shelf) -> Broken:
    if _chain(shelf, fact.draw) is not None:
        yield "orders a draw that was ordered before"
        return
    before = _chain(shelf, newest.draw) if newest is not None else None
    if before is not None and before.over not in ("voided", "lapsed"):
        yield f"rivals the draw of entry {before.newest}, which was not closed"
    expected = newest.attempt + 1 if newest is not None else 1
    if fact.purpose == FOR_COMMITTEE and _body(shelf, told.subject) is None:
        yield "is for a committee that was never formed"
    if fact.attempt != expected:
        yield f"is attempt {fact.attempt} where {expected} is next"
    if before is not None:
        if fact.previous != before.newest:
            yield f"does not follow the closing of the attempt before, entry {before.newest}"
    elif fact.of is None:
        if fact.previous is not None:
            yield "is a first attempt and follows an entry"
    else:
        yield from _supplement_broken(told, fact, _chain(shelf, fact.of))


def _supplement_broken(told: Told, fact: facts.Ordered, parent: Chain | None) -> Broken:
    if parent is None:
        yield "supplements a draw that was never ordered"
    elif (parent.subject, parent.purpose) != (told.subject, fact.purpose):
        yield "supplements a draw for another subject or purpose"
    elif parent.drawn is None:
        yield "supplements a draw that was not drawn"
    elif parent.over in ("voided", "lapsed"):
        yield "supplements a draw that was closed"
    elif fact.previous != parent.newest:
        yield f"does not follow its parent's newest entry, {parent.newest}"


# Every further entry ----------------------------------------------------------------------------

Check = Callable[[Told, Any, Chain], Broken]
Take = Callable[[Told, Any, Chain], None]


class Step(msgspec.Struct, frozen=True):
    """A kind of entry: what it says, in which states it may come, and what it changes."""

    fact: type[Fact]
    states: frozenset[str]
    check: Check
    take: Take

    def judge(self, told: Told, shelf: Shelf) -> Iterator[Finding]:
        """Name what is wrong with one entry; if nothing is, the draw goes on from it."""
        fact = _read(told, self.fact)
        if fact is None:
            yield Finding("says not what its kind says")
            return
        draw, previous = str(getattr(fact, "draw", "")), getattr(fact, "previous", None)
        chain = _chain(shelf, draw)
        if chain is None:
            yield Finding("belongs to no draw that was ordered")
            return
        broken = [*self._place(told, previous, chain), *self.check(told, fact, chain)]
        yield from map(Finding, broken)
        if not broken:
            self.take(told, fact, chain)
            chain.newest = told.index
            _keep(shelf, draw, chain)

    def _place(self, told: Told, previous: object, chain: Chain) -> Broken:
        if chain.state not in self.states:
            yield f"comes out of turn: the draw is {chain.state}"
        if previous != chain.newest:
            yield f"does not follow the draw's entry before, {chain.newest}"
        if told.subject != chain.subject:
            yield "is about another subject than its draw"


def _committed(told: Told, fact: facts.Committed, chain: Chain) -> Broken:
    if fact.party != told.actor:
        yield "commits for another party than its actor"
    if fact.party in chain.commitments:
        yield "commits a second time for its party"


def _take_committed(told: Told, fact: facts.Committed, chain: Chain) -> None:
    chain.commitments[fact.party] = fact.commitment


def _sealed(told: Told, fact: facts.Sealed, chain: Chain) -> Broken:
    if (fact.purpose, fact.attempt, fact.of) != (chain.purpose, chain.attempt, chain.of):
        yield "seals another purpose, attempt or parent than was ordered"
    if len(chain.commitments) < CONTRIBUTORS_MIN:
        yield f"seals with {len(chain.commitments)} commitments"


def _take_sealed(told: Told, fact: facts.Sealed, chain: Chain) -> None:
    chain.request = fact.request


def _revealed(told: Told, fact: facts.Revealed, chain: Chain) -> Broken:
    if fact.request != chain.request:
        yield "reveals for another request than was sealed"
    if fact.party in chain.revealed:
        yield "reveals a second time for its party"
    if fact.party not in chain.commitments:
        yield "reveals for a party that did not commit"
    elif fact.nonce is not None:
        if fact.party != told.actor:
            yield "reveals a nonce of another party than its actor"
        opened = contribution(fact.draw, fact.party, bytes.fromhex(fact.nonce))
        if opened.hex() != chain.commitments[fact.party]:
            yield "reveals a nonce that does not open the commitment"
    if (fact.nonce is None) != (fact.signature is None):
        yield "reveals without a signature, or signs nothing"


def _take_revealed(told: Told, fact: facts.Revealed, chain: Chain) -> None:
    chain.revealed[fact.party] = fact.nonce is not None


def _drawn(told: Told, fact: facts.Drawn, chain: Chain) -> Broken:
    if fact.request != chain.request:
        yield "draws for another request than was sealed"
    if chain.revealed.keys() != chain.commitments.keys():
        yield "draws before every contributor has a reveal"
    elif not any(chain.revealed.values()):
        yield "draws without any nonce"
    elif fact.beacon is None and not all(chain.revealed.values()):
        yield "draws without a beacon and without every nonce"


def _take_drawn(told: Told, fact: facts.Drawn, chain: Chain) -> None:
    chain.drawn, chain.walk = (fact.alpha, fact.pi), fact.walk


def _answered(told: Told, fact: facts.Answered, chain: Chain) -> Broken:
    if fact.outcome not in ANSWERS:
        yield "answers with a code that is none"
    if fact.line < 0 or fact.line in chain.answered:
        yield "answers on a line that was freed before, or is none"
    if fact.countersigner not in chain.commitments:
        yield "is countersigned by nobody who contributed"


def _take_answered(told: Told, fact: facts.Answered, chain: Chain) -> None:
    chain.answered.append(fact.line)
    chain.walk = fact.walk


def _closing(told: Told, fact: facts.Closing, chain: Chain) -> Broken:
    reasons = VOID_REASONS if isinstance(fact, facts.Voided) else LAPSE_REASONS
    if fact.reason not in reasons:
        yield "closes for a reason that is none"
    if (fact.pi is None) != (fact.walk is None) or (fact.pi is not None and fact.alpha is None):
        yield "tells a part of the result without the rest"
    if fact.reason == NO_PROOF and (fact.alpha is None or fact.pi is not None):
        yield "closes for want of a proof, and tells none of its inputs, or the proof"
    if fact.alpha is not None and not any(chain.revealed.values()):
        yield "tells a result without inputs"
    if chain.drawn is not None and (fact.alpha, fact.pi, fact.walk) != (*chain.drawn, chain.walk):
        yield "tells another result than was drawn"


def _take_over(told: Told, fact: Fact, chain: Chain) -> None:
    chain.over = fact.kind.rpartition(".")[2]


def _nothing(told: Told, fact: Fact, chain: Chain) -> Broken:
    return iter(())


_UNFINISHED = frozenset({"ordered", "sealed", "drawn"})
STEPS = (
    Step(facts.Committed, frozenset({"ordered"}), _committed, _take_committed),
    Step(facts.Sealed, frozenset({"ordered"}), _sealed, _take_sealed),
    Step(facts.Revealed, frozenset({"sealed"}), _revealed, _take_revealed),
    Step(facts.Drawn, frozenset({"sealed"}), _drawn, _take_drawn),
    Step(facts.Answered, frozenset({"drawn"}), _answered, _take_answered),
    Step(facts.Voided, _UNFINISHED, _closing, _take_over),
    Step(facts.Lapsed, _UNFINISHED, _closing, _take_over),
    Step(facts.Identified, frozenset({"drawn"}), _nothing, _take_over),
)


# Committees ----------------------------------------------------------------------------


class Body(msgspec.Struct):
    """A committee that was formed."""

    tender: str
    body: str
    number: int
    line: str  # the first committee that it goes back to
    succeeded: bool = False


def _body(shelf: Shelf, committee: str) -> Body | None:
    kept = shelf.get(f"body:{committee}")
    return msgspec.json.decode(kept, type=Body) if kept is not None else None


def line_of(shelf: Shelf, subject: str) -> str:
    """Return under whose name attempts count: the first committee of a line, or the subject."""
    body = _body(shelf, subject)
    return body.line if body is not None else subject


def judge_formed(told: Told, shelf: Shelf) -> Iterator[Finding]:
    """Refuse a second body for the same tender, lot and kind that does not name the first."""
    fact = _read(told, Formed)
    if fact is None:
        yield Finding("says not what forming a committee says")
        return
    before = _body(shelf, fact.predecessor) if fact.predecessor is not None else None
    broken = [*_line_broken(told, fact, before, shelf), *_lots_broken(fact, before, shelf)]
    yield from map(Finding, broken)
    if broken:
        return
    if before is not None and fact.predecessor is not None:
        before.succeeded = True
        shelf.put(f"body:{fact.predecessor}", msgspec.json.encode(before))
    line = before.line if before is not None else told.subject
    made = Body(fact.tender, fact.body, fact.number, line)
    shelf.put(f"body:{told.subject}", msgspec.json.encode(made))
    for lot in fact.lots:
        shelf.put(f"lot:{fact.tender}\n{fact.body}\n{lot}", line.encode())


def _line_broken(told: Told, fact: Formed, before: Body | None, shelf: Shelf) -> Broken:
    if _body(shelf, told.subject) is not None:
        yield "forms a committee that was formed before"
    if fact.number != (before.number + 1 if before is not None else 1):
        yield "counts its place in the line wrongly"
    if fact.predecessor is None:
        return
    if before is None:
        yield "succeeds a committee that was never formed"
    elif (before.tender, before.body) != (fact.tender, fact.body):
        yield "succeeds a committee for another tender or of another kind"
    elif before.succeeded:
        yield "succeeds a committee that has a successor"


def _lots_broken(fact: Formed, before: Body | None, shelf: Shelf) -> Broken:
    line = before.line.encode() if before is not None else None
    for lot in fact.lots:
        held = shelf.get(f"lot:{fact.tender}\n{fact.body}\n{lot}")
        if held is not None and held != line:
            yield f"is a rival of the committees of {held.decode()} for the same tender and lot"
            return


DRAW_CHAINS = EntryRule(
    "draw_chains",
    "One seal for each draw, no rival draws, unbroken chains; a committee names its predecessor.",
    {
        Formed.kind: judge_formed,
        facts.Ordered.kind: judge_ordered,
        **{step.fact.kind: step.judge for step in STEPS},
    },
)
