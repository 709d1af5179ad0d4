"""Who may publish and retire keys and erase values, and what can be. Pure."""

from collections.abc import Collection
from enum import StrEnum
from types import MappingProxyType

from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, ProofRejected, Rule, RuleBroken
from oversight.keys import mldsa
from oversight.keys.signing import check_public
from oversight.ledger.notes import ED25519, MLDSA44
from oversight.values.digests import unhex

PUBLISH_KEY = Permission(
    "oversight.keys.publish",
    frozenset({Post.ADMINISTRATOR}),
    frozenset({Role.TRADING_CENTER}),
    "公布密钥",
    "Publish a key",
)
RETIRE_KEY = Permission(
    "oversight.keys.retire",
    frozenset({Post.ADMINISTRATOR}),
    frozenset({Role.TRADING_CENTER}),
    "停用密钥",
    "Retire a key",
)
ERASE_PAYLOAD = Permission(
    "oversight.payload.erase",
    frozenset({Post.ADMINISTRATOR}),
    frozenset({Role.TRADING_CENTER}),
    "清除个人信息",
    "Erase concealed values",
)
SEE_PAYLOAD_STATE = Permission(
    "oversight.payload.see_state",
    frozenset({Post.ADMINISTRATOR, Post.AUDITOR}),
    frozenset({Role.TRADING_CENTER, Role.AUDIT_OFFICE, Role.DISCIPLINE_INSPECTION}),
    "查看加密信息的存续状态",
    "See which concealed values exist or were erased",
)
KEY_PURPOSE_KNOWN = Rule(
    "custody.key_purpose_known",
    "A key is published for the log or for the draw's verifiable random function; the log's are "
    "retired.",
    "design: ledger.md#Checkpoint",
    Ground.UNLAWFUL,
)
KEY_NOT_RETIRED = Rule(
    "custody.key_not_retired",
    "A key that was retired is not published again.",
    "design: ledger.md#Checkpoint",
)
KEY_HELD = Rule(
    "custody.key_held",
    "A key that is published is in the service's own key directory, in use or prepared.",
    "design: ledger.md#Checkpoint",
    Ground.UNLAWFUL,
)
KEY_FOLLOWED = Rule(
    "custody.key_followed",
    "Before a key is retired, another of its kind signs the newest checkpoint.",
    "design: ledger.md#Checkpoint",
)
KEY_RETIRABLE = Rule(
    "custody.key_retirable",
    "A key that is retired was published, is not retired yet, and is not the last of its kind.",
    "design: ledger.md#Checkpoint",
)
PAYLOAD_EXISTS = Rule(
    "custody.payload_exists",
    "The values to be erased are concealed in that entry and were not erased before.",
    "design: ledger.md#Entry",
    Ground.ABSENT,
)

LOG, LOG_MLDSA, DRAW_VRF = "log", "log-ml-dsa-44", "draw-vrf"
PURPOSES = (DRAW_VRF, LOG, LOG_MLDSA)
# A draw's key is never retired: what was sealed under it is finished with it.
RETIRED = (LOG, LOG_MLDSA)
LOG_KEY_TYPES = MappingProxyType({LOG: ED25519, LOG_MLDSA: MLDSA44})  # of signed notes, by purpose


class ErasureGround(StrEnum):
    """Why concealed values are erased (个人信息保护法 47)."""

    PURPOSE_ACHIEVED = "purpose-achieved"  # or cannot be achieved, or no longer needs them
    RETENTION_OVER = "retention-over"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    PROCESSED_UNLAWFULLY = "processed-unlawfully"
    ORDERED = "ordered"  # by another law, or by an authority under one


def check_key(purpose: str, key: str) -> None:
    """Return only if `key` (hex) can be published for `purpose`.

    Raises:
        RuleBroken: KEY_PURPOSE_KNOWN.
        ProofRejected: not the hex of a key of that purpose, or a key that binds nobody.
    """
    if purpose not in PURPOSES:
        raise RuleBroken(KEY_PURPOSE_KNOWN, needed=", ".join(PURPOSES))
    count = mldsa.PUBLIC_BYTES if purpose == LOG_MLDSA else 32
    try:
        public = unhex(key, count)
    except ValueError as error:
        raise ProofRejected(f"the public key is {error}") from None
    if purpose != LOG_MLDSA:
        check_public(public)


def check_publishable(key: str, retired: Collection[str]) -> None:
    """Return only if `key` is not among the retired keys of its purpose.

    Raises:
        RuleBroken: KEY_NOT_RETIRED.
    """
    if key in retired:
        raise RuleBroken(KEY_NOT_RETIRED, needed="a new key")


def check_held(key: str, held: Collection[bytes]) -> None:
    """Return only if `key` (hex) is among the keys that the service holds.

    Raises:
        RuleBroken: KEY_HELD.
    """
    if key not in {public.hex() for public in held}:
        raise RuleBroken(KEY_HELD, needed="`daylight keys rotate` on the service's machine")


def check_followed(signed: bool) -> None:
    """Return only if one of the keys that stay signed the newest checkpoint.

    Raises:
        RuleBroken: KEY_FOLLOWED.
    """
    if not signed:
        needed = "a restart of the service after the rotation, and a checkpoint after that"
        raise RuleBroken(KEY_FOLLOWED, needed=needed)


def check_retirable(purpose: str, key: str, active: Collection[str]) -> None:
    """Return only if `key` is one of several active keys of a purpose whose keys are retired.

    Raises:
        RuleBroken: KEY_PURPOSE_KNOWN, KEY_RETIRABLE.
    """
    if purpose not in RETIRED:
        raise RuleBroken(KEY_PURPOSE_KNOWN, needed=", ".join(RETIRED))
    if key not in active or len(active) == 1:
        needed = "a key that was published, and another one that stays"
        raise RuleBroken(KEY_RETIRABLE, needed=needed, active=len(active), known=key in active)
