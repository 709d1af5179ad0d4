"""The duty roster of supervisors: sound shifts, and whose they are. Pure.

A draw waits for nobody's holiday: whoever supervises says beforehand who can be reached, and who
stands in. The roster obliges nobody's signature; it says whom to call.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken

SHIFT_DAYS_MAX: Final = 14

SHIFT_SOUND = Rule(
    "duty.shift_sound",
    "A shift ends after it begins, not in the past, lasts at most two weeks, and its deputy is "
    "another person.",
    "design: bidding/duty",
    Ground.UNLAWFUL,
)
SUPERVISES = Rule(
    "duty.supervises",
    "Who is on duty, and who stands in, supervises draws for the office that plans it.",
    "design: bidding/duty",
    Ground.UNLAWFUL,
)
SHIFT_KNOWN = Rule(
    "duty.shift_known", "The shift is one of this office.", "design: bidding/duty", Ground.ABSENT
)
SHIFT_OPEN = Rule(
    "duty.shift_open",
    "A shift is handed over once, and changed no more when it is cancelled or over.",
    "design: bidding/duty",
)

_OFFICES = frozenset({Role.ADMINISTRATIVE_SUPERVISOR, Role.PROCUREMENT_REGULATOR})
PLAN_DUTY = Permission(
    "bidding.duty.plan",
    frozenset({Post.DRAW_SUPERVISOR, Post.ADMINISTRATOR}),
    _OFFICES,
    "安排监督值班",
    "Plan a supervisor's duty",
)
SEE_DUTY = Permission(
    "bidding.duty.see",
    frozenset({Post.DRAW_SUPERVISOR, Post.DRAW_OPERATOR, Post.DRAW_APPLICANT, Post.AUDITOR}),
    None,
    "查看监督值班",
    "See who is on duty",
)


class ShiftState(StrEnum):
    """Where a shift stands."""

    PLANNED = "planned"
    HANDED_OVER = "handed-over"  # the deputy is on duty
    CANCELLED = "cancelled"


class Shift(msgspec.Struct, frozen=True):
    """A span of time in which somebody can be reached."""

    id: str
    party: str
    person: str
    deputy: str
    starts: datetime
    ends: datetime
    state: ShiftState

    def on_duty(self) -> str:
        """Return the person who is on duty in this shift."""
        return self.deputy if self.state is ShiftState.HANDED_OVER else self.person


def check_shift(person: str, deputy: str, starts: datetime, ends: datetime, now: datetime) -> None:
    """Refuse a shift that makes no sense.

    Raises:
        RuleBroken: SHIFT_SOUND.
    """
    lasts = ends - starts
    sound = timedelta(0) < lasts <= timedelta(days=SHIFT_DAYS_MAX) and ends > now
    if not sound or person == deputy:
        raise RuleBroken(
            SHIFT_SOUND,
            needed=f"an end after the start and after now, at most {SHIFT_DAYS_MAX} days, two "
            "people",
            hours=int(lasts.total_seconds() // 3600),
            same_person=person == deputy,
        )


def check_supervises(own: bool, posts: Collection[Post]) -> None:
    """Refuse somebody of another office, or who does not supervise draws.

    Raises:
        RuleBroken: SUPERVISES.
    """
    if not own or Post.DRAW_SUPERVISOR not in posts:
        raise RuleBroken(
            SUPERVISES, needed="people of the office who hold draw_supervisor", own=own
        )


def check_open(shift: Shift, now: datetime, *states: ShiftState) -> None:
    """Refuse to change a shift that is in another state than these, or over.

    Raises:
        RuleBroken: SHIFT_OPEN.
    """
    if shift.state not in states or shift.ends <= now:
        raise RuleBroken(
            SHIFT_OPEN, needed="a shift that is not over", shift=shift.id, state=shift.state.value
        )
