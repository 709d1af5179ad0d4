"""Roles, posts and permissions: who may do what, decided without asking anybody.

A party has one role; its people hold posts. A permission names an act, the posts that carry
it and, where the law ties it to a kind of party, the roles. Which role a verifier outside
sees in a party is its trusted role (the draw's protocol, "Bundle and trust file").
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from oversight.errors import Ground, Rule, RuleBroken


class Role(StrEnum):
    """What a party is in public procurement."""

    TRADING_CENTER = "trading_center"
    TENDERER = "tenderer"
    PURCHASER = "purchaser"
    AGENT = "agent"
    ADMINISTRATIVE_SUPERVISOR = "administrative_supervisor"
    PROCUREMENT_REGULATOR = "procurement_regulator"
    DISCIPLINE_INSPECTION = "discipline_inspection"
    TREASURY = "treasury"
    INVESTMENT_REVIEW = "investment_review"
    DEVELOPMENT_REFORM = "development_reform"
    HOUSING = "housing"
    DEPARTMENT = "department"
    AUDIT_OFFICE = "audit_office"
    FIRM = "firm"
    EXPERT = "expert"
    WITNESS = "witness"
    PUBLIC = "public"


class Post(StrEnum):
    """What a person may be charged with inside his or her party."""

    ADMINISTRATOR = "administrator"
    POOL_KEEPER = "pool_keeper"  # registers, imports, proposes
    POOL_REVIEWER = "pool_reviewer"  # admits: the second person
    DRAW_APPLICANT = "draw_applicant"  # orders, lapses
    DRAW_OPERATOR = "draw_operator"  # seals and runs; sees no name
    DRAW_CONTRIBUTOR = "draw_contributor"  # commits and reveals for the party
    DRAW_SUPERVISOR = "draw_supervisor"  # voids, countersigns
    IDENTITY_OPENER = "identity_opener"
    SIGN_IN_CLERK = "sign_in_clerk"  # checks identity cards at the door; sees no list
    ARCHIVE_READER = "archive_reader"
    AUDITOR = "auditor"
    EXPERT = "expert"


class Actor(msgspec.Struct, frozen=True):
    """One person acting for one party, with the posts that he or she holds there now."""

    party: str
    role: Role
    person: str
    posts: frozenset[Post]


class Permission(msgspec.Struct, frozen=True):
    """The right to one act."""

    act: str  # "bidding.draw.order"
    posts: frozenset[Post]  # any one of these carries it
    roles: frozenset[Role] | None  # None: a party of any role
    label_zh: str
    label_en: str


PERMISSION_HELD = Rule(
    "authority.permission_held",
    "The person holds a post that carries this act, in a party whose role allows it.",
    "design: permissions",
    Ground.FORBIDDEN,
)
PERSONS_DIFFER = Rule(
    "authority.persons_differ",
    "The second of two steps is taken by another person than the first.",
    "design: separation of duties",
    Ground.FORBIDDEN,
)

# The draw's protocol knows six trusted roles; discipline inspection and audit sign no business
# step and are therefore never supervisors.
_TRUSTED: Final = {
    Role.TRADING_CENTER: "center",
    Role.ADMINISTRATIVE_SUPERVISOR: "supervisor",
    Role.PROCUREMENT_REGULATOR: "supervisor",
    Role.TENDERER: "tenderer",
    Role.PURCHASER: "purchaser",
    Role.AGENT: "agent",
}
TRUSTED_ROLE: Mapping[Role, str] = MappingProxyType(
    {role: _TRUSTED.get(role, "other") for role in Role}
)


def permits(actor: Actor, permission: Permission) -> bool:
    """Tell whether a post of the actor carries the permission and the party's role allows it."""
    role_allowed = permission.roles is None or actor.role in permission.roles
    return role_allowed and not permission.posts.isdisjoint(actor.posts)


def require(actor: Actor, permission: Permission) -> None:
    """Return only if the actor holds the permission.

    Raises:
        RuleBroken: PERMISSION_HELD, naming the act, the party's role and the posts that carry it.
    """
    if permits(actor, permission):
        return
    posts = ", ".join(sorted(permission.posts))
    roles = ", ".join(sorted(permission.roles)) if permission.roles is not None else "any"
    raise RuleBroken(
        PERMISSION_HELD,
        needed=f"one of the posts {posts} in a party of role {roles}",
        act=permission.act,
        role=actor.role.value,
    )


def different_person(first: str, second: str, rule: Rule = PERSONS_DIFFER) -> None:
    """Return only if two person ids differ; `rule` names the separation that is at stake.

    Raises:
        RuleBroken: the given rule, PERSONS_DIFFER unless the caller has a narrower one.
    """
    if first == second:
        raise RuleBroken(rule, needed="another person")
