"""Who may publish keys and erase values, and what can be published or erased."""

from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken
from oversight.keys.signing import check_public
from oversight.values.digests import unhex

PUBLISH_KEY = Permission(
    "oversight.keys.publish",
    frozenset({Post.ADMINISTRATOR}),
    frozenset({Role.TRADING_CENTER}),
    "公布密钥",
    "Publish a key",
)
ERASE_PAYLOAD = Permission(
    "oversight.payload.erase",
    frozenset({Post.ADMINISTRATOR}),
    frozenset({Role.TRADING_CENTER}),
    "清除个人信息",
    "Erase concealed values",
)
KEY_PURPOSE_KNOWN = Rule(
    "custody.key_purpose_known",
    "A key is published for the log or for the draw's verifiable random function.",
    "design: draw.md#Bundle and trust file",
    Ground.UNLAWFUL,
)
PAYLOAD_EXISTS = Rule(
    "custody.payload_exists",
    "The values to be erased are concealed in that entry and were not erased before.",
    "design: ledger.md#Entry",
    Ground.ABSENT,
)

LOG, DRAW_VRF = "log", "draw-vrf"
PURPOSES = (DRAW_VRF, LOG)


def check_key(purpose: str, key: str) -> None:
    """Return only if `key` (hex) can be published for `purpose`.

    Raises:
        RuleBroken: KEY_PURPOSE_KNOWN.
        ProofRejected: the key is no point, or one that binds nobody.
        ValueError: `key` is not 32 bytes of lower-case hex.
    """
    if purpose not in PURPOSES:
        raise RuleBroken(KEY_PURPOSE_KNOWN, needed=", ".join(PURPOSES))
    check_public(unhex(key, 32))
