"""Under which policy each checkpoint stands, and whether its cosignatures reach the quorum."""

from collections.abc import Iterator, Sequence

import msgspec

from oversight.audit.checkpoints import Cosigner
from oversight.audit.scratch import Scratch
from oversight.errors import ProofRejected
from oversight.ledger.facts import read_entry
from oversight.ledger.notes import VerifierKey
from oversight.ledger.policy import (
    FIRST_ERA,
    UNWITNESSED,
    Adopted,
    Era,
    PolicyAdopted,
    begun_by,
    confirms,
    is_weaker,
    parse_policy,
    read_adopted,
)
from oversight.ledger.queries import LoggedEntry

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
        begun = begun_by(now, self._changes, size, cosigners)
        if begun is not None:
            if is_weaker(now.policy, begun.policy):
                self._scratch.count(f"{WEAKER} {begun.index}")
            self._era = begun
            self._scratch.keep(NOW, (begun.above, begun.index))


def notices(scratch: Scratch) -> list[str]:
    """Return what is worth knowing about policies and quorums."""
    begun = {int(index) for index in scratch.tallies(f"{WEAKER} ")}
    said = [
        f"ALERT entry {index}: the policy that it adopted is weaker than the one before"
        + ("" if index in begun else ", and waits for a day before it counts")
        for index in sorted(begun | set(_weakened(scratch)))
    ]
    if below := scratch.tally(BELOW):
        said.append(f"{below} checkpoints have not reached the quorum of their policy")
    if not scratch.get(POLICIES, []):
        said.append("no policy names a witness: the log is unwitnessed")
    return said


def _weakened(scratch: Scratch) -> Iterator[int]:
    """Yield the entries whose policy is weaker than the one adopted before, in force or not."""
    before = UNWITNESSED
    for kept in scratch.get(POLICIES, []):
        change = _Kept(*kept).adopted()
        if is_weaker(before, change.policy):
            yield change.index
        before = change.policy
