"""When an expert must stay away, in the law's own types, and for how long. Pure.

The tendering law names four grounds (12号令 12, 招标投标法 37); the procurement law names
relations within three years before the case (采购法实施条例 9). An expert declares against an
organisation, by its code or its name, or against one subject: a committee or a tender.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from bidding.roster.rules import ORGANISATION_MAX, Organisation, clean_text, read_uscc
from oversight.authority.rules import Permission, Post
from oversight.errors import Ground, Rule, RuleBroken
from oversight.values.names import normalise_name

SUBJECT_MAX = 200  # characters of a tender's or committee's id
PERIOD_DAYS_MAX = 3 * 366  # a longer absence is a matter of standing, not of the calendar

AGAINST_NAMED = Rule(
    "recusal.against_named",
    "A recusal is declared against an organisation, by code or name, or against one subject.",
    "评标委员会和评标方法暂行规定 12; 政府采购法实施条例 9",
    Ground.UNLAWFUL,
)
GROUND_TYPED = Rule(
    "recusal.ground_typed",
    "A recusal gives one of the grounds that the law names.",
    "评标委员会和评标方法暂行规定 12; 政府采购法实施条例 9",
    Ground.UNLAWFUL,
)
PERIOD_SOUND = Rule(
    "recusal.period_sound",
    "An absence ends no earlier than it begins, lies not wholly in the past and lasts at most "
    "three years.",
    "design: bidding/recusal",
    Ground.UNLAWFUL,
)
DECLARATION_KNOWN = Rule(
    "recusal.declaration_known",
    "The declaration stands in this pool and was not lifted before.",
    "design: bidding/recusal",
    Ground.ABSENT,
)
DECLARED_FOR_ONESELF = Rule(
    "recusal.declared_for_oneself",
    "An expert declares for himself; for others the pool's keeper enters what they declared.",
    "评标委员会和评标方法暂行规定 12",
    Ground.FORBIDDEN,
)
DECLARE = Permission(
    "bidding.recusal.declare",
    frozenset({Post.EXPERT, Post.POOL_KEEPER}),
    None,
    "申报回避或请假",
    "Declare a recusal or an absence",
)
LIFT = Permission(
    "bidding.recusal.lift",
    frozenset({Post.POOL_REVIEWER}),
    None,
    "解除回避或请假",
    "Lift a recusal or an absence",
)
SEE_DECLARATIONS = Permission(
    "bidding.recusal.see",
    frozenset({Post.POOL_KEEPER, Post.POOL_REVIEWER, Post.AUDITOR}),
    None,
    "查看回避与请假",
    "See recusals and absences",
)


class RecusalGround(StrEnum):
    """Why an expert steps down."""

    CLOSE_RELATIVE = "close-relative"
    AUTHORITY_STAFF = "authority-staff"
    ECONOMIC_INTEREST = "economic-interest"
    PUNISHED = "punished"
    FORMER_EMPLOYEE = "former-employee"
    DIRECTOR_OR_SUPERVISOR = "director-or-supervisor"
    CONTROLLING_HOLDER = "controlling-holder"
    OTHER = "other"


# Article for each ground, for those who must be told why.
SOURCES: Final[Mapping[RecusalGround, str]] = MappingProxyType(
    {
        RecusalGround.CLOSE_RELATIVE: "12号令 12(一); 采条 9(四)",
        RecusalGround.AUTHORITY_STAFF: "12号令 12(二); 招条 46",
        RecusalGround.ECONOMIC_INTEREST: "12号令 12(三)",
        RecusalGround.PUNISHED: "12号令 12(四)",
        RecusalGround.FORMER_EMPLOYEE: "采条 9(一)",
        RecusalGround.DIRECTOR_OR_SUPERVISOR: "采条 9(二)",
        RecusalGround.CONTROLLING_HOLDER: "采条 9(三)",
        RecusalGround.OTHER: "采条 9(五)",
    }
)


class Against(msgspec.Struct, frozen=True):
    """Whom or what a recusal concerns: an organisation, or one subject, never both."""

    uscc: str = ""
    name: str = ""
    subject: str = ""  # id of a committee or a tender


def read_against(given: Against) -> Against:
    """Return whom a recusal concerns, in kept form.

    Raises:
        RuleBroken: AGAINST_NAMED.
    """
    if bool(given.subject) == bool(given.uscc or given.name):
        raise RuleBroken(AGAINST_NAMED, needed="an organisation or a subject, one of the two")
    if given.subject:
        return Against(subject=_kept(given.subject, SUBJECT_MAX))
    name = _kept(given.name, ORGANISATION_MAX) if given.name else ""
    try:
        return Against(uscc=read_uscc(given.uscc), name=name)
    except ValueError as cause:
        raise RuleBroken(AGAINST_NAMED, needed="a valid code", cause=str(cause)) from None


def _kept(text: str, longest: int) -> str:
    try:
        return clean_text(text, longest)
    except ValueError as cause:
        raise RuleBroken(AGAINST_NAMED, needed="a valid name", cause=str(cause)) from None


def read_ground(text: str) -> RecusalGround:
    """Return the typed ground.

    Raises:
        RuleBroken: GROUND_TYPED, naming the lawful ones.
    """
    try:
        return RecusalGround(text)
    except ValueError:
        raise RuleBroken(
            GROUND_TYPED, needed="one of " + ", ".join(sorted(RecusalGround))
        ) from None


def check_period(begins: date, ends: date, on: date) -> None:
    """Return only if an absence from `begins` to `ends`, both included, makes sense on `on`.

    Raises:
        RuleBroken: PERIOD_SOUND.
    """
    if ends < begins or ends < on or (ends - begins).days >= PERIOD_DAYS_MAX:
        raise RuleBroken(
            PERIOD_SOUND,
            needed=f"at most {PERIOD_DAYS_MAX} days, the last of them today or later",
            begins=begins.isoformat(),
            ends=ends.isoformat(),
        )


def organisation_keys(organisations: frozenset[Organisation]) -> frozenset[str]:
    """Return every code and plain name under which the parties of a case may be met."""
    given = {key for one in organisations for key in (one.uscc, normalise_name(one.name))}
    return frozenset(given - {""})
