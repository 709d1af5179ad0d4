"""What a draw needs once the time for reveals is over (draw.md, steps 4 and 5). Pure."""

from datetime import datetime

import msgspec

from bidding.contribution.rules import REVEALED_ONCE
from bidding.draw.rules import REVEALS_COMPLETE, Case
from bidding.lottery.rules import draw_rule
from oversight.authority.rules import Permission, Post, Role
from oversight.errors import RuleBroken

BREACH_LAWFUL = draw_rule(
    "breach_lawful",
    "A missing reveal is logged as a breach after reveal_by and before the beacon's round, with a "
    "beacon and a witness quorum, beside a nonce that is not the center's; else it voids the draw.",
    "4. Reveal",
)
REVEALS_SEEN = draw_rule(
    "reveals_seen",
    "With a beacon and a witness quorum, one checkpoint that covers every reveal is cosigned by "
    "the quorum before the round's time; else the draw is void.",
    "4. Reveal",
)
NAME_BREACH = Permission(
    "bidding.reveal.breach",
    frozenset({Post.DRAW_OPERATOR}),
    frozenset({Role.TRADING_CENTER}),
    "记录未公开随机数",
    "Log a missing reveal",
)
HOURS_FOR_ROUND = 24  # for which a closing waits for a round that has come (draw.md, step 7)

_VOIDED = "a further attempt: the supervisor voids this one, with the reason"


class Seen(msgspec.Struct, frozen=True):
    """What the log's witnesses have to do with the reveals of one draw."""

    witnessed: bool  # a quorum of witnesses judges the checkpoints that cover the last of them
    in_time: bool  # that quorum cosigned over all of them before the round's time


def check_breach(case: Case, party: str, center: str, witnessed: bool) -> None:
    """Return only if the log may name this contributor for giving no nonce.

    Args:
        case: sealed.
        party: whose reveal is missing.
        center: the center's party.
        witnessed: whether a quorum of witnesses judges the next checkpoint.

    Raises:
        RuleBroken: CONTRIBUTOR_NAMED, REVEALED_ONCE, BREACH_LAWFUL.
    """
    sender = case.sender(party)
    if sender.nonce or sender.breached:
        raise RuleBroken(REVEALED_ONCE, needed="nothing: the log says what this party did")
    others = [one for one in case.senders if one.nonce and one.party != center]
    if case.beacon is None or not witnessed or not others:
        raise RuleBroken(
            BREACH_LAWFUL,
            needed=f"{_VOIDED} missing-reveal",
            beacon=case.beacon is not None,
            witness_quorum=witnessed,
            nonces_not_the_centers=len(others),
        )


def check_breach_time(case: Case, at: datetime, due: float) -> None:
    """Return only after reveal_by and before the round.

    Args:
        case: sealed.
        at: now.
        due: POSIX second of the round.

    Raises:
        RuleBroken: BREACH_LAWFUL.
    """
    assert case.reveal_by is not None, "the draw is sealed"
    if not case.is_overdue(at):
        raise RuleBroken(BREACH_LAWFUL, needed=f"a moment after {case.reveal_by.isoformat()}")
    if at.timestamp() >= due:
        raise RuleBroken(BREACH_LAWFUL, needed=f"{_VOIDED} missing-reveal", round_has_come=True)


def check_reveals(case: Case, seen: Seen) -> None:
    """Return only if the reveals suffice for a result (draw.md, step 4).

    Raises:
        RuleBroken: REVEALS_COMPLETE, REVEALS_SEEN, with the lawful way out.
    """
    if silent := case.silent():
        way_out = "voided with missing-reveal"
        if case.beacon is not None and seen.witnessed:
            way_out = "each one logged as a breach before the round (`daylight draw breach`)"
        raise RuleBroken(
            REVEALS_COMPLETE,
            needed=f"a reveal of each by reveal_by; after that {way_out}",
            missing=silent,
        )
    if case.missing() and (case.beacon is None or not seen.witnessed):
        raise RuleBroken(REVEALS_COMPLETE, needed=f"{_VOIDED} missing-reveal")
    if case.beacon is not None and seen.witnessed and not seen.in_time:
        reason = "missing-reveal" if case.missing() else "irregular"
        raise RuleBroken(REVEALS_SEEN, needed=f"{_VOIDED} {reason}")
