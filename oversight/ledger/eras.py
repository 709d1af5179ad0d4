"""Which policy judges from which size on: a change counts once the quorum before it confirms it.

A checkpoint above a change's entry confirms it if it satisfies the policy that judges then. That
policy is also the one that a change is measured against: one that makes cheating cheaper waits
for 24 hours (ledger.md, Effect).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import msgspec

from oversight.ledger.notes import VerifierKey
from oversight.ledger.policy import UNWITNESSED, Policy, is_weaker, parse_policy
from oversight.values.instants import from_micro_text

WEAKER_WAITS_SECONDS = 24 * 3600  # ledger.md, Effect


class Adopted(msgspec.Struct, frozen=True):
    """A policy and the entry that put it on the log."""

    index: int
    at: int  # POSIX second of the entry, rounded up
    policy: Policy


class Era(msgspec.Struct, frozen=True):
    """Which policy judges the checkpoints that are larger than a size."""

    above: int
    policy: Policy
    index: int = -1  # of the entry that adopted it


FIRST_ERA = Era(-1, UNWITNESSED)


def read_adopted(index: int, at: str, text: object) -> Adopted:
    """Return the policy that the entry at `index` adopts; `at` is its instant as it says it.

    Raises:
        ProofRejected: `text` is no policy.
    """
    policy = parse_policy(text if isinstance(text, str) else "")
    second = from_micro_text(at) + timedelta(microseconds=999_999)
    return Adopted(index, int(second.timestamp()), policy)


def confirmed_since(old: Policy, change: Adopted) -> int:
    """Return the POSIX second from which cosignatures confirm a change; 0 for any time.

    A change that makes cheating cheaper waits for 24 hours (ledger.md, Effect).
    """
    return change.at + WEAKER_WAITS_SECONDS if is_weaker(old, change.policy) else 0


def confirms(old: Policy, cosigners: Iterable[tuple[VerifierKey, int]], since: int) -> bool:
    """Tell whether a checkpoint above a change's entry confirms it: by the quorum before it.

    `cosigners` are those whose signatures hold, with the second that each claims.
    """
    return old.is_satisfied({key for key, at in cosigners if at >= since})


def next_era(above: Mapping[int, int], changes: Sequence[Adopted]) -> Era | None:
    """Return the era that begins first, given the size that confirms each change, by its index.

    Of changes that one checkpoint confirms the latest counts; those before it are overtaken.
    """
    ready = [change for change in changes if change.index in above]
    if not ready:
        return None
    first = min(ready, key=lambda change: (above[change.index], -change.index))
    return Era(above[first.index], first.policy, first.index)


def begun_by(
    now: Era, changes: Sequence[Adopted], size: int, cosigners: Sequence[tuple[VerifierKey, int]]
) -> Era | None:
    """Return the era that begins with one checkpoint of `size` entries; None: it confirms nothing.

    `now` is the era that judges it, `changes` come in ascending order, `cosigners` are those whose
    signatures hold, with the second that each claims.
    """
    above = {
        change.index: size
        for change in changes
        if now.index < change.index < size
        and confirms(now.policy, cosigners, confirmed_since(now.policy, change))
    }
    return next_era(above, changes)


def era_at(eras: Sequence[Era], size: int) -> Era:
    """Return the era that judges a checkpoint of `size` entries; eras in ascending order."""
    return next(era for era in reversed(eras) if size > era.above)


def era_before(eras: Sequence[Era], index: int) -> Era:
    """Return the era that the policy of the entry at `index` follows, or is to follow.

    Its policy confirms that one, and says whether it is weaker: the one adopted just before may
    never have judged. Eras come in ascending order; a policy that was overtaken is told the era
    that judged until then.
    """
    return next(era for era in reversed(eras) if era.index < index)
