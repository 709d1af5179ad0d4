"""When an invitation is tried again, and when all tries are used up. Pure.

Everything that may happen next to an open invitation follows from the edition's pace, the tries so
far and the time: `next_deed` says it, and `check_used_up` demands it.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from oversight.errors import Ground, Rule, RuleBroken
from oversight.rulebook.figures import ContactFigures
from oversight.values.instants import SHANGHAI, to_text

_STEP = "design: draw.md#6. Answer and replace"

TRIES_USED_UP = Rule(
    "contact.tries_used_up",
    "A line is unreachable when all tries of its edition have reached nobody, or nobody answered "
    "in the time that begins with a delivered one.",
    _STEP,
)
NOT_TOO_EARLY = Rule(
    "contact.not_too_early",
    "Nobody is invited earlier before the evaluation than the edition allows.",
    "渝 30 (24 h); 财库〔2016〕198号 14 (2 working days)",
    Ground.UNLAWFUL,
)
EVALUATION_NOT_OVER = Rule(
    "contact.evaluation_not_over", "Nobody is invited to an evaluation that is over.", _STEP
)


class Pace(StrEnum):
    """Which of an edition's two sets of figures an invitation follows."""

    USUAL = "usual"
    EXPEDITED = "expedited"  # invited on the day of the evaluation itself


class Outcome(StrEnum):
    """What became of a try."""

    DELIVERED = "delivered"  # somebody took the call, or the message reached the telephone
    NO_ANSWER = "no-answer"  # it rang, or was sent, in vain
    FAILED = "failed"  # the number takes nothing
    LOST = "lost"  # the gateway did not take it, or never said what became of it


COUNTED: Final = frozenset({Outcome.DELIVERED, Outcome.NO_ANSWER, Outcome.FAILED})


class Plan(msgspec.Struct, frozen=True):
    """The figures that one invitation follows."""

    channels: tuple[str, ...]  # of each try, in order
    pause: timedelta
    window: timedelta
    from_hour: int  # Asia/Shanghai
    to_hour: int


class Try(msgspec.Struct, frozen=True):
    """A try of the present round."""

    number: int
    channel: str
    made_at: datetime
    outcome: Outcome | None  # None: under way
    ended_at: datetime | None


class Deed(StrEnum):
    """What is to be done with an open invitation."""

    WAIT = "wait"
    RING = "ring"
    LOSE = "lose"  # end a try of which nothing was heard
    GIVE_UP = "give-up"  # propose `unreachable`


class Next(msgspec.Struct, frozen=True):
    """The next deed, and when it is due."""

    deed: Deed
    at: datetime
    channel: str = ""  # of the try to make


def plan_of(figures: ContactFigures, pace: Pace) -> Plan:
    """Return the figures for a pace. On the day itself the hours of the day do not bind."""
    if pace is Pace.EXPEDITED:
        return Plan(
            figures.expedited_tries,
            timedelta(minutes=figures.expedited_pause_minutes),
            timedelta(minutes=figures.expedited_window_minutes),
            0,
            24,
        )
    return Plan(
        figures.tries,
        timedelta(minutes=figures.pause_minutes),
        timedelta(minutes=figures.window_minutes),
        figures.from_hour,
        figures.to_hour,
    )


def pace_at(at: datetime, starts: datetime) -> Pace:
    """Return the pace of an invitation that begins now: expedited on the evaluation's own day."""
    same = at.astimezone(SHANGHAI).date() >= starts.astimezone(SHANGHAI).date()
    return Pace.EXPEDITED if same else Pace.USUAL


def in_hours(plan: Plan, at: datetime) -> datetime:
    """Return the first instant from `at` on at which a try may be made."""
    assert 0 <= plan.from_hour < plan.to_hour <= 24, "an edition has hours of the day"  # noqa: PLR2004
    local = at.astimezone(SHANGHAI)
    if plan.from_hour <= local.hour < plan.to_hour:
        return at
    day = local.date() + timedelta(days=local.hour >= plan.to_hour)
    return datetime.combine(day, time(plan.from_hour), SHANGHAI)


