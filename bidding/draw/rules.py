"""Decisions of a draw's life (draw.md): who may take which step when, and what is signed.

The algorithms stand below: tickets and order in `lottery`, commitments and rosters in `sealing`,
the walk in `walk`, the form of the request in `bundle`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

import msgspec

from bidding.bundle.rules import EVALUATION_COMMITTEE, SUPPLIER_INVITATION, Round
from bidding.closing.rules import CLOSED, State
from bidding.contribution.rules import CONTRIBUTOR_NAMED
from bidding.lottery.rules import draw_rule, labelled
from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, RuleBroken
from oversight.values.canonical import canonical


class Step(StrEnum):
    """What may be done to it; each is one act and one entry."""

    COMMIT = "commit"
    SEAL = "seal"
    REVEAL = "reveal"
    DRAW = "draw"
    ANSWER = "answer"
    IDENTIFY = "identify"
    VOID = "void"
    LAPSE = "lapse"


TRANSITIONS: Mapping[tuple[State, Step], State] = MappingProxyType(
    {
        (State.ORDERED, Step.COMMIT): State.ORDERED,
        (State.ORDERED, Step.SEAL): State.SEALED,
        (State.SEALED, Step.REVEAL): State.SEALED,
        (State.SEALED, Step.DRAW): State.DRAWN,
        (State.DRAWN, Step.ANSWER): State.DRAWN,
        (State.DRAWN, Step.IDENTIFY): State.IDENTIFIED,
        (State.ORDERED, Step.VOID): State.VOIDED,
        (State.SEALED, Step.VOID): State.VOIDED,
        (State.DRAWN, Step.VOID): State.VOIDED,
        (State.ORDERED, Step.LAPSE): State.LAPSED,
        (State.SEALED, Step.LAPSE): State.LAPSED,
        (State.DRAWN, Step.LAPSE): State.LAPSED,
    }
)


STEP_LAWFUL = draw_rule(
    "step_lawful", "A draw takes only the steps that follow from its state.", "Steps"
)
DRAW_EXISTS = draw_rule("exists", "The draw exists.", "Steps", Ground.ABSENT)
PRIOR_ENTRY_EFFECTIVE = draw_rule(
    "prior_entry_effective",
    "A step begins only when the draw's entry before is in effect.",
    "Steps",
    Ground.BUSY,
)
STRATA_ORDERED = draw_rule(
    "strata_ordered",
    "An order names at least one stratum, each once, with at least one seat.",
    "1. Order",
    Ground.UNLAWFUL,
)
CAPS_POSSIBLE = draw_rule(
    "caps_possible",
    "A cap names an attribute that is committed to, with a maximum of at least one.",
    "3. Seal",
    Ground.UNLAWFUL,
)
ATTEMPT_BEFORE_CLOSED = draw_rule(
    "attempt_before_closed",
    "A further attempt needs the attempt before closed: voided or lapsed.",
    "1. Order",
)
ATTEMPTS_LIMITED = draw_rule(
    "attempts_limited", "Attempts stay within the edition's limit.", "1. Order", Ground.UNLAWFUL
)
COMMITMENTS_COMPLETE = draw_rule(
    "commitments_complete", "Every contributor has committed before the seal.", "3. Seal"
)
ROSTER_LARGE_ENOUGH = draw_rule(
    "roster_large_enough",
    "Each roster holds at least the edition's multiple of its seats.",
    "3. Seal",
    Ground.UNLAWFUL,
)
VRF_KEY_SETTLED = draw_rule(
    "vrf_key_settled",
    "The center's VRF key was on the log for the edition's lead before the seal.",
    "3. Seal",
)
REVEALS_COMPLETE = draw_rule(
    "reveals_complete",
    "A draw needs every nonce; with a beacon and a witness quorum, a nonce or a breach of each.",
    "4. Reveal",
)
EXPERTS_DRAWN = draw_rule(
    "experts_drawn",
    "Only experts are invited to an evaluation and seated in its rooms: no supplier, no item.",
    "6. Answer and replace",
)
IDENTITIES_ALLOWED = draw_rule(
    "identities_allowed",
    "Identities are opened to whom the edition allows, and only after the draw.",
    "8. Reveal of identities",
    Ground.FORBIDDEN,
)

_BUYERS = frozenset({Role.TENDERER, Role.PURCHASER, Role.AGENT})
_REGULATORS = frozenset({Role.ADMINISTRATIVE_SUPERVISOR, Role.PROCUREMENT_REGULATOR})
_HOUSE = frozenset({Role.TRADING_CENTER})


def _permission(
    word: str, posts: Iterable[Post], roles: frozenset[Role] | None, zh: str, en: str
) -> Permission:
    return Permission(f"bidding.draw.{word}", frozenset(posts), roles, zh, en)


ORDER_DRAW = _permission("order", [Post.DRAW_APPLICANT], _BUYERS, "申请抽取", "Order a draw")
COMMIT_NONCE = _permission(
    "commit", [Post.DRAW_CONTRIBUTOR], None, "提交随机数承诺", "Commit to a nonce"
)
SEAL_DRAW = _permission("seal", [Post.DRAW_OPERATOR], _HOUSE, "封存名册", "Seal a draw")
REVEAL_NONCE = _permission(
    "reveal",
    [Post.DRAW_CONTRIBUTOR, Post.DRAW_OPERATOR, Post.DRAW_SUPERVISOR, Post.AUDITOR],
    None,
    "公开随机数",
    "Bring a signed reveal",
)
RUN_DRAW = _permission("run", [Post.DRAW_OPERATOR], _HOUSE, "执行抽取", "Run a draw")
VOID_DRAW = _permission(
    "void",
    [Post.DRAW_SUPERVISOR, Post.DRAW_OPERATOR],
    _REGULATORS | _HOUSE,
    "宣布抽取作废",
    "Void a draw",
)
LAPSE_DRAW = _permission(
    "lapse",
    [Post.DRAW_APPLICANT, Post.DRAW_OPERATOR],
    _BUYERS | _HOUSE,
    "终止抽取",
    "Let a draw lapse",
)
IDENTIFY_DRAW = _permission(
    "identify", [Post.IDENTITY_OPENER], _HOUSE, "公开身份", "Reveal identities"
)
READ_DRAW = _permission(
    "read",
    [
        Post.DRAW_APPLICANT,
        Post.DRAW_CONTRIBUTOR,
        Post.DRAW_OPERATOR,
        Post.DRAW_SUPERVISOR,
        Post.IDENTITY_OPENER,
        Post.ARCHIVE_READER,
        Post.AUDITOR,
    ],
    None,
    "查看抽取及证明包",
    "Read a draw and its bundle",
)
READ_AUDITOR_FILE = _permission(
    "audit", [Post.AUDITOR], None, "取得审计文件", "Take the auditor's file"
)


def advance(state: State, step: Step) -> State:
    """Return the state after `step`; every pair absent from TRANSITIONS is refused.

    Raises:
        RuleBroken: STEP_LAWFUL, with the steps that are lawful now.
    """
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        lawful = [possible.value for start, possible in TRANSITIONS if start is state]
        needed = "one of: " + ", ".join(lawful) if lawful else "nothing: the draw is finished"
        raise RuleBroken(STEP_LAWFUL, needed=needed, state=state.value, step=step.value) from None


# What is signed ------------------------------------------------------------------------------


class Answer(msgspec.Struct, frozen=True):
    """What a countersigner vouches for (draw.md, step 6)."""

    draw: str
    request: str  # R as hex
    stratum: int  # of the line
    position: int
    outcome: str
    evidence: str  # digest as hex
    previous: int  # index of the draw's entry before

    def statement(self) -> bytes:
        """Return the 32 bytes that are signed."""
        return labelled("answer", canonical(self))


# Decisions -----------------------------------------------------------------------------------


def next_attempt(earlier: Sequence[State], attempts_max: int) -> int:
    """Return the number of the next attempt for the same subject, purpose and parent.

    `earlier` holds the states of all attempts so far, first attempt first.

    Raises:
        RuleBroken: ATTEMPT_BEFORE_CLOSED, ATTEMPTS_LIMITED.
    """
    if earlier and earlier[-1] not in CLOSED:
        raise RuleBroken(
            ATTEMPT_BEFORE_CLOSED, needed="a closing of the attempt before", state=earlier[-1].value
        )
    if len(earlier) >= attempts_max:
        raise RuleBroken(
            ATTEMPTS_LIMITED, needed=f"at most {attempts_max} attempts", attempts=len(earlier)
        )
    return len(earlier) + 1


def check_experts(purpose: str) -> None:
    """Return only if experts are drawn for this purpose.

    Raises:
        RuleBroken: EXPERTS_DRAWN.
    """
    if purpose != EVALUATION_COMMITTEE:
        raise RuleBroken(EXPERTS_DRAWN, needed="the draw of a committee", purpose=purpose)


def check_strata(strata: Iterable[tuple[str, int]]) -> None:
    """Refuse an order without strata, with one twice, or without a seat in one.

    Raises:
        RuleBroken: STRATA_ORDERED.
    """
    listed = list(strata)
    distinct = len({stratum for stratum, _ in listed}) == len(listed)
    if not listed or not distinct or any(seats < 1 for _, seats in listed):
        raise RuleBroken(
            STRATA_ORDERED,
            needed="distinct strata with one seat or more each",
            strata=[f"{stratum}: {seats}" for stratum, seats in listed],
        )


def check_caps(caps: Mapping[str, int], purpose: str) -> None:
    """Refuse caps on what is not a text attribute, below one, or where the purpose has none.

    Raises:
        RuleBroken: CAPS_POSSIBLE.
    """
    known = CAPPED.get(purpose, frozenset())
    if not caps.keys() <= known or any(maximum < 1 for maximum in caps.values()):
        raise RuleBroken(CAPS_POSSIBLE, needed=f"attributes among {sorted(known)}", caps=dict(caps))


CAPPED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        EVALUATION_COMMITTEE: frozenset({"employer", "region"}),
        SUPPLIER_INVITATION: frozenset({"controller"}),
    }
)


def check_rosters(strata: Sequence[tuple[str, int, int]], multiple: int) -> None:
    """Refuse to seal while a roster is too small for its seats; all such strata are named.

    Args:
        strata: id, seats and eligible experts of each.
        multiple: the edition's `roster_multiple`.

    Raises:
        RuleBroken: ROSTER_LARGE_ENOUGH, with the lawful ways out.
    """
    small = [
        {"stratum": stratum, "eligible": eligible, "needed": seats * multiple}
        for stratum, seats, eligible in strata
        if eligible < seats * multiple
    ]
    if small:
        wants = "; ".join(
            f"{one['stratum']}: {one['eligible']} eligible, {one['needed']} needed" for one in small
        )
        raise RuleBroken(
            ROSTER_LARGE_ENOUGH,
            needed=f"{wants}. Lawful ways out: the parent specialty, a wider region, remote "
            "evaluation, and under the procurement law direct appointment (logged as appointed)",
            strata=small,
        )


def check_vrf_lead(published: datetime, sealed: datetime, lead_hours: int) -> None:
    """Refuse a seal under a VRF key that is on the log for less than the edition's lead.

    Raises:
        RuleBroken: VRF_KEY_SETTLED.
    """
    if sealed - published < timedelta(hours=lead_hours):
        raise RuleBroken(
            VRF_KEY_SETTLED,
            needed=f"a key published {lead_hours} hours before",
            hours=int((sealed - published).total_seconds() // 3600),
        )


# A draw as decisions and questions meet it ----------------------------------------------------


class Taken(msgspec.Struct, frozen=True):
    """A step that was taken: one act, one entry."""

    number: int  # 0 is the order
    word: str  # last part of the entry's kind
    act: str
    ordinal: int  # of the entry in its act
    at: datetime


class Sender(msgspec.Struct, frozen=True):
    """A contributor with what it has sent so far; what is empty has not come yet."""

    party: str
    key: str = ""  # base64, under which it committed
    commitment: str = ""  # hex
    nonce: str = ""  # hex
    signature: str = ""  # base64, over the reveal statement
    breached: bool = False  # named on the log for not having given it


class Case(msgspec.Struct, frozen=True):
    """A draw so far."""

    id: str
    subject: str
    purpose: str
    attempt: int
    of: str | None
    rulebook: str
    party: str  # applicant
    person: str  # who ordered it
    state: State
    strata: list[tuple[str, int]]  # id and seats
    caps: dict[str, int]
    senders: list[Sender]  # in the request's order
    steps: list[Taken]
    request: str  # hex R; empty before the seal
    reveal_by: datetime | None  # None before the seal
    beacon: Round | None = None  # None before the seal, and where it bound none

    def sender(self, party: str) -> Sender:
        """Return the contributor that `party` is.

        Raises:
            RuleBroken: CONTRIBUTOR_NAMED.
        """
        for one in self.senders:
            if one.party == party:
                return one
        raise RuleBroken(CONTRIBUTOR_NAMED, needed="a contributor that the order names")

    def missing(self) -> list[str]:
        """Return the contributors without a reveal; none before the seal."""
        return [one.party for one in self.senders if not one.nonce] if self.request else []

    def silent(self) -> list[str]:
        """Return the contributors of which no entry tells a nonce or a breach; none unsealed."""
        waited = [one for one in self.senders if not (one.nonce or one.breached)]
        return [one.party for one in waited] if self.request else []

    def is_overdue(self, at: datetime) -> bool:
        """Tell whether the time for reveals has passed; never before the seal."""
        return self.reveal_by is not None and at > self.reveal_by

    def complete_since(self) -> datetime | None:
        """Return when the last reveal or breach was logged, or None while one is missing."""
        if not self.request or self.silent():
            return None
        return max(step.at for step in self.steps if step.word == "revealed")
