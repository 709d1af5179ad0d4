"""When a purchaser may choose experts itself, and what still holds then. Pure.

The rule is the random draw (政府采购法实施条例 39). Where the pool holds too few, or the matter is
so complex that a draw cannot ensure competence, the purchaser may choose, with the consent of the
authority above it. Nobody calls that a draw.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from bidding.closing.rules import CLOSED, State
from bidding.roster.rules import Status
from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken
from oversight.rulebook.figures import Regime

SEATS_MAX: Final = 99

APPOINTMENT_LAWFUL = Rule(
    "appointment.lawful",
    "Experts are appointed in a case under the procurement law alone; all others are drawn.",
    "政府采购法实施条例 39; 87令 48; 招标投标法实施条例 46",
    Ground.UNLAWFUL,
)
APPOINTMENT_GROUNDED = Rule(
    "appointment.grounded",
    "Experts are appointed where a draw of this committee, closed before its seal, finds too few, "
    "or for a matter too complex to be drawn for.",
    "87令 48; 财库〔2016〕198号 13",
    Ground.UNLAWFUL,
)
APPOINTMENT_FITS = Rule(
    "appointment.fits",
    "Those who are drawn and those who are appointed are together no more than the committee's "
    "seats that no representative takes, each expert once.",
    "87令 47",
    Ground.UNLAWFUL,
)
APPOINTEE_ELIGIBLE = Rule(
    "appointment.appointee_eligible",
    "Who is appointed stands admitted in the pool, under no bar or recusal, sits not yet on the "
    "committee, and does not work for the party that formed it.",
    "87令 45, 47; 政府采购法实施条例 9",
    Ground.UNLAWFUL,
)
APPOINTED_BY_FORMER = Rule(
    "appointment.by_former",
    "Experts are appointed by the party that formed the committee.",
    "87令 48",
    Ground.FORBIDDEN,
)
APPOINTMENT_KNOWN = Rule(
    "appointment.known", "The appointment was asked for here.", "87令 48", Ground.ABSENT
)
APPOINTMENT_WAITS = Rule(
    "appointment.waits", "An appointment is decided once, by approval or refusal.", "87令 48"
)
APPROVED_BY_ANOTHER = Rule(
    "appointment.approved_by_another",
    "Who asks for an appointment does not approve it.",
    "87令 48; design: separation of duties",
    Ground.FORBIDDEN,
)

_BUYERS = frozenset({Role.PURCHASER, Role.AGENT})
_AUTHORITIES = frozenset({Role.ADMINISTRATIVE_SUPERVISOR, Role.PROCUREMENT_REGULATOR})
ASK_APPOINTMENT = Permission(
    "bidding.appointment.ask",
    frozenset({Post.DRAW_APPLICANT}),
    _BUYERS,
    "申请自行选定专家",
    "Ask to appoint experts",
)
DECIDE_APPOINTMENT = Permission(
    "bidding.appointment.decide",
    frozenset({Post.DRAW_SUPERVISOR}),
    _AUTHORITIES,
    "批准自行选定专家",
    "Decide on an appointment",
)
SEE_APPOINTMENTS = Permission(
    "bidding.appointment.see",
    frozenset({Post.DRAW_APPLICANT, Post.DRAW_OPERATOR, Post.DRAW_SUPERVISOR, Post.AUDITOR}),
    None,
    "查看自行选定情况",
    "See that experts were appointed",
)
SEE_APPOINTEES = Permission(
    "bidding.appointment.see_appointees",
    frozenset({Post.DRAW_SUPERVISOR, Post.AUDITOR}),
    None,
    "查看自行选定名单",
    "See who is to be appointed",
)  # fmt: skip


class AppointmentGround(StrEnum):
    """Why experts are not drawn."""

    ROSTER_TOO_SMALL = "roster-too-small"
    TECHNICALLY_COMPLEX = "technically-complex"


class AppointmentState(StrEnum):
    """Where an appointment stands."""

    ASKED = "asked"
    APPOINTED = "appointed"
    REFUSED = "refused"


class Shortage(msgspec.Struct, frozen=True):
    """A draw that is held to have found too few, as far as that can be judged now."""

    of_committee: bool  # it was ordered for this committee or one before it
    state: State
    sealed: bool
    seats: Sequence[int]  # of each stratum
    eligible: Sequence[int]  # experts who may be drawn now
    multiple: int  # the edition's `roster_multiple`

    def lacking(self) -> int:
        """Return the seats in strata whose rosters are too small to be drawn from."""
        pairs = zip(self.seats, self.eligible, strict=True)
        return sum(seats for seats, eligible in pairs if eligible < seats * self.multiple)


class Appointee(msgspec.Struct, frozen=True):
    """An expert as the pool knows him, as far as an appointment asks."""

    status: str
    employers: frozenset[str]  # code and plain name
    recused: bool  # from this committee or its tender
    seated: bool  # holds a seat of the committee already, drawn or appointed
    barred: bool


def read_appointment_ground(text: str) -> AppointmentGround:
    """Return the coded ground.

    Raises:
        RuleBroken: APPOINTMENT_GROUNDED, naming the lawful ones.
    """
    try:
        return AppointmentGround(text)
    except ValueError:
        raise RuleBroken(APPOINTMENT_GROUNDED, needed=" | ".join(AppointmentGround)) from None


def check_regime(regime: Regime) -> None:
    """Return only if the law of the case knows appointments.

    Raises:
        RuleBroken: APPOINTMENT_LAWFUL.
    """
    if regime is not Regime.PROCUREMENT:
        raise RuleBroken(APPOINTMENT_LAWFUL, needed="a draw", regime=regime.value)


def check_shortage(ground: AppointmentGround, shortage: Shortage | None, appointed: int) -> None:
    """Return only if the ground holds: for want of experts no more are appointed than lack.

    Raises:
        RuleBroken: APPOINTMENT_GROUNDED.
    """
    if ground is AppointmentGround.TECHNICALLY_COMPLEX:
        return
    if shortage is None or not shortage.of_committee:
        raise RuleBroken(APPOINTMENT_GROUNDED, needed="the draw of this committee that lacks them")
    if shortage.state not in CLOSED or shortage.sealed:
        raise RuleBroken(
            APPOINTMENT_GROUNDED,
            needed="a draw that was closed before its seal",
            state=shortage.state.value,
        )
    if appointed > shortage.lacking():
        raise RuleBroken(
            APPOINTMENT_GROUNDED,
            needed="a draw of those of whom there are enough",
            lacking=shortage.lacking(),
            appointed=appointed,
        )


def check_fits(experts: Sequence[str], free: int) -> None:
    """Return only if the experts are distinct, at least one, and fill no more than is free.

    Raises:
        RuleBroken: APPOINTMENT_FITS.
    """
    if len(set(experts)) != len(experts) or not 1 <= len(experts) <= free:
        raise RuleBroken(
            APPOINTMENT_FITS, needed=f"1 to {free} experts, each once", experts=len(experts)
        )


def check_appointees(found: Mapping[str, Appointee], buyers: Collection[str]) -> None:
    """Return only if everybody may sit on the committee.

    Args:
        found: by expert id.
        buyers: codes and plain names of the purchaser and its agent.

    Raises:
        RuleBroken: APPOINTEE_ELIGIBLE, counting them by obstacle.
    """
    obstacles = {
        "not admitted": [one.status != Status.ADMITTED for one in found.values()],
        "barred": [one.barred for one in found.values()],
        "recused": [one.recused for one in found.values()],
        "on the committee": [one.seated for one in found.values()],
        "of the buyer": [bool(one.employers & set(buyers)) for one in found.values()],
    }
    if counted := {name: sum(hits) for name, hits in obstacles.items() if any(hits)}:
        raise RuleBroken(APPOINTEE_ELIGIBLE, needed="other experts of the pool", obstacles=counted)