def next_deed(plan: Plan, invited_at: datetime, tries: Sequence[Try]) -> Next:
    """Return what comes next for an open invitation, and when.

    A try of which nothing was heard for a window is lost, and does not count: a gateway that is
    silent makes nobody unreachable. Each other try counts, whatever became of it.

    Args:
        plan: the invitation's pace.
        invited_at: when this round began.
        tries: of this round, oldest first.
    """
    if not tries:
        return Next(Deed.RING, in_hours(plan, invited_at), plan.channels[0])
    last = tries[-1]
    if last.outcome is None:
        return Next(Deed.LOSE, last.made_at + plan.window)
    counted = [one for one in tries if one.outcome in COUNTED]
    if len(counted) < len(plan.channels):
        due = in_hours(plan, last.made_at + plan.pause)
        return Next(Deed.RING, due, plan.channels[len(counted)])
    ends = [_window_end(plan, one) for one in counted]
    return Next(Deed.GIVE_UP, max(ends))


def _window_end(plan: Plan, one: Try) -> datetime:
    """Return until when an answer to an ended try is awaited."""
    assert one.ended_at is not None, "a try with an outcome has ended"
    return one.ended_at + (plan.window if one.outcome is Outcome.DELIVERED else timedelta())


def due_now(following: Next, now: datetime) -> Deed:
    """Return the deed if its time has come, else WAIT."""
    return following.deed if following.at <= now else Deed.WAIT


def check_used_up(plan: Plan, invited_at: datetime, tries: Sequence[Try], now: datetime) -> None:
    """Refuse to call a line unreachable before its edition's tries and windows are used up.

    Raises:
        RuleBroken: TRIES_USED_UP, with the tries that are missing and what is still awaited.
    """
    following = next_deed(plan, invited_at, tries)
    if due_now(following, now) is Deed.GIVE_UP:
        return
    made = sum(one.outcome in COUNTED for one in tries)
    missing = len(plan.channels) - made
    needed = {
        Deed.RING: f"{missing} more tries, the next from {to_text(following.at)} on",
        Deed.LOSE: "the report of the try that is under way, "
        f"or that {to_text(following.at)} passes without one",
        Deed.GIVE_UP: f"that {to_text(following.at)} passes without an answer",
    }[following.deed]
    raise RuleBroken(TRIES_USED_UP, needed=needed, tries=made, of=len(plan.channels))


def check_not_over(now: datetime, ends: datetime) -> None:
    """Refuse invitations to what is over.

    Raises:
        RuleBroken: EVALUATION_NOT_OVER.
    """
    if now >= ends:
        raise RuleBroken(EVALUATION_NOT_OVER, needed=f"a moment before {to_text(ends)}")


def check_early(missed: Sequence[str], starts: datetime) -> None:
    """Refuse to invite while a hard figure says that it is too early.

    Args:
        missed: names of the hard figures that are not kept.
        starts: when the evaluation begins.

    Raises:
        RuleBroken: NOT_TOO_EARLY.
    """
    if missed:
        needed = f"a time nearer to the evaluation at {to_text(starts)}"
        raise RuleBroken(NOT_TOO_EARLY, needed=needed, figures=list(missed))


def missed_windows(
    figures: ContactFigures, now: datetime, starts: datetime, last_workday: bool
) -> list[str]:
    """Return the names of the edition's figures for which it is too early to invite.

    Args:
        figures: the edition's.
        now: the present.
        starts: when the evaluation begins.
        last_workday: whether the edition's working days from today on reach its day.
    """
    missed = []
    if figures.window_hours is not None and starts - now > timedelta(hours=figures.window_hours):
        missed.append("draw_window_hours")
    if figures.window_workdays is not None and not last_workday:
        missed.append("draw_window_workdays")
    return missed
