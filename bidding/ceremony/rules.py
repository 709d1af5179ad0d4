"""What each post may do next on the day of an evaluation, and what is recorded of the day. Pure.

A screen tells codes and counts: never a name, a specialty or a person's number.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from bidding.closing.rules import CLOSED, State
from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken
from oversight.rulebook.figures import Edition

_DAY = "1117 (十四) (traceable from end to end); design: bidding/ceremony"

RECORDING_SOUND = Rule(
    "ceremony.recording_sound",
    "A recording that a supervisor vouches for began before it ended, and ended before now.",
    "浙 29 (the draw is supervised on site); design: bidding/ceremony",
    Ground.UNLAWFUL,
)
HEAD_ELIGIBLE = Rule(
    "ceremony.head_eligible",
    "A committee's head is a member who holds a seat; a representative where the edition lets him.",
    "87令 45(四), 47; 12令 9",
    Ground.UNLAWFUL,
)
LIST_OPENED_FIRST = Rule(
    "ceremony.list_opened_first",
    "A head is elected, and the evaluation concluded, once the sealed list was opened.",
    _DAY,
)
CONCLUDED_ONCE = Rule("ceremony.concluded_once", "An evaluation is concluded once.", _DAY)

_HOUSE = frozenset({Role.TRADING_CENTER})
_REGULATORS = frozenset({Role.ADMINISTRATIVE_SUPERVISOR, Role.PROCUREMENT_REGULATOR})
_BUYERS = frozenset({Role.TENDERER, Role.PURCHASER, Role.AGENT})
WITNESS_RECORDING = Permission(
    "bidding.ceremony.witness",
    frozenset({Post.DRAW_SUPERVISOR}),
    _REGULATORS,
    "远程见证",
    "Vouch for a recording",
)
ELECT_HEAD = Permission(
    "bidding.ceremony.elect",
    frozenset({Post.DRAW_OPERATOR}),
    _HOUSE,
    "登记评标组长",
    "Record a head",
)
CONCLUDE = Permission(
    "bidding.ceremony.conclude",
    frozenset({Post.DRAW_OPERATOR}),
    _HOUSE,
    "结束评标",
    "Conclude an evaluation",
)
SEE_AS_APPLICANT = Permission(
    "bidding.ceremony.as_applicant",
    frozenset({Post.DRAW_APPLICANT}),
    _BUYERS,
    "申请人界面",
    "See the day as the applicant",
)
SEE_AS_OPERATOR = Permission(
    "bidding.ceremony.as_operator",
    frozenset({Post.DRAW_OPERATOR}),
    _HOUSE,
    "操作员界面",
    "See the day as the operator",
)
SEE_AS_SUPERVISOR = Permission(
    "bidding.ceremony.as_supervisor",
    frozenset({Post.DRAW_SUPERVISOR}),
    _REGULATORS,
    "监督员界面",
    "See the day as the supervisor",
)
SEE_DAY = Permission(
    "bidding.ceremony.see",
    frozenset({Post.DRAW_APPLICANT, Post.DRAW_OPERATOR, Post.DRAW_SUPERVISOR, Post.AUDITOR}),
    None,
    "查看中止、见证与结束记录",
    "See suspensions, recordings and the conclusion",
)

APPLICANT: Final = "applicant"
OPERATOR: Final = "operator"
SUPERVISOR: Final = "supervisor"
CONTRIBUTORS: Final = "contributors"
EXPERTS: Final = "experts"
CLERKS: Final = "clerks"
COUNTERSIGNERS: Final = "countersigners"
BOTH: Final = (OPERATOR, SUPERVISOR)


class Day(msgspec.Struct, frozen=True):
    """How far a draw and its evaluation are; nobody is named."""

    state: State
    uncommitted: int = 0  # contributors without a commitment
    silent: int = 0  # contributors without a nonce or a breach
    planned: bool = False
    contact: bool = False
    unaccepted: int = 0
    proposed: int = 0
    empty: int = 0
    unnamed: int = 0  # representatives
    sealed: bool = False  # a list that is right stands
    opened: bool = False  # the newest list is opened
    expected: int = 0  # members of a list sealed now
    arrived: int = 0
    headed: bool = False
    concluded: bool = False
    suspended: bool = False
    agreed: str = ""  # side that agreed to resume

    def drawn(self) -> bool:
        """Tell whether the draw stands."""
        return self.state is State.DRAWN


class Task(msgspec.Struct, frozen=True):
    """One thing that somebody does on the way."""

    word: str
    by: Sequence[str]
    operation: str  # of the interface; empty: not one of the three posts'
    done: Callable[[Day], bool]
    ready: Callable[[Day], bool]


def _sealed_or_later(day: Day) -> bool:
    return day.state not in (State.ORDERED, *CLOSED)


def _after(day: Day) -> bool:
    return day.state in (State.DRAWN, State.IDENTIFIED)


# In the order of the day. What is done stays done; what is ready waits for those who are named.
TASKS: Final[tuple[Task, ...]] = (
    Task("commit", (CONTRIBUTORS,), "commitNonce",
         lambda d: _sealed_or_later(d) or not d.uncommitted, lambda d: d.state is State.ORDERED),
    Task("seal", (OPERATOR,), "sealDraw",
         _sealed_or_later, lambda d: d.state is State.ORDERED and not d.uncommitted),
    Task("reveal", (CONTRIBUTORS,), "revealNonce",
         lambda d: _after(d) or (d.state is State.SEALED and not d.silent),
         lambda d: d.state is State.SEALED),
    Task("run", (OPERATOR,), "runDraw",
         _after, lambda d: d.state is State.SEALED and not d.silent),
    Task("plan-rooms", (OPERATOR,), "planVenue", lambda d: d.planned, Day.drawn),
    Task("name-representatives", (APPLICANT,), "nameRepresentative",
         lambda d: _after(d) and not d.unnamed, Day.drawn),
    Task("open-contact", (OPERATOR,), "openContact", lambda d: d.contact, Day.drawn),
    Task("countersign", (COUNTERSIGNERS,), "countersignAnswer",
         lambda d: _after(d) and not d.proposed, Day.drawn),
    Task("supplement", (APPLICANT,), "orderDraw", lambda d: _after(d) and not d.empty, Day.drawn),
    Task("accept", (EXPERTS,), "",
         lambda d: d.contact and not d.unaccepted, lambda d: d.drawn() and d.contact),
    Task("seal-list", (OPERATOR,), "sealList", lambda d: d.sealed or d.opened,
         lambda d: d.drawn() and d.planned and d.contact
         and not (d.unaccepted or d.proposed or d.empty or d.unnamed)),
    Task("sign-in", (CLERKS,), "", lambda d: d.opened or (d.sealed and d.arrived >= d.expected),
         lambda d: d.drawn() and d.sealed),
    Task("open-list", BOTH, "openList", lambda d: d.opened,
         lambda d: d.drawn() and d.sealed and d.arrived >= d.expected),
    Task("elect-head", (OPERATOR,), "electHead", lambda d: d.headed,
         lambda d: d.drawn() and d.opened),
    Task("conclude", (OPERATOR,), "concludeEvaluation", lambda d: d.concluded,
         lambda d: d.drawn() and d.opened),
)  # fmt: skip

# What goes on while everything else is suspended: the protocol fixed it.
GOES_ON: Final = frozenset({"commit", "reveal", "run", "countersign", "name-representatives"})


class Waiting(msgspec.Struct, frozen=True):
    """What is waited for, and by whom."""

    task: str
    by: Sequence[str]


class Outlook(msgspec.Struct, frozen=True):
    """What one post sees of the day."""

    done: Sequence[str]
    waits: Sequence[Waiting]
    may: Sequence[str]  # operations of the interface


def outlook(day: Day, post: str) -> Outlook:
    """Return what is done, what is waited for, and what a post may do next.

    `post` is APPLICANT, OPERATOR or SUPERVISOR. A supervisor countersigns where his party
    contributes; the rules decide that when he does.
    """
    done = [task.word for task in TASKS if task.done(day)]
    open_ = [
        task
        for task in TASKS
        if not task.done(day) and task.ready(day) and (not day.suspended or task.word in GOES_ON)
    ]
    waits = [Waiting(task.word, tuple(task.by)) for task in open_]
    if day.suspended:
        sides = [side for side in BOTH if side != day.agreed]
        waits.append(Waiting("resume", sides))
    may = [task.operation for task in open_ if _concerns(task, post)]
    return Outlook(done, waits, [*may, *_besides(day, post)])


def _concerns(task: Task, post: str) -> bool:
    counted = {COUNTERSIGNERS: (SUPERVISOR,), CONTRIBUTORS: (APPLICANT, SUPERVISOR)}
    return any(post in (by, *counted.get(by, ())) for by in task.by)


def _besides(day: Day, post: str) -> list[str]:
    """Return what a post may do at any time in this state."""
    standing = day.state not in (*CLOSED, State.IDENTIFIED)
    may = []
    if post in BOTH and standing:
        if not day.suspended:
            may.append("suspendDraw")
        elif day.agreed != post:
            may.append("resumeDraw")
    if post in BOTH and day.drawn() and day.arrived:
        may.append("proposeDeparture")
    if post == OPERATOR and day.drawn() and day.contact and not day.suspended:
        may.append("proposeAbsences")
    if post == SUPERVISOR:
        may.append("witnessRecording")
        early = day.drawn() and day.sealed and not day.opened and day.arrived < day.expected
        may += ["openList"] * (early and not day.suspended)
    if post in (SUPERVISOR, APPLICANT) and standing:
        may.append("closeDraw")
    return may


def check_recording(started: datetime, ended: datetime, now: datetime) -> None:
    """Refuse a recording whose times cannot be.

    Raises:
        RuleBroken: RECORDING_SOUND.
    """
    if not started < ended <= now:
        raise RuleBroken(RECORDING_SOUND, needed="a beginning, then an end, then now")


def check_head(line: int | None, seated: bool, edition: Edition) -> None:
    """Refuse a head who is no member, or a representative whom the edition bars.

    Args:
        line: of the expert; None: a representative.
        seated: he is a member, and signed in.
        edition: of the case.

    Raises:
        RuleBroken: HEAD_ELIGIBLE.
    """
    barred = (
        line is None
        and not edition.committee.buyer_may_head
        and edition.hard("committee_buyer_may_head")
    )
    if barred or not seated:
        raise RuleBroken(
            HEAD_ELIGIBLE, needed="an expert who is a member and signed in", barred=barred
        )


def check_opened(opened: bool) -> None:
    """Refuse what comes before the opening of the list (LIST_OPENED_FIRST)."""
    if not opened:
        raise RuleBroken(LIST_OPENED_FIRST, needed="the opening of the newest sealed list")


def check_not_concluded(concluded: bool) -> None:
    """Refuse a second conclusion (CONCLUDED_ONCE)."""
    if concluded:
        raise RuleBroken(CONCLUDED_ONCE, needed="nothing: it is concluded")
