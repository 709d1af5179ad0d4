"""Who may change the witness policy, and what a policy of this log must say."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, ProofRejected, Rule, RuleBroken
from oversight.ledger.notes import ED25519, VerifierKey
from oversight.ledger.policy import Policy, parse_policy

ADOPT_POLICY = Permission(
    "oversight.policy.adopt",
    frozenset({Post.ADMINISTRATOR}),
    frozenset({Role.TRADING_CENTER}),
    "变更见证策略",
    "Change the witness policy",
)
POLICY_READABLE = Rule(
    "policy.readable",
    "A policy is written as C2SP tlog-policy says.",
    "design: ledger.md#Witnesses and effect",
    Ground.UNLAWFUL,
)
POLICY_OF_THIS_LOG = Rule(
    "policy.of_this_log",
    "A policy names this log with its own keys, and others as witnesses, each with an address.",
    "design: ledger.md#Witnesses and effect",
    Ground.UNLAWFUL,
)


def check_policy(
    text: str, log_keys: Sequence[VerifierKey], past: Sequence[VerifierKey] = ()
) -> Policy:
    """Return the policy that `text` says, if this log can adopt it.

    Args:
        text: C2SP tlog-policy.
        log_keys: the keys with which this log signs now.
        past: keys with which it signed before. Like those of now, they are nobody's witness: a
            note that names one key in both parts opens for nobody.

    Raises:
        RuleBroken: POLICY_READABLE, POLICY_OF_THIS_LOG.
    """
    try:
        policy = parse_policy(text)
    except ProofRejected as unreadable:
        raise RuleBroken(POLICY_READABLE, needed=str(unreadable)) from None
    plain = {key for key in log_keys if key.type == ED25519}
    if not plain & set(policy.log_keys) or not set(policy.log_keys) <= set(log_keys):
        raise RuleBroken(POLICY_OF_THIS_LOG, needed="a `log` line with each key of this log's own")
    own = {key.public for key in (*log_keys, *past)}
    for witness in policy.witnesses:
        if witness.key.public in own:
            needed = "a witness that is not the log itself"
            raise RuleBroken(POLICY_OF_THIS_LOG, needed=needed, witness=witness.name)
        if not _is_address(witness.url):
            needed = "a submission URL (http or https, without query) on each `witness` line"
            raise RuleBroken(POLICY_OF_THIS_LOG, needed=needed, witness=witness.name)
    return policy


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        there = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # no such port, or brackets that do not close
        return False
    return there and "?" not in url and "#" not in url and "@" not in url
