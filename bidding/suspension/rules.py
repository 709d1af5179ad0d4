"""Why a draw or its evaluation is suspended, who signs the form, and what rests meanwhile. Pure.

What the protocol fixed goes on: reveals, the run of a sealed draw, answers, countersignatures and
closings have times and signers of their own, and nobody may stop them by suspending.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from bidding.closing.rules import CLOSED, State
from oversight.authority.rules import TRUSTED_ROLE, Actor, Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken

_STOP = "87令 49 (what cannot go on is stopped and sealed); design: bidding/suspension"

NOT_SUSPENDED = Rule(
    "suspension.not_suspended",
    "While a draw is suspended nobody is invited, rung or signed in; nothing is sealed, no "
    "sealed list and no identity is opened, and the evaluation is not concluded.",
    _STOP,
)
SUSPENDED_ONCE = Rule(
    "suspension.suspended_once", "One suspension stands at a time, in a draw not closed.", _STOP
)
SUSPENSION_STANDS = Rule("suspension.stands", "What is resumed is suspended now.", _STOP)
FORM_SIGNER = Rule(
    "suspension.form_signer",
    "A suspension is signed by a post that the form of its cause names.",
    _STOP,
    Ground.FORBIDDEN,
)
CAUSE_CODED = Rule(
    "suspension.cause_coded", "A suspension has one of the coded causes.", _STOP, Ground.UNLAWFUL
)
BOTH_RESUME = Rule(
    "suspension.both_resume",
    "Operator and supervisor resume together: each agrees once, as another person.",
    _STOP,
    Ground.FORBIDDEN,
)
ONE_FORM = Rule(
    "suspension.one_form", "Operator and supervisor sign the same form of resumption.", _STOP
)

_HOUSE = Role.TRADING_CENTER
_REGULATORS = frozenset({Role.ADMINISTRATIVE_SUPERVISOR, Role.PROCUREMENT_REGULATOR})
_WATCH = frozenset({Post.DRAW_OPERATOR, Post.DRAW_SUPERVISOR})
SUSPEND = Permission(
    "bidding.suspension.suspend", _WATCH, _REGULATORS | {_HOUSE}, "中止", "Suspend an evaluation"
)
RESUME = Permission(
    "bidding.suspension.resume", _WATCH, _REGULATORS | {_HOUSE}, "恢复", "Resume an evaluation"
)
ACCOUNT_MAX: Final = 2000  # characters


class Cause(StrEnum):
    """Why nothing goes on."""

    POWER = "power"
    NETWORK = "network"
    ILLNESS = "illness"
    IMPERSONATION = "impersonation"
    CODE_LIST = "code-list"  # the list of specialties proved wrong


class Form(msgspec.Struct, frozen=True):
    """The paper that a suspension is recorded on, and who may sign it first."""

    title_zh: str
    title_en: str
    signers: frozenset[Post]


FORMS: Mapping[Cause, Form] = MappingProxyType(
    {
        Cause.POWER: Form("停电中止记录", "Record of a power failure", _WATCH),
        Cause.NETWORK: Form("网络故障中止记录", "Record of a network failure", _WATCH),
        Cause.ILLNESS: Form("人员突发疾病中止记录", "Record of a sudden illness", _WATCH),
        Cause.IMPERSONATION: Form(
            "冒名顶替处置记录", "Record of an impersonation", frozenset({Post.DRAW_SUPERVISOR})
        ),
        Cause.CODE_LIST: Form(
            "专业代码表差错中止记录",
            "Record of an error in the list of specialties",
            frozenset({Post.DRAW_OPERATOR}),
        ),
    }
)


class Side(StrEnum):
    """On whose behalf somebody resumes."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"


class Suspension(msgspec.Struct, frozen=True):
    """A suspension as it stands; empty texts have not come yet."""

    draw: str  # the first one of its session, never a supplement
    number: int  # from 1
    cause: Cause
    suspended_at: datetime
    side: str = ""  # which agreed to resume first
    person: str = ""  # who did
    form: str = ""  # hex SHA-256 of the form that both sign
    resumed_at: datetime | None = None


def side_of(actor: Actor) -> Side:
    """Return the side that an actor with one of the two posts stands for.

    Raises:
        RuleBroken: BOTH_RESUME, for a post that its party's role gives no side.
    """
    if actor.role is _HOUSE and Post.DRAW_OPERATOR in actor.posts:
        return Side.OPERATOR
    if TRUSTED_ROLE[actor.role] == "supervisor" and Post.DRAW_SUPERVISOR in actor.posts:
        return Side.SUPERVISOR
    raise RuleBroken(BOTH_RESUME, needed="the center's operator, or the supervisor")


def check_suspending(actor: Actor, cause: str, state: State, standing: Suspension | None) -> Cause:
    """Return the cause, if this actor may suspend for it now.

    Raises:
        RuleBroken: CAUSE_CODED; FORM_SIGNER; SUSPENDED_ONCE.
    """
    if cause not in set(Cause):
        raise RuleBroken(CAUSE_CODED, needed=" | ".join(Cause))
    form = FORMS[Cause(cause)]
    if form.signers.isdisjoint(actor.posts):
        raise RuleBroken(FORM_SIGNER, needed=" or ".join(sorted(form.signers)), cause=cause)
    if standing is not None or state in CLOSED or state is State.IDENTIFIED:
        number = standing.number if standing else None
        raise RuleBroken(
            SUSPENDED_ONCE, needed="a draw that goes on", state=state.value, suspension=number
        )
    return Cause(cause)


def check_resuming(standing: Suspension | None, side: Side, person: str, form: str) -> bool:
    """Return whether this agreement, as the second one, ends the suspension.

    Raises:
        RuleBroken: SUSPENSION_STANDS; BOTH_RESUME; ONE_FORM.
    """
    if standing is None:
        raise RuleBroken(SUSPENSION_STANDS, needed="nothing: it is not suspended")
    if not standing.side:
        return False
    if standing.side == side or standing.person == person:
        raise RuleBroken(BOTH_RESUME, needed="the other side", agreed=standing.side)
    if standing.form != form:
        raise RuleBroken(ONE_FORM, needed="the form that the other side signed")
    return True


def check_not_suspended(standing: Suspension | None) -> None:
    """Refuse what rests while a draw is suspended.

    Raises:
        RuleBroken: NOT_SUSPENDED, with cause and number.
    """
    if standing is not None:
        raise RuleBroken(
            NOT_SUSPENDED,
            needed="its resumption by operator and supervisor",
            suspension=standing.number,
            cause=standing.cause.value,
        )
