"""What becomes of a seated line: who may say so, who may vouch for it, who sits where. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from bidding.contribution.rules import NEVER_COUNTERSIGN
from bidding.lottery.rules import draw_rule
from bidding.walk.rules import ANSWER_KNOWN, ANSWERS, LEFT, LINE_SEATED, Line
from oversight.authority.rules import Permission, Post
from oversight.errors import Ground, RuleBroken

SECTION: Final = "6. Answer and replace"
EXPERTS_OWN: Final = frozenset({"declined", "withdrew"})  # nobody else can say them
RECUSED: Final = "recused"

EXPERTS_OWN_ANSWER = draw_rule(
    "experts_own_answer",
    "That an expert declined or withdrew is said by the expert's own answer alone.",
    SECTION,
    Ground.FORBIDDEN,
)
RESULT_STANDS = draw_rule(
    "result_stands",
    "Nothing takes the place of what broke a tie, of a coefficient or of an order of presentation.",
    "Other purposes, same engine",
    Ground.FORBIDDEN,
)
PROPOSAL_KNOWN = draw_rule(
    "proposal_known", "The proposal stands in this draw.", SECTION, Ground.ABSENT
)
ONE_PROPOSAL_WAITS = draw_rule(
    "one_proposal_waits", "One answer to a line waits for a countersignature at a time.", SECTION
)
PROPOSAL_WAITS = draw_rule(
    "proposal_waits", "What is countersigned or dismissed waits for it.", SECTION
)
COUNTERSIGNER_INDEPENDENT = draw_rule(
    "countersigner_independent",
    "A contributor countersigns that is neither center, tenderer, purchaser nor agent.",
    SECTION,
    Ground.FORBIDDEN,
)
COUNTERSIGNING_KEY_GOOD = draw_rule(
    "countersigning_key_good",
    "The key in the request that countersigns was not compromised or lost.",
    SECTION,
)
ANSWER_CURRENT = draw_rule(
    "answer_current", "A countersignature stands behind the draw's newest entry.", SECTION
)
PARENT_SUPERSEDED = draw_rule(
    "parent_superseded", "From the seal of a supplement its parent appends no line.", SECTION
)
DISMISSER_ENTITLED = draw_rule(
    "dismisser_entitled",
    "A countersigner refuses a proposal; the house takes back what the house proposed.",
    SECTION,
    Ground.FORBIDDEN,
)
DISMISSAL_REASONED = draw_rule(
    "dismissal_reasoned",
    "A dismissal gives one of its coded reasons.",
    SECTION,
    Ground.UNLAWFUL,
)
FINAL_PURPOSES: Final = frozenset({"tie-break", "parameter", "presentation-order"})
DISMISSAL_REASONS: Final = ("mistaken", "evidence-insufficient", "evidence-contradicted")

_COUNTERSIGNERS = frozenset({Post.DRAW_SUPERVISOR, Post.DRAW_CONTRIBUTOR})
PROPOSE_ANSWER = Permission(
    "bidding.answer.propose",
    frozenset({Post.DRAW_OPERATOR, Post.DRAW_SUPERVISOR}),
    None,
    "提出席位变动",
    "Propose what became of a seat",
)
COUNTERSIGN = Permission(
    "bidding.answer.countersign", _COUNTERSIGNERS, None, "会签席位变动", "Countersign an answer"
)
DISMISS = Permission(
    "bidding.answer.dismiss",
    _COUNTERSIGNERS | {Post.DRAW_OPERATOR},
    None,
    "驳回或撤回席位变动",
    "Refuse or take back a proposed answer",
)
SEE_EVIDENCE = Permission(
    "bidding.answer.see_evidence",
    _COUNTERSIGNERS | {Post.AUDITOR},
    None,
    "查看席位变动依据",
    "See the evidence of an answer",
)


class Cause(StrEnum):
    """Who says what became of the line."""

    EXPERT = "expert"  # the expert answered
    HOUSE = "house"  # those who run the draw saw it happen


class ProposalState(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    COUNTERSIGNED = "countersigned"
    WITHDRAWN = "withdrawn"  # taken back or refused: the line is seated as before


class Proposal(msgspec.Struct, frozen=True):
    """A coded outcome for a seated line, waiting for a countersignature or past it."""

    id: str
    draw: str
    line: int  # 0-based in the walk
    outcome: str
    evidence: str  # digest of the salted record, hex
    cause: Cause
    state: ProposalState


class SeatState(StrEnum):
    """What is known of a seat without knowing anybody."""

    SEATED = "seated"
    PROPOSED = "proposed"  # seated; an answer waits for its countersignature
    LEFT = "left"  # empty for good: who sat here left during the work
    EXHAUSTED = "exhausted"  # empty: nobody is left in the stratum; a supplement fills it


class Seat(msgspec.Struct, frozen=True):
    """One place to be filled, and which line of the walk fills it now."""

    number: int  # 1-based, over all strata in the request's order
    stratum: int  # index in the request
    line: int | None  # None: empty
    state: SeatState


class LineState(msgspec.Struct, frozen=True):
    """One line of the walk, as whoever works with its seat meets it."""

    line: int
    stratum: int  # index in the request
    seat: int | None  # number of the seat that it holds or held; None: it was never seated
    outcomes: tuple[str, ...]
    effective: bool  # the entry that appended it is in effect
    proposal: Proposal | None  # that waits

    def holds_seat(self) -> bool:
        """Tell whether the line is seated now."""
        return Line(self.stratum, 0, b"", self.outcomes).holds_seat()


def check_replaceable(purpose: str) -> None:
    """Return only if what is drawn for this purpose can be replaced by the next in the order.

    A tie that were broken anew until it pleases would be no tie broken by lot.

    Raises:
        RuleBroken: RESULT_STANDS.
    """
    if purpose in FINAL_PURPOSES:
        raise RuleBroken(RESULT_STANDS, needed="nothing: the result stands", purpose=purpose)


def check_proposal(lines: Sequence[Line], number: int, outcome: str, by_expert: bool) -> None:
    """Refuse a code that nobody may give this line.

    Raises:
        RuleBroken: ANSWER_KNOWN; LINE_SEATED, with what became of the line; EXPERTS_OWN_ANSWER.
    """
    if outcome not in ANSWERS:
        raise RuleBroken(ANSWER_KNOWN, needed=" | ".join(ANSWERS), outcome=outcome)
    if not 0 <= number < len(lines) or not lines[number].holds_seat():
        became = list(lines[number].outcomes) if 0 <= number < len(lines) else None
        raise RuleBroken(LINE_SEATED, needed="a line that is seated", line=number, outcomes=became)
    if outcome in EXPERTS_OWN and not by_expert:
        raise RuleBroken(
            EXPERTS_OWN_ANSWER, needed="the expert's own answer", line=number, outcome=outcome
        )


def check_none_waits(waiting: Proposal | None) -> None:
    """Refuse a second proposal beside one that waits.

    Raises:
        RuleBroken: ONE_PROPOSAL_WAITS, naming the one that does.
    """
    if waiting is not None:
        raise RuleBroken(
            ONE_PROPOSAL_WAITS,
            needed="its countersignature or its dismissal first",
            line=waiting.line,
            proposal=waiting.id,
            outcome=waiting.outcome,
            state=waiting.state.value,
        )


def check_waits(proposal: Proposal) -> None:
    """Refuse to decide a proposal twice.

    Raises:
        RuleBroken: PROPOSAL_WAITS, with its present state.
    """
    if proposal.state is not ProposalState.WAITING:
        raise RuleBroken(
            PROPOSAL_WAITS,
            needed="a proposal that waits",
            proposal=proposal.id,
            state=proposal.state.value,
        )


def may_countersign(party: str, role: str, contributors: Collection[str]) -> bool:
    """Tell whether a party of this trusted role may vouch for an answer."""
    return party in contributors and role not in NEVER_COUNTERSIGN


def check_countersigner(party: str, role: str, contributors: Collection[str]) -> None:
    """Refuse whoever may not vouch for an answer.

    Raises:
        RuleBroken: COUNTERSIGNER_INDEPENDENT.
    """
    if not may_countersign(party, role, contributors):
        raise RuleBroken(
            COUNTERSIGNER_INDEPENDENT,
            needed="a contributor of another role",
            role=role,
            contributes=party in contributors,
        )


def check_key(key: str, good: Collection[str]) -> None:
    """Refuse a countersignature under a key that whoever stole it could use.

    Args:
        key: the party's in the request, base64.
        good: the party's keys that were not given up as compromised or lost.

    Raises:
        RuleBroken: COUNTERSIGNING_KEY_GOOD.
    """
    if key not in good:
        raise RuleBroken(COUNTERSIGNING_KEY_GOOD, needed="another contributor, or a closing")


def check_previous(signed: int, newest: int) -> None:
    """Refuse what was signed behind another entry than the draw's newest.

    Raises:
        RuleBroken: ANSWER_CURRENT, with the newest entry's index.
    """
    if signed != newest:
        raise RuleBroken(
            ANSWER_CURRENT, needed="the statement as it stands now", previous=newest, signed=signed
        )


def check_not_superseded(superseded: bool, appended: int) -> None:
    """Refuse an answer that would append lines beside a sealed supplement.

    Raises:
        RuleBroken: PARENT_SUPERSEDED.
    """
    if superseded and appended:
        raise RuleBroken(PARENT_SUPERSEDED, needed="an answer in the supplement, or another one")


def check_dismissal(proposal: Proposal, countersigner: bool, operator: bool, reason: str) -> None:
    """Refuse a dismissal by somebody else, or without one of its reasons.

    Args:
        proposal: what is dismissed.
        countersigner: the actor may countersign in this draw.
        operator: the actor operates the draw for the center.
        reason: code.

    Raises:
        RuleBroken: DISMISSER_ENTITLED, DISMISSAL_REASONED.
    """
    if not countersigner and not (operator and proposal.cause is Cause.HOUSE):
        raise RuleBroken(
            DISMISSER_ENTITLED, needed="a countersigner", proposed_by=proposal.cause.value
        )
    if reason not in DISMISSAL_REASONS:
        raise RuleBroken(DISMISSAL_REASONED, needed=" | ".join(DISMISSAL_REASONS), reason=reason)


def seating(
    seats: Sequence[int],
    lines: Sequence[Line],
    answers: Iterable[tuple[int, str]],
    waiting: Collection[int] = (),
) -> list[Seat]:
    """Return every seat with the line that fills it now.

    A seat that an answer frees goes to the line that this answer seated.

    Args:
        seats: of each stratum.
        lines: the walk as it stands.
        answers: line and code of each answer, oldest first.
        waiting: lines for which an answer waits.
    """
    return list(_Plan(seats, lines, answers).seats(waiting))


def seats_of_lines(
    seats: Sequence[int], lines: Sequence[Line], answers: Iterable[tuple[int, str]]
) -> Mapping[int, int]:
    """Return the number of the seat that each line holds or held; arguments as for `seating`."""
    return _Plan(seats, lines, answers).seat_of


class _Plan:
    """The seats as lines take them, one answer after the other."""

    def __init__(
        self, seats: Sequence[int], lines: Sequence[Line], answers: Iterable[tuple[int, str]]
    ) -> None:
        self._stratum_of = [stratum for stratum, count in enumerate(seats) for _ in range(count)]
        self._waits = [
            [n for n, line in enumerate(lines) if line.stratum == stratum and line.was_seated()]
            for stratum in range(len(seats))
        ]
        self.seat_of: dict[int, int] = {}
        self._filled: dict[int, int | SeatState] = {}
        for number, stratum in enumerate(self._stratum_of, 1):
            self._fill(number, stratum)
        for line, outcome in answers:
            seat = self.seat_of[line]
            if outcome == LEFT:
                self._filled[seat] = SeatState.LEFT
            else:
                self._fill(seat, lines[line].stratum)

    def _fill(self, seat: int, stratum: int) -> None:
        if not self._waits[stratum]:
            self._filled[seat] = SeatState.EXHAUSTED
            return
        line = self._waits[stratum].pop(0)
        self._filled[seat], self.seat_of[line] = line, seat

    def seats(self, waiting: Collection[int]) -> Iterable[Seat]:
        """Yield the seats in the order of their numbers."""
        for number, stratum in enumerate(self._stratum_of, 1):
            held = self._filled[number]
            if isinstance(held, SeatState):
                yield Seat(number, stratum, None, held)
            else:
                state = SeatState.PROPOSED if held in waiting else SeatState.SEATED
                yield Seat(number, stratum, held, state)
