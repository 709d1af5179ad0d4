"""Questions about witness policies."""

from oversight.ledger.effect import adopted_policies, eras_now
from oversight.ledger.eras import era_at, era_before
from oversight.ledger.policy import is_weaker
from oversight.ledger.queries import entry, newest_checkpoint
from oversight.policy.schema import PolicyHistory, PolicyView


async def policy_history() -> PolicyHistory:
    """Return every policy on the log that a checkpoint covers, and which of them judge.

    Raises:
        ProofRejected: a policy entry is not the one that was signed, or is missing.
    """
    newest = await newest_checkpoint()
    if newest is None:
        return PolicyHistory([], unwitnessed=True)
    eras = await eras_now()
    above = {era.index: era.above for era in eras}
    views = []
    for change in await adopted_policies(newest):
        before = era_before(eras, change.index)
        text = str((await entry(change.index)).entry().body["policy"])
        views.append(
            PolicyView(
                index=change.index,
                at=change.at,
                policy=text,
                witnesses=len(change.policy.witnesses),
                least=change.policy.least(),
                weaker=is_weaker(before.policy, change.policy),
                above=above.get(change.index),
            )
        )
    return PolicyHistory(views, unwitnessed=not era_at(eras, newest.size).policy.least())
