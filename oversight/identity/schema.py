"""What travels over HTTP about parties, people and credentials."""

from typing import Annotated

import msgspec
from msgspec import Meta

from oversight.authority.rules import Post, Role
from oversight.identity.rules import KeyReason, TokenReason
from oversight.wire import Id, Instant, Key32, Label, Signature64

Login = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9._@-]{2,63}$(?!\n)",
        description="Lower-case letters, digits and . _ @ -; unique in the instance.",
        examples=["wang.fang"],
    ),
]
Secret = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^\u0000-\u001f\u007f]*$(?!\n)",
        description="A password; sent over an encrypted connection only.",
        examples=["correct horse battery staple"],
    ),
]
Posts = Annotated[
    list[Post],
    Meta(max_length=16, description="Posts, each once.", examples=[["draw_applicant"]]),
]


class PartyOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A party to be registered."""

    role: Role
    name: Annotated[Label, Meta(examples=["示范市住房和城乡建设局"])]
    uscc: Annotated[
        str,
        Meta(
            pattern=r"^[0-9A-Za-z]{0,18}$(?!\n)",
            description="Unified social credit code (GB 32100), or empty.",
            examples=["91110000600037341L"],
        ),
    ] = ""


class PartyView(msgspec.Struct, frozen=True):
    """A party."""

    id: Id
    role: Role
    name: str
    uscc: str


class PersonOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person to be registered."""

    party: Id
    name: Annotated[Label, Meta(description="Kept encrypted; never on the log.")]
    posts: Posts = []


class PersonView(msgspec.Struct, frozen=True):
    """A person, to those who manage him or her."""

    id: Id
    party: Id
    name: str
    posts: list[Post]


class Myself(msgspec.Struct, frozen=True):
    """Who the bearer of the token is."""

    person: Id
    name: str
    posts: list[Post]
    party: PartyView


class PostOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A post to be granted."""

    post: Post


class TokenOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token to be issued."""

    person: Id
    expires: Annotated[
        str,
        Meta(
            pattern=r"^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z)?$(?!\n)",
            description="Until when the token opens doors; empty: as long as the instance says.",
            examples=["2027-01-31T00:00:00Z"],
        ),
    ] = ""


class TokenReceipt(msgspec.Struct, frozen=True):
    """A token, shown this once."""

    id: Id
    person: Id
    token: str
    expires: Instant


class TokenView(msgspec.Struct, frozen=True):
    """A token, without what opens doors."""

    id: Id
    person: Id
    expires: Instant
    revoked: bool


class TokenRevocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a token is revoked."""

    reason: TokenReason


class PasswordOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A login and password to be set for oneself."""

    login: Login
    password: Secret


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Login and password."""

    login: Login
    password: Secret


class SessionReceipt(msgspec.Struct, frozen=True):
    """A short-lived token, shown this once."""

    token: str
    expires: Instant


class KeyOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signing key of one's own party, with proof of possession."""

    key: Key32
    signature: Signature64


class KeyRevocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key that the party signs with no longer."""

    key: Key32
    reason: KeyReason


class KeyView(msgspec.Struct, frozen=True):
    """A party's signing key."""

    key: Key32
    party: Id
    registered: Instant
    revoked: Annotated[str, Meta(description="Reason of the revocation; empty: current.")]


class TrustedParty(msgspec.Struct, frozen=True):
    """A party as a verifier sees it."""

    name: str
    role: str  # trusted role: center, supervisor, tenderer, purchaser, agent, other
    keys: list[str]


class Witnesses(msgspec.Struct, frozen=True):
    """Who must have cosigned a checkpoint."""

    quorum: int
    keys: list[str]


class TrustedBeacon(msgspec.Struct, frozen=True):
    """A chain of public randomness as a verifier pins it."""

    public_key: str  # hex
    scheme: str
    period: int  # seconds from round to round
    genesis: int  # POSIX second of round 1


class TrustedEdition(msgspec.Struct, frozen=True, omit_defaults=True):
    """The figures of an edition that a verifier needs."""

    vrf_lead_hours: int
    round_lead_minutes: int
    attempts_max: int
    roster_multiple: int
    must_contribute: list[str]
    demo: bool = False


class Trust(msgspec.Struct, frozen=True):
    """A trust file (draw.md, bundle and trust file)."""

    log_keys: list[str]
    witnesses: Witnesses
    center: str
    parties: dict[str, TrustedParty]
    beacons: dict[str, TrustedBeacon]
    editions: dict[str, TrustedEdition]
