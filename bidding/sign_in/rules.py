"""What a clerk at the door is told, when somebody is late or absent, and who may say so. Pure.

The clerk has no list. He enters the number of a card, says how he checked it and whether it is its
bearer's, and learns whether this person is expected, and in which room.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from bidding.walk.rules import LEFT
from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken
from oversight.rulebook.figures import SignInFigures
from oversight.values.identifiers import check_resident_id
from oversight.values.instants import to_text

_DOOR = "87令 47 (who evaluates is secret); design: bidding/sign_in"

CARD_READABLE = Rule(
    "sign_in.card_readable",
    "An identity number has 18 characters whose check digit and day of birth hold.",
    "GB 11643",
    Ground.UNLAWFUL,
)
METHOD_ALLOWED = Rule(
    "sign_in.method_allowed",
    "Identity is checked in a way that the edition allows; a biometric check names its record.",
    "26令 7",
    Ground.UNLAWFUL,
)
SIGN_IN_OPEN = Rule(
    "sign_in.open",
    "Cards are checked from the edition's minutes before the evaluation until its day is over.",
    _DOOR,
)
DOOR_CALM = Rule(
    "sign_in.door_calm",
    "One clerk checks at most the edition's number of wrong cards in its number of minutes.",
    _DOOR,
    Ground.TOO_MANY,
)
SOMEBODY_ABSENT = Rule(
    "sign_in.somebody_absent",
    "Absence is said of experts who accepted, did not sign in, and whose time is over.",
    _DOOR,
)
HAS_ARRIVED = Rule(
    "sign_in.has_arrived",
    "Only who signed in and holds a seat can leave it or be removed from it.",
    "招标投标法实施条例 48; 87令 49",
)
DEPARTURE_CODED = Rule(
    "sign_in.departure_coded",
    "Whoever leaves or is removed does so for one of the coded reasons.",
    "招标投标法实施条例 48; 87令 49, 62",
    Ground.UNLAWFUL,
)

_HOUSE = Role.TRADING_CENTER
CHECK_CARD = Permission(
    "bidding.sign_in.check_card",
    frozenset({Post.SIGN_IN_CLERK}),
    frozenset({_HOUSE, Role.DEPARTMENT}),
    "签到核验",
    "Check an identity card at the door",
)
SAY_ABSENT = Permission(
    "bidding.sign_in.say_absent",
    frozenset({Post.DRAW_OPERATOR}),
    frozenset({_HOUSE}),
    "登记缺席",
    "Propose who is absent",
)
SAY_DEPARTED = Permission(
    "bidding.sign_in.say_departed",
    frozenset({Post.DRAW_OPERATOR, Post.DRAW_SUPERVISOR}),
    frozenset({_HOUSE, Role.ADMINISTRATIVE_SUPERVISOR, Role.PROCUREMENT_REGULATOR}),
    "登记离席或清退",
    "Propose that somebody left or is removed",
)
LATE: Final = "late"
ABSENT: Final = "absent"
IDENTITY_FAILED: Final = "identity-failed"
REMOVED: Final = "removed"
BIOMETRIC: Final = "biometric"

DEPARTURES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        LEFT: ("illness", "emergency", "own-wish"),
        REMOVED: ("misconduct", "secrecy-broken", "recusal-concealed", "unfit"),
    }
)


class Told(StrEnum):
    """What the clerk is told. Nothing else leaves the door."""

    YES = "yes"  # with the room
    NO = "no"
    AGAIN = "again"  # expected, but signed in already
    OTHER_SITE = "other-site"  # expected elsewhere
    WAIT = "wait"  # the supervisor decides first


class Cause(StrEnum):
    """Why a card did not open the door; for the supervisor, not for the clerk."""

    UNKNOWN = "unknown"
    ANOTHER_PERSON = "another-person"
    AGAIN = "again"
    OTHER_SITE = "other-site"
    LATE = "late"
    WAITING = "waiting"


# Cards by which a dishonest clerk could feel his way to who is expected.
WRONG: Final = frozenset({Cause.UNKNOWN, Cause.ANOTHER_PERSON, Cause.AGAIN, Cause.OTHER_SITE})
TOLD_FOR: Mapping[Cause, Told] = MappingProxyType(
    {
        Cause.UNKNOWN: Told.NO,
        Cause.ANOTHER_PERSON: Told.NO,
        Cause.AGAIN: Told.AGAIN,
        Cause.OTHER_SITE: Told.OTHER_SITE,
        Cause.LATE: Told.WAIT,
        Cause.WAITING: Told.WAIT,
    }
)


class Guest(msgspec.Struct, frozen=True):
    """Somebody who is expected, as the door meets him."""

    draw: str  # whose line he is on; of a representative: the session's
    line: int | None  # None: a representative
    representative: str  # id; empty: an expert
    site: str
    party: str  # that runs the site
    room: str
    late_at: datetime | None  # None: never late
    inside: bool  # signed in, and not out
    waiting: bool  # something is proposed of his line


def read_card(text: str) -> str:
    """Return an identity number in its kept form; the refusal never repeats it.

    Raises:
        RuleBroken: CARD_READABLE.
    """
    try:
        return check_resident_id(text)
    except ValueError as cause:
        raise RuleBroken(
            CARD_READABLE, needed="the number on the card", id_number=str(cause)
        ) from None


def check_method(method: str, reference: str, figures: SignInFigures) -> None:
    """Refuse a way of checking that the edition does not allow.

    Args:
        method: code.
        reference: hex digest of a biometric check's record, else empty.
        figures: of the edition.

    Raises:
        RuleBroken: METHOD_ALLOWED.
    """
    if method not in figures.methods or (method == BIOMETRIC) is not bool(reference):
        raise RuleBroken(
            METHOD_ALLOWED,
            needed=" | ".join(figures.methods) + "; a reference with biometric alone",
            method=method,
        )


def check_hours(at: datetime, starts: datetime, ends: datetime, figures: SignInFigures) -> None:
    """Refuse cards outside of the time in which they are checked.

    Raises:
        RuleBroken: SIGN_IN_OPEN, with the first instant.
    """
    opens = starts - timedelta(minutes=figures.opens_minutes)
    if not opens <= at < ends:
        raise RuleBroken(SIGN_IN_OPEN, needed=f"from {to_text(opens)} to {to_text(ends)}")


def check_calm(wrong: int, figures: SignInFigures) -> None:
    """Refuse a clerk's next card after too many wrong ones.

    Raises:
        RuleBroken: DOOR_CALM.
    """
    if wrong >= figures.wrong_max:
        raise RuleBroken(
            DOOR_CALM, needed=f"waiting; {figures.wrong_minutes} minutes count", wrong=wrong
        )


def late_from(starts: datetime, invited_at: datetime, figures: SignInFigures) -> datetime:
    """Return when an expert is late: who was invited on the day has time to come."""
    usual = starts + timedelta(minutes=figures.late_minutes)
    return max(usual, invited_at + timedelta(minutes=figures.arrival_minutes))


def absent_from(late_at: datetime, figures: SignInFigures) -> datetime:
    """Return when an expert who did not come is absent."""
    return late_at + timedelta(minutes=figures.absent_minutes)


def obstacle(
    guest: Guest | None, own: bool, party: str, at: datetime, excused: bool
) -> Cause | None:
    """Return why a card does not open the door; None: it does.

    Args:
        guest: whose card it is, if he is expected.
        own: the clerk says that the card is its bearer's.
        party: of the clerk.
        at: now.
        excused: that he is late was refused by a countersigner, or he was inside before.
    """
    if guest is None:
        return Cause.UNKNOWN
    if not own:
        return Cause.ANOTHER_PERSON
    if guest.inside:
        return Cause.AGAIN
    if guest.party != party:
        return Cause.OTHER_SITE
    if guest.waiting:
        return Cause.WAITING
    late = guest.late_at is not None and at >= guest.late_at
    return Cause.LATE if late and not excused else None


def proposed_for(cause: Cause, guest: Guest | None) -> str:
    """Return the outcome that is proposed for a line when its card is turned away, or nothing."""
    if guest is None or guest.line is None or guest.waiting or guest.inside:
        return ""
    return {Cause.ANOTHER_PERSON: IDENTITY_FAILED, Cause.LATE: LATE}.get(cause, "")


def check_departure(outcome: str, reason: str, arrived: bool) -> None:
    """Refuse a departure without its coded reason, or of somebody who never came.

    Raises:
        RuleBroken: DEPARTURE_CODED; HAS_ARRIVED.
    """
    if reason not in DEPARTURES.get(outcome, ()):
        needed = "; ".join(f"{word}: {' | '.join(codes)}" for word, codes in DEPARTURES.items())
        raise RuleBroken(DEPARTURE_CODED, needed=needed, outcome=outcome, reason=reason)
    if not arrived:
        raise RuleBroken(HAS_ARRIVED, needed="a line whose expert signed in")
