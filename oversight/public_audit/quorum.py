"""Who vouches for the present checkpoint, as far as an outsider can tell. Pure.

A policy takes effect when a checkpoint above its entry satisfies the policy before it. An outsider
sees only the checkpoints that he fetched, so a change that none of those confirmed may be in
effect or not: then the checkpoint has to satisfy both. A weaker policy that nobody confirmed
never excuses a missing cosigner.
"""

from collections.abc import Iterator, Sequence

import msgspec

from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.eras import FIRST_ERA, Adopted, Era, begun_by, era_at, era_before
from oversight.ledger.notes import VerifierKey
from oversight.ledger.policy import Policy, is_weaker
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.public_audit.report import Witnessed


def weakened(
    policies: Sequence[Adopted], known: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, str]]:
    """Yield the entries whose policy is weaker than one that judges before it, or may; and which.

    Effect measures a change against the policy that judges then. Of those adopted since the last
    that is known to judge, an outsider cannot tell which did: each is told that is stronger.
    """
    eras = _eras(policies, known)
    for change in policies:
        now = era_before(eras, change.index)
        between = [one for one in policies if now.index < one.index < change.index]
        for index, policy in [(now.index, now.policy)] + [
            (one.index, one.policy) for one in between
        ]:
            if is_weaker(policy, change.policy):
                may = "judged" if index == now.index else "may have judged"
                yield change.index, f"it is weaker than that of entry {index}, which {may} before"


class Judged(msgspec.Struct, frozen=True):
    """What the cosignatures say, and the eras that are known now: (size above which, entry)."""

    witnessed: Witnessed
    eras: list[tuple[int, int]]


def judge_quorum(
    note: str,
    checkpoint: Checkpoint,
    log_keys: Sequence[VerifierKey],
    policies: Sequence[Adopted],
    *,
    known: Sequence[tuple[int, int]],
    own: Policy | None,
) -> Judged:
    """Judge a checkpoint by the auditor's own policy, else by those on the log.

    Raises:
        ProofRejected: a cosignature under a key that a policy names does not hold.
    """
    eras = _eras(policies, known)
    now = era_at(eras, checkpoint.size)
    later = [change for change in policies if change.index > now.index]
    candidates = [("your policy", own)] if own is not None else _candidates(now, later)
    keys = _keys([policy for _, policy in candidates])
    every = _keys([change.policy for change in policies]) | keys
    _, opened = open_checkpoint(note, checkpoint.origin, log_keys, sorted(every, key=_by_id))
    cosigned = [(key, at) for key, at in opened.cosigned if key in every]
    missed = [
        name for name, policy in candidates if not policy.is_satisfied({key for key, _ in cosigned})
    ]
    count = len({key for key, _ in cosigned} & keys)
    names = [name for name, policy in candidates if policy.witnesses]
    witnessed = Witnessed(count, len(keys), missed, names)
    begun = begun_by(now, policies, checkpoint.size, cosigned)
    known_now = [*eras[1:], *([begun] if begun else [])]
    return Judged(witnessed, [(era.above, era.index) for era in known_now])


def _keys(policies: Sequence[Policy]) -> set[VerifierKey]:
    return {witness.key for policy in policies for witness in policy.witnesses}


def _by_id(key: VerifierKey) -> tuple[str, bytes]:
    return key.name, key.id


def _eras(policies: Sequence[Adopted], known: Sequence[tuple[int, int]]) -> list[Era]:
    by_index = {change.index: change.policy for change in policies}
    return [FIRST_ERA, *(Era(above, by_index[entry], entry) for above, entry in known)]


def _candidates(now: Era, later: Sequence[Adopted]) -> list[tuple[str, Policy]]:
    """Return the policies that judge a checkpoint, or may."""
    return [(f"entry {now.index}", now.policy)] * (now is not FIRST_ERA) + [
        (f"entry {change.index}", change.policy) for change in later
    ]
