"""Under which policy each checkpoint stands, and whether its cosignatures reach the quorum."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from oversight.audit.checkpoints import Cosigner
from oversight.audit.scratch import Scratch
from oversight.errors import ProofRejected
from oversight.ledger.facts import read_entry
from oversight.ledger.notes import VerifierKey
from oversight.ledger.policy import (
    FIRST_ERA,
    Adopted,
    Era,
    PolicyAdopted,
    confirmed_since,
    confirms,
    is_weaker,
    next_era,
    parse_policy,
)
from oversight.ledger.queries import LoggedEntry
from oversight.values.instants import from_micro_text

POLICIES, NOW = "policies", "era"
BELOW, WEAKER = "checkpoints below quorum", "weaker policies"


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
    text = str(said.body.get("policy"))
    try:
        parse_policy(text)
    except ProofRejected as fault:
        scratch.differ("entry", (logged.index,), "body", str(fault), logged.index)
        return
    at = from_micro_text(said.at) + timedelta(microseconds=999_999)
    kept = (logged.index, int(at.timestamp()), text)
    scratch.keep(POLICIES, [*scratch.get(POLICIES, []), kept])


class Judge:
    """Follows the policies from checkpoint to checkpoint, in ascending order."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._changes = [_Kept(*kept).adopted() for kept in scratch.get(POLICIES, [])]
        above, index = scratch.get(NOW, (FIRST_ERA.above, FIRST_ERA.index))
        named = [change.policy for change in self._changes if change.index == index]
        self._era = Era(above, named[0], index) if named else FIRST_ERA
        self.known: list[VerifierKey] = list(
            dict.fromkeys(key for change in self._changes for key in change.policy.cosigners())
        )

    def judge(self, size: int, cosigners: Sequence[Cosigner]) -> None:
        """Count a checkpoint whose quorum is not reached; begin the era that it confirms."""
        now = self._era
        if not confirms(now.policy, cosigners, 0):
            self._scratch.count(BELOW)
        ready = [one for one in self._changes if now.index < one.index < size]
        above = {
            one.index: size
            for one in ready
            if confirms(now.policy, cosigners, confirmed_since(now.policy, one))
        }
        begun = next_era(above, ready)
        if begun is not None:
            if is_weaker(now.policy, begun.policy):
                self._scratch.count(f"{WEAKER} {begun.index}")
            self._era = begun
            self._scratch.keep(NOW, (begun.above, begun.index))


def notices(scratch: Scratch) -> list[str]:
    """Return what is worth knowing about policies and quorums."""
    said = [
        f"entry {index}: the policy that it adopted is weaker than the one before"
        for index in sorted(scratch.tallies(f"{WEAKER} "), key=int)
    ]
    if below := scratch.tally(BELOW):
        said.append(f"{below} checkpoints have not reached the quorum of their policy")
    if not scratch.get(POLICIES, []):
        said.append("no policy names a witness: the log is unwitnessed")
    return said
