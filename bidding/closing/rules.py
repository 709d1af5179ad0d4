"""Closing without a result (draw.md, step 7): who may, for which reasons, and what is signed."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from bidding.contribution.rules import APPLICANTS, CENTER, SUPERVISOR
from bidding.lottery.rules import draw_rule, labelled
from oversight.errors import Ground, RuleBroken
from oversight.values.canonical import canonical

PROOF_HOURS = 24  # after which a center that gives no proof is voided (draw.md, step 7)
NO_PROOF: Final = "no-proof"
MISSING_REVEAL: Final = "missing-reveal"
VOID_REASONS: Final = ("leak", MISSING_REVEAL, NO_PROOF, "irregular")
LAPSE_REASONS: Final = ("tender-failed", "postponed", "order-mistaken")


CLOSER_ENTITLED = draw_rule(
    "closer_entitled",
    "A supervisor voids, an applicant lapses; nobody whose own reveal is missing signs; the "
    "center only where all of those are missing.",
    "7. Close without a result",
    Ground.FORBIDDEN,
)
CLOSER_TAKES_PART = draw_rule(
    "closer_takes_part",
    "A draw is closed by a supervisor, or by a party that takes part in it; by the center, for "
    "want of reveals, only once they are overdue.",
    "7. Close without a result",
    Ground.FORBIDDEN,
)
CLOSING_REASONED = draw_rule(
    "closing_reasoned",
    "A closing gives one of its coded reasons.",
    "7. Close without a result",
    Ground.UNLAWFUL,
)
PROOF_OVERDUE = draw_rule(
    "proof_overdue",
    "no-proof is a supervisor's reason once all inputs lie complete for 24 hours without a proof.",
    "7. Close without a result",
)
ORDERER_DOES_NOT_VOID = draw_rule(
    "orderer_does_not_void",
    "Who ordered a draw does not void it.",
    "7. Close without a result",
    Ground.FORBIDDEN,
)


class State(StrEnum):
    """Where a draw stands."""

    ORDERED = "ordered"
    SEALED = "sealed"
    DRAWN = "drawn"
    IDENTIFIED = "identified"
    VOIDED = "voided"
    LAPSED = "lapsed"


CLOSED: Final = frozenset({State.VOIDED, State.LAPSED})
_CLOSERS = APPLICANTS | {SUPERVISOR}


class Close(msgspec.Struct, frozen=True):
    """What the closing party signs (draw.md, step 7)."""

    draw: str
    attempt: int
    request: str | None  # R as hex; null before the seal
    state: str  # "voided" or "lapsed"
    reason: str
    statement: str  # digest of the reasons in words, as hex
    alpha: str | None
    walk: str | None  # digest as hex

    def signed(self) -> bytes:
        """Return the 32 bytes that are signed."""
        return labelled("close", canonical(self))


class Closers(msgspec.Struct, frozen=True):
    """Those who could close a draw."""

    role_of: Mapping[str, str]  # trusted role of every known party
    contributors: Collection[str]  # of the sealed request; none before the seal
    missing: Collection[str]  # contributors without a reveal; none before the seal

    def entitles(self, state: State, party: str) -> bool:
        """Tell whether `party` may sign that the draw is voided, or that it lapsed.

        A party whose reveal is missing does not. The center does only where every contributor
        who could void or lapse is missing.
        """
        assert state in CLOSED, "a closing voids or lapses"
        if party in self.missing:
            return False
        if self.role_of.get(party) == CENTER:
            others = {one for one in self.contributors if self.role_of.get(one) in _CLOSERS}
            return bool(others) and others <= set(self.missing)
        lawful = {SUPERVISOR} if state is State.VOIDED else APPLICANTS
        return self.role_of.get(party) in lawful


def check_takes_part(party: str, role: str, contributors: Collection[str], overdue: bool) -> None:
    """Refuse a closing by a buyer of another draw, or by the center before reveals are overdue.

    Args:
        contributors: those whom the order names.
        overdue: whether the time for reveals has passed.

    Raises:
        RuleBroken: CLOSER_TAKES_PART.
    """
    takes_part = role == SUPERVISOR or party in contributors
    if not (overdue if role == CENTER else takes_part):
        raise RuleBroken(
            CLOSER_TAKES_PART, needed="a supervisor, or who takes part in the draw", role=role
        )


def check_closing(state: State, party: str, closers: Closers, reason: str) -> None:
    """Refuse a closing by somebody who may not sign it, or without one of its reasons.

    Raises:
        RuleBroken: CLOSER_ENTITLED, CLOSING_REASONED.
    """
    if not closers.entitles(state, party):
        raise RuleBroken(
            CLOSER_ENTITLED,
            needed="a supervisor to void, an applicant to lapse, not itself missing",
            state=state.value,
            role=closers.role_of.get(party, "unknown"),
        )
    reasons = VOID_REASONS if state is State.VOIDED else LAPSE_REASONS
    if reason not in reasons:
        raise RuleBroken(CLOSING_REASONED, needed=" | ".join(reasons), reason=reason)


def check_no_proof(complete_since: datetime | None, proved: bool, at: datetime) -> None:
    """Refuse `no-proof` before the center has had its time with all inputs complete.

    Raises:
        RuleBroken: PROOF_OVERDUE.
    """
    overdue = complete_since is not None and at - complete_since >= timedelta(hours=PROOF_HOURS)
    if proved or not overdue:
        raise RuleBroken(
            PROOF_OVERDUE, needed=f"{PROOF_HOURS} hours with complete inputs and no proof"
        )
