"""When the list of those who evaluate is sealed, opened and read, and by whom. Pure."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from oversight.authority.rules import (
    TRUSTED_ROLE,
    Actor,
    Permission,
    Post,
    Role,
    different_person,
)
from oversight.errors import Ground, Rule, RuleBroken
from oversight.values.canonical import canonical

_CLOSED_UNTIL = "招标投标法 37; 87令 47, 69 (secret until the result); design: bidding/sealed_list"

LIST_DUE = Rule(
    "sealed_list.due",
    "A list is sealed when every seat is accepted, nothing is proposed of one, every "
    "representative is named, and the newest list is not this one already.",
    _CLOSED_UNTIL,
)
LIST_KNOWN = Rule(
    "sealed_list.known", "The draw has a sealed list of this number.", _CLOSED_UNTIL, Ground.ABSENT
)
LIST_OPENED_ONCE = Rule(
    "sealed_list.opened_once", "The newest list is opened, once.", _CLOSED_UNTIL
)
OPENING_DUE = Rule(
    "sealed_list.opening_due",
    "A list is opened when all on it signed in and it is still right; earlier by the supervisor, "
    "with a coded reason.",
    _CLOSED_UNTIL,
)
EARLY_BY_ANOTHER = Rule(
    "sealed_list.early_by_another",
    "Whoever opens a list early is not the person who sealed it.",
    _CLOSED_UNTIL,
    Ground.FORBIDDEN,
)
LIST_OPEN = Rule(
    "sealed_list.open", "A list is read once it was opened.", _CLOSED_UNTIL, Ground.FORBIDDEN
)
LIST_READER = Rule(
    "sealed_list.reader",
    "An opened list is read by the posts that the edition names, and by the auditor.",
    _CLOSED_UNTIL,
    Ground.FORBIDDEN,
)

_WATCH = frozenset({Post.DRAW_OPERATOR, Post.DRAW_SUPERVISOR})
_REGULATORS = frozenset({Role.ADMINISTRATIVE_SUPERVISOR, Role.PROCUREMENT_REGULATOR})
_HOUSE = frozenset({Role.TRADING_CENTER})
SEAL_LIST = Permission(
    "bidding.sealed_list.seal",
    frozenset({Post.DRAW_OPERATOR}),
    _HOUSE,
    "密封评标名单",
    "Seal the list of members",
)
OPEN_LIST = Permission(
    "bidding.sealed_list.open", _WATCH, _REGULATORS | _HOUSE, "拆封评标名单", "Open the sealed list"
)
READ_LIST = Permission(
    "bidding.sealed_list.read",
    _WATCH | {Post.DRAW_APPLICANT, Post.AUDITOR},
    None,
    "查看已拆封名单",
    "Read an opened list",
)
EARLY_REASONS: Final = (
    "complaint", "illness", "impersonation", "short-of-members", "technical-failure",
)  # fmt: skip


class Member(msgspec.Struct, frozen=True):
    """One line of the list."""

    draw: str  # whose seat it is
    line: int | None  # of that walk; None: a representative
    seat: int | None
    representative: str  # id; empty: an expert
    expert: str  # id; empty: a representative
    name: str
    site: str
    room: str

    @property
    def place(self) -> tuple[str, int | None, str, str, str]:
        """Return what two lists have in common that say the same."""
        return self.draw, self.line, self.representative, self.site, self.room


class Readiness(msgspec.Struct, frozen=True):
    """How far the seats of a session are from being listed; nobody is named."""

    unaccepted: int  # seats whose invitation is not accepted
    proposed: int  # seats of which something is proposed
    empty: int  # exhausted seats that no supplement fills
    unnamed: int  # representatives that the buyer has not named

    def complete(self) -> bool:
        """Tell whether nothing is missing."""
        return not (self.unaccepted or self.proposed or self.empty or self.unnamed)


def list_digest(salt: bytes, members: Sequence[Member]) -> str:
    """Return the hex digest under which a list is known before it is opened."""
    digest = hashlib.sha256(b"daylight/sealed-list/v1\n" + salt)
    digest.update(canonical([msgspec.to_builtins(one) for one in members]))
    return digest.hexdigest()


def check_sealing(
    ready: Readiness,
    newest: Collection[tuple[object, ...]] | None,
    now: Collection[tuple[object, ...]],
) -> None:
    """Refuse a list before its time, or the same one again.

    Args:
        ready: what is missing.
        newest: places of the newest list's members; None without one.
        now: places of those who would be on this one.

    Raises:
        RuleBroken: LIST_DUE, with counts.
    """
    same = newest is not None and set(newest) == set(now)
    if same or not ready.complete():
        found: Mapping[str, object] = msgspec.to_builtins(ready)
        raise RuleBroken(LIST_DUE, needed="all seats accepted, and a change", same=same, **found)


def check_opening(actor: Actor, sealed_by: str, missing: int, stale: bool, reason: str) -> bool:
    """Return whether this opening is an early one, if it may be made.

    Args:
        actor: who opens.
        sealed_by: person who sealed the list.
        missing: members who did not sign in.
        stale: seats or rooms changed since it was sealed.
        reason: code; empty: none.

    Raises:
        RuleBroken: OPENING_DUE; EARLY_BY_ANOTHER.
    """
    if not missing and not stale:
        return False
    supervises = TRUSTED_ROLE[actor.role] == "supervisor" and Post.DRAW_SUPERVISOR in actor.posts
    if not supervises or reason not in EARLY_REASONS:
        raise RuleBroken(
            OPENING_DUE,
            needed="all of them signed in, or the supervisor with one of "
            + " | ".join(EARLY_REASONS),
            missing=missing,
            changed_since=stale,
        )
    different_person(sealed_by, actor.person, EARLY_BY_ANOTHER)
    return True


def check_reading(actor: Actor, opened: bool, readers: Collection[str]) -> None:
    """Refuse to show a list that is sealed, or to a post that the edition does not name.

    Raises:
        RuleBroken: LIST_OPEN; LIST_READER.
    """
    if not opened:
        raise RuleBroken(LIST_OPEN, needed="its opening")
    if Post.AUDITOR not in actor.posts and not actor.posts & set(readers):
        raise RuleBroken(LIST_READER, needed="one of the posts " + ", ".join(readers))
