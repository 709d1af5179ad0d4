"""Who may be registered, hold which posts, and prove it how. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from oversight.authority.rules import Actor, Permission, Post, Role
from oversight.errors import Ground, ProofRejected, Rule, RuleBroken
from oversight.keys.signoff import ED25519, SignOff, verify

TOKEN_DAYS_MAX = 366
TOKEN_BYTES = 32
SESSION_MINUTES = 60
PASSWORD_LENGTH_MIN = 12
WRONG_PASSWORDS_MAX = 10  # in a row, before a login rests
REST_MINUTES = 15
TOKEN_MARK = "dl_"  # noqa: S105 - what tokens begin with, so that scanners find leaked ones
SESSION_MARK = "dls_"
POSSESSION = "daylight/identity/v1/possession"

_DESIGN = "design: people and permissions"
_ADMINISTRATORS = frozenset({Post.ADMINISTRATOR})

MANAGE_PARTIES = Permission(
    "oversight.identity.manage_parties",
    _ADMINISTRATORS,
    frozenset({Role.TRADING_CENTER}),
    "登记机构",
    "Register parties",
)
MANAGE_PEOPLE = Permission(
    "oversight.identity.manage_people",
    _ADMINISTRATORS,
    None,
    "登记人员、授予和撤销岗位",
    "Register people, grant and revoke posts",
)
MANAGE_CREDENTIALS = Permission(
    "oversight.identity.manage_credentials",
    frozenset(Post),
    None,
    "管理本人的令牌和口令（管理员：本单位人员的令牌）",
    "Manage one's own tokens and password (administrators: their people's tokens)",
)
MANAGE_KEYS = Permission(
    "oversight.identity.manage_keys",
    frozenset({Post.ADMINISTRATOR, Post.DRAW_CONTRIBUTOR, Post.DRAW_SUPERVISOR}),
    None,
    "登记和撤销本单位的签名密钥",
    "Register and revoke the party's signing keys",
)
SEE_ONESELF = Permission(
    "oversight.identity.see_oneself",
    frozenset(Post),
    None,
    "查看本人身份",
    "See who one is",
)

PARTY_KNOWN = Rule("identity.party_known", "The party is registered here.", _DESIGN, Ground.ABSENT)
PERSON_KNOWN = Rule(
    "identity.person_known", "The person is registered here.", _DESIGN, Ground.ABSENT
)
CENTER_ALONE = Rule("identity.center_alone", "An instance has exactly one trading center.", _DESIGN)
FOUNDED_ONCE = Rule(
    "identity.founded_once", "An instance is founded once, while it is empty.", _DESIGN
)
CODE_VALID = Rule(
    "identity.code_valid",
    "A unified social credit code has 18 characters and two right check digits.",
    "GB 32100-2015",
    Ground.UNLAWFUL,
)
PARTY_SELF_MANAGED = Rule(
    "identity.party_self_managed",
    "A party's own administrators manage its people; the center's do so only while the party "
    "has no administrator with a current credential.",
    _DESIGN,
    Ground.FORBIDDEN,
)
POST_FITS_ROLE = Rule(
    "identity.post_fits_role",
    "A post exists only in parties whose role has its duties.",
    _DESIGN,
    Ground.UNLAWFUL,
)
POSTS_SEPARATE = Rule(
    "identity.posts_separate",
    "Duties that check each other are not held by one person.",
    _DESIGN,
    Ground.UNLAWFUL,
)
POST_FREE = Rule("identity.post_free", "The person does not hold the post yet.", _DESIGN)
POST_HELD = Rule("identity.post_held", "The person holds the post.", _DESIGN)
ADMINISTRATOR_REMAINS = Rule(
    "identity.administrator_remains",
    "The center keeps at least one administrator.",
    _DESIGN,
)
EXPIRY_BOUNDED = Rule(
    "identity.expiry_bounded",
    f"A token expires in the future, within {TOKEN_DAYS_MAX} days.",
    _DESIGN,
    Ground.UNLAWFUL,
)
TOKEN_KNOWN = Rule("identity.token_known", "The token is known.", _DESIGN, Ground.ABSENT)
TOKEN_CURRENT = Rule("identity.token_current", "The token is not revoked yet.", _DESIGN)
PASSWORD_LONG = Rule(
    "identity.password_long",
    f"A password has at least {PASSWORD_LENGTH_MIN} characters and is not the login.",
    "NIST SP 800-63B-4 3.1.1.2",
    Ground.UNLAWFUL,
)
LOGIN_FREE = Rule("identity.login_free", "A login belongs to one person.", _DESIGN)
LOGIN_RIGHT = Rule(
    "identity.login_right",
    "Login and password belong together.",
    _DESIGN,
    Ground.UNAUTHENTICATED,
)
LOGIN_CALM = Rule(
    "identity.login_calm",
    f"After {WRONG_PASSWORDS_MAX} wrong passwords in a row a login rests for {REST_MINUTES} "
    "minutes.",
    "NIST SP 800-63B-4 3.2.2",
    Ground.TOO_MANY,
)
LOGIN_QUEUE = Rule(
    "identity.login_queue",
    "Only so many passwords are checked at once.",
    "design: statuses",
    Ground.BUSY,
)
SESSION_KEY_FRESH = Rule(
    "identity.session_key_fresh",
    "A session token is shown once: each sign-in has an Idempotency-Key of its own.",
    _DESIGN,
)
KEY_FREE = Rule(
    "identity.key_free", "A signing key is registered once, by one party, for ever.", _DESIGN
)
KEY_KNOWN = Rule("identity.key_known", "The party has the key.", _DESIGN, Ground.ABSENT)
KEY_CURRENT = Rule("identity.key_current", "The key is not revoked yet.", _DESIGN)
POSSESSION_SHOWN = Rule(
    "identity.possession_shown",
    "Who registers a key signs the statement of possession with it.",
    _DESIGN,
    Ground.UNLAWFUL,
)


class KeyReason(StrEnum):
    """Why a party stops signing with a key."""

    SUPERSEDED = "superseded"  # replaced in good order: earlier signatures stay trusted
    COMPROMISED = "compromised"
    LOST = "lost"


class TokenReason(StrEnum):
    """Why a token is revoked."""

    NOT_NEEDED = "not-needed"
    COMPROMISED = "compromised"
    LEFT = "left"  # the person left the party


_EVERYWHERE = frozenset({Post.ADMINISTRATOR, Post.ARCHIVE_READER})
_BUYER = _EVERYWHERE | {Post.DRAW_APPLICANT, Post.DRAW_CONTRIBUTOR}
_SUPERVISOR = _EVERYWHERE | {Post.DRAW_SUPERVISOR, Post.DRAW_CONTRIBUTOR, Post.IDENTITY_OPENER}
_READER = _EVERYWHERE | {Post.AUDITOR}
_CENTER = _EVERYWHERE | {
    Post.POOL_KEEPER,
    Post.POOL_REVIEWER,
    Post.DRAW_OPERATOR,
    Post.DRAW_CONTRIBUTOR,
    Post.IDENTITY_OPENER,
    Post.SIGN_IN_CLERK,
}
# The center of a guest site takes part as a department: its clerks sit at its door.
_DEPARTMENT = _EVERYWHERE | {Post.DRAW_CONTRIBUTOR, Post.SIGN_IN_CLERK}
_OF_ROLE = {
    Role.TRADING_CENTER: _CENTER,
    Role.TENDERER: _BUYER,
    Role.PURCHASER: _BUYER,
    Role.AGENT: _BUYER,
    Role.ADMINISTRATIVE_SUPERVISOR: _SUPERVISOR,
    Role.PROCUREMENT_REGULATOR: _SUPERVISOR,
    Role.DISCIPLINE_INSPECTION: _READER,
    Role.AUDIT_OFFICE: _READER,
    Role.DEPARTMENT: _DEPARTMENT,
    Role.EXPERT: frozenset({Post.EXPERT}),
    Role.PUBLIC: frozenset(),
}
# Which posts a party's role has duties for; a witness of a draw contributes to it.
POSTS_OF_ROLE: Mapping[Role, frozenset[Post]] = MappingProxyType(
    {role: _OF_ROLE.get(role, _EVERYWHERE | {Post.DRAW_CONTRIBUTOR}) for role in Role}
)
# Whoever runs a draw sees no name nor identity card, and gives nobody the posts and tokens that do;
# whoever audits decides nothing.
_NOT_AT_THE_TERMINAL = (Post.IDENTITY_OPENER, Post.SIGN_IN_CLERK, Post.ADMINISTRATOR)
SEPARATE: frozenset[frozenset[Post]] = frozenset(
    {frozenset({Post.DRAW_OPERATOR, post}) for post in _NOT_AT_THE_TERMINAL}
    | {
        frozenset({Post.AUDITOR, post})
        for post in Post
        if post not in {Post.AUDITOR, Post.ADMINISTRATOR, Post.ARCHIVE_READER}
    }
)


def check_posts(role: Role, posts: Iterable[Post]) -> None:
    """Return only if one person in a party of this role may hold all these posts.

    Raises:
        RuleBroken: POST_FITS_ROLE, POSTS_SEPARATE.
    """
    held = frozenset(posts)
    if strange := sorted(held - POSTS_OF_ROLE[role]):
        needed = "one of " + ", ".join(sorted(POSTS_OF_ROLE[role]))
        raise RuleBroken(POST_FITS_ROLE, needed=needed, role=role, posts=strange)
    if clash := next((pair for pair in SEPARATE if pair <= held), None):
        raise RuleBroken(POSTS_SEPARATE, needed="two people", posts=sorted(clash))


def check_manager(actor: Actor, party: str, *, self_managed: bool) -> None:
    """Return only if the actor, an administrator, may manage this party's people.

    `self_managed` says that an administrator of the party holds a current credential.

    Raises:
        RuleBroken: PARTY_SELF_MANAGED.
    """
    outsider = actor.party != party
    if outsider and (self_managed or actor.role is not Role.TRADING_CENTER):
        raise RuleBroken(PARTY_SELF_MANAGED, needed="an administrator of that party", party=party)


def check_expiry(now: datetime, expires: datetime) -> None:
    """Return only if a token issued `now` may live until `expires`.

    Raises:
        RuleBroken: EXPIRY_BOUNDED.
    """
    if not now < expires <= now + timedelta(days=TOKEN_DAYS_MAX):
        raise RuleBroken(EXPIRY_BOUNDED, needed=f"an instant within {TOKEN_DAYS_MAX} days")


def check_password(login: str, password: str) -> None:
    """Return only if the password is long enough and not the login again.

    Raises:
        RuleBroken: PASSWORD_LONG.
    """
    if len(password) < PASSWORD_LENGTH_MIN or password.casefold() == login.casefold():
        raise RuleBroken(PASSWORD_LONG, needed=f"{PASSWORD_LENGTH_MIN} characters or more")


def token_text(random32: bytes, mark: str = TOKEN_MARK) -> str:
    """Return the token that stands for 32 random bytes: a mark and 64 hex digits."""
    assert len(random32) == TOKEN_BYTES
    return mark + random32.hex()


def token_digest(token: str) -> bytes:
    """Return the SHA-256 under which a token is stored and found."""
    return hashlib.sha256(token.encode()).digest()


def possession_statement(party: str, key: str) -> dict[str, object]:
    """Return the statement that the holder of `key` (base64) signs off to register it."""
    return {"statement": POSSESSION, "party": party, "key": key}


def check_possession(party: str, key: str, signature: str) -> None:
    """Return only if the signature (base64) over the statement of possession holds under the key.

    Raises:
        RuleBroken: POSSESSION_SHOWN.
    """
    signoff = SignOff(ED25519, key, signature)
    try:
        verify(signoff, possession_statement(party, key), frozenset({key}))
    except ProofRejected as rejected:
        needed = "a sign-off of the statement of possession by that very key"
        raise RuleBroken(POSSESSION_SHOWN, needed=needed, cause=str(rejected)) from None
