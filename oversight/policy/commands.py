"""Adopting a witness policy."""

from oversight.act import begin
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.ledger.own_keys import own_keys, signing_keys
from oversight.ledger.policy import POLICY, PolicyAdopted
from oversight.policy.rules import ADOPT_POLICY, check_policy
from oversight.policy.schema import PolicyReceipt

NOW = Occasion()


async def adopt_policy(actor: Actor, text: str, occasion: Occasion = NOW) -> PolicyReceipt:
    """Put a policy on the log; it takes effect once a checkpoint above it satisfies the old one.

    One that makes cheating cheaper waits for cosignatures that are 24 hours younger.

    Raises:
        RuleBroken: PERMISSION_HELD, POLICY_READABLE, POLICY_OF_THIS_LOG.
    """
    check_policy(text, signing_keys(), own_keys())
    async with begin(actor, ADOPT_POLICY, occasion) as act:
        await act.record(PolicyAdopted(policy=text), subject=POLICY)
        return act.answered(PolicyReceipt(act.id))
