"""Who may read which part of a draw's record (draw.md, steps 3 and 8). Pure."""

from collections.abc import Collection
from enum import StrEnum

import msgspec

from oversight.authority.rules import TRUSTED_ROLE, Actor, Permission, Post, different_person
from oversight.errors import Ground, Rule, RuleBroken

READER_ENTITLED = Rule(
    "draw_record.reader_entitled",
    "A draw's order, request and bundle are read by those who take part, the supervisor, the "
    "auditor and the terminal's operator.",
    "design: draw.md#3. Seal",
    Ground.FORBIDDEN,
)
BUNDLE_SEALED = Rule(
    "draw_record.sealed",
    "A request, a bundle and an auditor's file exist once the draw is sealed.",
    "design: draw.md#Files",
)
BUNDLE_PUBLIC = Rule(
    "draw_record.bundle_public",
    "A bundle is for everybody where its roster is public from the seal on.",
    "design: draw.md#Other purposes, same engine",
    Ground.FORBIDDEN,
)
AUDITOR_FILE_ASKED_ONCE = Rule(
    "draw_record.auditor_file_asked_once",
    "One request for the auditor's file of a draw stands at a time.",
    "design: draw.md#3. Seal",
)
AUDITOR_FILE_ASKED = Rule(
    "draw_record.auditor_file_asked",
    "An auditor's file is released to an auditor who asked for it.",
    "design: draw.md#3. Seal",
)
AUDITOR_FILE_RELEASED = Rule(
    "draw_record.auditor_file_released",
    "Before the reveal, an auditor's file leaves only when a second person released it.",
    "design: draw.md#3. Seal",
    Ground.FORBIDDEN,
)

RELEASE_AUDITOR_FILE = Permission(
    "bidding.draw_record.release",
    frozenset({Post.AUDITOR, Post.DRAW_SUPERVISOR}),
    None,
    "批准提供审计文件",
    "Release the auditor's file",
)


class Ask(msgspec.Struct, frozen=True):
    """A request for the auditor's file, and whether a second person released it."""

    person: str  # who asked
    act: str
    approver: str  # who released it; empty before


class Audience(StrEnum):
    """To whom an edition opens identities."""

    PUBLIC = "public"
    PARTIES = "parties"
    AUDITOR = "auditor"


def check_reader(actor: Actor, contributors: Collection[str]) -> None:
    """Return only if the actor may read order, request and bundle.

    Raises:
        RuleBroken: READER_ENTITLED.
    """
    takes_part = actor.party in contributors
    supervises = TRUSTED_ROLE[actor.role] == "supervisor"
    holds = actor.posts & {Post.AUDITOR, Post.DRAW_OPERATOR}
    if not (takes_part or supervises or holds):
        raise RuleBroken(
            READER_ENTITLED, needed="a contributor, the supervisor, an auditor or the operator"
        )


def sees_openings(actor: Actor, contributors: Collection[str], audience: str) -> bool:
    """Tell whether opened identities are for this reader: all of them, or none.

    Whoever holds the operator's post sees them only where everybody does.
    """
    if audience == Audience.PUBLIC:
        return True
    if Post.DRAW_OPERATOR in actor.posts:
        return False
    if Post.AUDITOR in actor.posts:
        return True
    takes_part = actor.party in contributors or TRUSTED_ROLE[actor.role] == "supervisor"
    return audience == Audience.PARTIES and takes_part


def check_release(asked: Ask | None, approver: str) -> None:
    """Return only if this person may release the file that another asked for.

    Raises:
        RuleBroken: AUDITOR_FILE_ASKED, PERSONS_DIFFER.
    """
    if asked is None or asked.approver:
        raise RuleBroken(AUDITOR_FILE_ASKED, needed="a request that waits for a second person")
    different_person(asked.person, approver)


def check_taking(identified: bool, asked: Ask | None, person: str) -> None:
    """Return only if this auditor may have the file now.

    Raises:
        RuleBroken: AUDITOR_FILE_RELEASED.
    """
    released = asked is not None and bool(asked.approver) and asked.person == person
    if not identified and not released:
        raise RuleBroken(
            AUDITOR_FILE_RELEASED,
            needed="one's own request, released by a second person, or the reveal of identities",
        )
