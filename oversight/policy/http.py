"""Doors to the witness policy: adopting is the center's, reading everybody's."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.policy import commands, queries
from oversight.policy.rules import ADOPT_POLICY
from oversight.policy.schema import PolicyHistory, PolicyOrder, PolicyReceipt

TAGS = ["log"]


@post(
    "/v1/ledger/policies",
    opt={"permission": ADOPT_POLICY},
    operation_id="adoptPolicy",
    summary="Adopt a witness policy",
    tags=TAGS,
)
async def post_policy(
    data: JSONBody[PolicyOrder], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> PolicyReceipt:
    """Adopt a policy: from now on its witnesses are asked, and once the quorum before it has
    confirmed the entry its own quorum decides what is in effect. A weaker one waits 24 hours.
    """
    return await commands.adopt_policy(actor, data.policy, occasion)


@get(
    "/v1/ledger/policies",
    opt={"public": True},
    operation_id="listPolicies",
    summary="List witness policies",
    tags=TAGS,
)
async def get_policies() -> PolicyHistory:
    """List every policy that was adopted, oldest first, and from which size on each judges."""
    return await queries.policy_history()
