"""Under which policy each checkpoint stands, and whether its cosignatures reach the quorum."""

from collections.abc import Iterator, Sequence

import msgspec

from oversight.audit.checkpoints import Cosigner
from oversight.audit.scratch import Scratch
from oversight.errors import ProofRejected
from oversight.ledger.eras import (
    FIRST_ERA,
    Adopted,
    Era,
    begun_by,
    confirms,
    era_before,
    read_adopted,
)
from oversight.ledger.facts import read_entry
from oversight.ledger.notes import VerifierKey
from oversight.ledger.policy import PolicyAdopted, is_weaker, parse_policy
from oversight.ledger.queries import LoggedEntry

POLICIES, ERAS = "policies", "eras"
BELOW = "checkpoints below quorum"


class _Kept(msgspec.Struct, frozen=True):
    """A policy as the scratch file keeps it."""

    index: int
    at: int
    text: str

    def adopted(self) -> Adopted:
        return Adopted(self.index, self.at, parse_policy(self.text))


def note_policy(scratch: Scratch, logged: LoggedEntry) -> None:
    """Remember a policy that an entry adopts; name one that nobody can read."""
    if logged.kind != PolicyAdopted.kind:
        return
    said = read_entry(logged.data)
    text = said.body.get("policy")
    try:
        one = read_adopted(logged.index, said.at, text)
    except ProofRejected as fault:
        scratch.differ("entry", (logged.index,), "body", str(fault), logged.index)
        return
    kept = (one.index, one.at, text)
    scratch.keep(POLICIES, [*scratch.get(POLICIES, []), kept])


class Judge:
    """Follows the policies from checkpoint to checkpoint, in ascending order."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._changes = _adopted(scratch)
        self._eras = _eras(scratch, self._changes)
        self.known: list[VerifierKey] = list(
            dict.fromkeys(key for change in self._changes for key in change.policy.cosigners())
        )

    def judge(self, size: int, cosigners: Sequence[Cosigner]) -> None:
        """Count a checkpoint whose quorum is not reached; begin the era that it confirms."""
        now = self._eras[-1]
        if not confirms(now.policy, cosigners, 0):
            self._scratch.count(BELOW)
        begun = begun_by(now, self._changes, size, cosigners)
        if begun is not None:
            self._eras.append(begun)
            self._scratch.keep(ERAS, [(era.above, era.index) for era in self._eras[1:]])


def _adopted(scratch: Scratch) -> list[Adopted]:
    return [_Kept(*kept).adopted() for kept in scratch.get(POLICIES, [])]


def _eras(scratch: Scratch, changes: Sequence[Adopted]) -> list[Era]:
    """Return the eras that began with the checkpoints judged so far."""
    policies = {change.index: change.policy for change in changes}
    begun = [Era(above, policies[index], index) for above, index in scratch.get(ERAS, [])]
    return [FIRST_ERA, *begun]


def notices(scratch: Scratch) -> list[str]:
    """Return what is worth knowing about policies and quorums."""
    changes = _adopted(scratch)
    said = list(_weakened(changes, _eras(scratch, changes)))
    if below := scratch.tally(BELOW):
        said.append(f"{below} checkpoints have not reached the quorum of their policy")
    if not changes:
        said.append("no policy names a witness: the log is unwitnessed")
    return said


def _weakened(changes: Sequence[Adopted], eras: Sequence[Era]) -> Iterator[str]:
    """Yield the alerts: each policy is measured against the one that judged, not the one adopted
    before it, which may never have."""
    for change in changes:
        before = era_before(eras, change.index)
        if not is_weaker(before.policy, change.policy):
            continue
        what = f"is weaker than that of entry {before.index}, which judged before it"
        if change.index > eras[-1].index:
            what = f"is weaker than that of entry {before.index}, which judges, and waits for a day"
        elif all(era.index != change.index for era in eras):
            what += "; it was overtaken and never counted"
        yield f"ALERT entry {change.index}: the policy that it adopted {what}"
