"""Adopting a witness policy."""

from oversight.act import begin
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.keys.directory import ring
from oversight.ledger.own_keys import own_keys
from oversight.ledger.policy import POLICY, PolicyAdopted
from oversight.ledger.signed_checkpoint import log_verifiers
from oversight.ledger.terms import terms
from oversight.policy.rules import ADOPT_POLICY, check_policy
from oversight.policy.schema import PolicyReceipt

NOW = Occasion()


async def adopt_policy(actor: Actor, text: str, occasion: Occasion = NOW) -> PolicyReceipt:
    """Put a policy on the log; it takes effect once a checkpoint above it satisfies the old one.

    One that makes cheating cheaper waits for cosignatures that are 24 hours younger.

    Raises:
        RuleBroken: PERMISSION_HELD, POLICY_READABLE, POLICY_OF_THIS_LOG.
    """
    keys = ring()
    logs = log_verifiers(
        terms().origin,
        [key.public for key in keys.log_keys],
        [key.public for key in keys.log_mldsa],
    )
    check_policy(text, logs, own_keys())
    async with begin(actor, ADOPT_POLICY, occasion) as act:
        await act.record(PolicyAdopted(policy=text), subject=POLICY)
        return act.answered(PolicyReceipt(act.id))
