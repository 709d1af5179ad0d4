"""Who may be invited, who may begin it, and what an expert may answer. Pure.

When an invitation is tried again, and when a line counts as unreachable, is said in `pacing`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from bidding.invitation.rules import REASONS, Response
from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken

_STEP = "design: draw.md#6. Answer and replace"

DRAW_STANDS = Rule(
    "contact.draw_stands", "Only those are invited who hold a seat in a draw that stands.", _STEP
)
CONTACT_ONCE = Rule(
    "contact.once", "A draw's invitations are opened once; each line's follow by themselves.", _STEP
)
CONTACT_OPEN = Rule("contact.open", "The draw's invitations were opened.", _STEP, Ground.ABSENT)
WITHIN_SEATS = Rule(
    "contact.within_seats",
    "The open invitations of a stratum are lines that hold a seat, no more than its seats.",
    _STEP,
)
LINE_INVITED = Rule(
    "contact.line_invited", "The line is invited, and its answer is still awaited.", _STEP
)
ANSWER_OPENS = Rule(
    "contact.answer_opens",
    "An answer comes with a link or a code that is current, not used, and made for it.",
    "design: gateway.md#Secrets",
    Ground.ABSENT,
)
ANSWERS_CALM = Rule(
    "contact.answers_calm",
    "From one address at most ten wrong links or codes come in a quarter of an hour.",
    "design: gateway.md#Secrets",
    Ground.TOO_MANY,
)
ANSWER_REASONED = Rule(
    "contact.answer_reasoned",
    "Whoever declines or withdraws gives one of the coded reasons; whoever accepts gives none.",
    _STEP,
    Ground.UNLAWFUL,
)
TRY_UNDER_WAY = Rule(
    "contact.try_under_way",
    "A report of the gateway concerns a message that it took and that is under way.",
    "design: gateway.md#Reports",
)
KEY_OFFERED = Rule(
    "contact.key_offered",
    "A key that is pressed is one that the message offered.",
    "design: gateway.md#Reports",
    Ground.UNLAWFUL,
)
DEED_DUE = Rule("contact.deed_due", "What the clock does is done once, when it is due.", _STEP)
REGION_KNOWN = Rule(
    "contact.region_known",
    "The region of the evaluation is a code in force.",
    "GB/T 2260",
    Ground.UNLAWFUL,
)

_HOUSE = frozenset({Role.TRADING_CENTER})
OPEN_CONTACT = Permission(
    "bidding.contact.open",
    frozenset({Post.DRAW_OPERATOR}),
    _HOUSE,
    "开始通知",
    "Open the invitations of a draw",
)
RING = Permission(
    "bidding.contact.ring",
    frozenset({Post.DRAW_OPERATOR}),
    _HOUSE,
    "呼叫与超时处理（服务自动进行）",
    "Ring, and propose who is unreachable (the service does so by itself)",
)
SEE_CONTACT = Permission(
    "bidding.contact.see",
    frozenset({Post.DRAW_OPERATOR, Post.DRAW_SUPERVISOR, Post.DRAW_APPLICANT, Post.AUDITOR}),
    None,
    "查看席位通知状态",
    "See how far the invitations of seats are",
)
ANSWER_INVITATION = Permission(
    "bidding.contact.answer",
    frozenset({Post.EXPERT}),
    frozenset({Role.EXPERT}),
    "答复通知（凭一次性链接、验证码或按键）",
    "Answer an invitation (by a one-time link, a code or a key)",
)

WRONG_MAX: Final = 10
REST_MINUTES: Final = 15


class State(StrEnum):
    """Where an invitation stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"  # proposed; a countersignature frees the seat
    WITHDREW = "withdrew"  # the same, after it was accepted
    UNREACHED = "unreachable"  # the same, proposed by the house


AWAITED_STATE: Mapping[Response, State] = MappingProxyType(
    {
        Response.ACCEPTED: State.OPEN,
        Response.DECLINED: State.OPEN,
        Response.WITHDREW: State.ACCEPTED,
    }
)


def to_invite(
    seated: Iterable[int], effective: int, states: Mapping[int, State], waiting: Collection[int]
) -> list[int]:
    """Return the lines to be invited now, in order.

    A line is invited that holds a seat, once the entry that appended it is in effect. It is invited
    once more when what was said to have become of it was refused by whoever had to vouch for it.

    Args:
        seated: lines that hold a seat.
        effective: so many lines were appended by entries in effect.
        states: of the lines that were invited.
        waiting: lines of which something is said that waits for a countersignature.
    """
    standing = {State.OPEN, State.ACCEPTED}
    return sorted(
        line
        for line in seated
        if line < effective and line not in waiting and states.get(line) not in standing
    )


def check_within_seats(
    seats: Sequence[int], seated: Mapping[int, int], inviting: Sequence[int]
) -> None:
    """Refuse invitations beyond the seats of a stratum, or of lines that hold none.

    Args:
        seats: of each stratum.
        seated: stratum of every line that holds a seat now.
        inviting: lines with an open or accepted invitation, those to be opened included.

    Raises:
        RuleBroken: WITHIN_SEATS.
    """
    strangers = sorted(set(inviting) - seated.keys())
    held = [seated[line] for line in inviting if line in seated]
    full = any(held.count(place) > count for place, count in enumerate(seats))
    if strangers or full or len(set(inviting)) < len(inviting):
        raise RuleBroken(
            WITHIN_SEATS, needed="lines that hold a seat, each once", without_seat=strangers
        )


# Answers --------------------------------------------------------------------------------------


def check_reason(response: Response, reason: str) -> None:
    """Refuse an answer without one of its coded reasons.

    Raises:
        RuleBroken: ANSWER_REASONED.
    """
    if reason not in REASONS[response]:
        needed = " | ".join(REASONS[response]) or "no reason"
        raise RuleBroken(ANSWER_REASONED, needed=needed, response=response.value)


def refused_secret() -> RuleBroken:
    """Return the one refusal for secrets that are wrong, used, expired or made for another end."""
    return RuleBroken(ANSWER_OPENS, needed="the link or code of the newest message")


def check_calm(times: int, last_at: datetime, now: datetime) -> None:
    """Refuse to look at secrets from where too many wrong ones came.

    Raises:
        RuleBroken: ANSWERS_CALM.
    """
    if times >= WRONG_MAX and now < last_at + timedelta(minutes=REST_MINUTES):
        raise RuleBroken(ANSWERS_CALM, needed=f"waiting for {REST_MINUTES} minutes")
