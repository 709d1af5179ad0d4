"""Whose cosignatures make a checkpoint count: C2SP tlog-policy, as an entry of the log itself.

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <member>...
    quorum <name>|none

A name is defined before it is used and stands in one group at most, so a policy is a tree.
"""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from itertools import product
from math import prod
from typing import ClassVar

import msgspec

from oversight.errors import ProofRejected
from oversight.ledger.checkpoint import parse_decimal
from oversight.ledger.facts import Fact
from oversight.ledger.notes import ED25519, VerifierKey, parse_vkey

NONE = "none"
POLICY = "policy"  # subject of the entries that adopt one
POLICY_BYTES_MAX = 30_000  # its text grows in an entry, which has room for 65,535
CASES_MAX = 5_000  # looked at to compare two policies; a flat group of 300 witnesses needs 301


class PolicyAdopted(Fact, frozen=True):
    """From now on these cosigners are asked; their quorum counts once the old one confirms it."""

    kind: ClassVar[str] = "oversight.policy.adopted"

    policy: str  # the text, C2SP tlog-policy


class PolicyWitness(msgspec.Struct, frozen=True):
    """A cosigner that a policy names."""

    name: str  # its name within the policy
    key: VerifierKey
    url: str  # submission prefix; empty: not known


class Group(msgspec.Struct, frozen=True):
    """Members of which `least` must be satisfied."""

    name: str
    least: int
    members: tuple[str, ...]


class Policy(msgspec.Struct, frozen=True):
    """A policy that was read and found whole."""

    log_keys: tuple[VerifierKey, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[Group, ...]
    quorum: str  # a witness, a group, or "none"

    def is_satisfied(self, cosigners: Collection[VerifierKey]) -> bool:
        """Tell whether these keys, whose signatures the caller verified, make the quorum."""
        met = {witness.name: witness.key in cosigners for witness in self.witnesses}
        for group in self.groups:
            met[group.name] = sum(met[member] for member in group.members) >= group.least
        return self.quorum == NONE or met[self.quorum]

    def least(self) -> int:
        """Return how many cosigners make the quorum at the least."""
        needed = {witness.name: 1 for witness in self.witnesses}
        for group in self.groups:
            each = sorted(needed[member] for member in group.members)
            needed[group.name] = sum(each[: group.least])
        return 0 if self.quorum == NONE else needed[self.quorum]

    def cosigners(self) -> tuple[VerifierKey, ...]:
        """Return the cosigners' keys."""
        return tuple(witness.key for witness in self.witnesses)


UNWITNESSED = Policy((), (), (), NONE)  # no cosigner: the log's own signature is all there is


def parse_policy(text: str) -> Policy:
    """Read a policy.

    Raises:
        ProofRejected: not in the format; the message names the line.
    """
    reader = _Reader()
    if len(text.encode()) > POLICY_BYTES_MAX or not _is_plain(text):
        raise ProofRejected("a policy is too long, or holds characters that do not show")
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if words and not words[0].startswith("#"):
            reader.read(number, words)
    return reader.policy()


def _is_plain(text: str) -> bool:
    """Tell whether everybody sees the same lines and words in a text, and all of them."""
    return all(char == "\n" or char.isprintable() for char in text)


class _Reader:
    """What was read of a policy so far."""

    def __init__(self) -> None:
        self.log_keys: list[VerifierKey] = []
        self.witnesses: list[PolicyWitness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self._free: set[str] = set()  # names that stand in no group yet
        self._names: set[str] = {NONE}

    def read(self, number: int, words: Sequence[str]) -> None:
        """Take one line."""
        kind, *rest = words
        deeds: dict[str, Callable[..., None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        deed = deeds.get(kind)
        if deed is None:
            raise ProofRejected(f"line {number} of a policy begins with none of its words")
        try:
            deed(*rest)
        except (TypeError, ValueError, KeyError, ProofRejected):
            raise ProofRejected(f"line {number} of a policy is not as its format says") from None

    def policy(self) -> Policy:
        """Return the whole."""
        if self.quorum is None:
            raise ProofRejected("a policy names no quorum")
        return Policy(tuple(self.log_keys), tuple(self.witnesses), tuple(self.groups), self.quorum)

    def _log(self, vkey: str, url: str = "") -> None:
        self.log_keys.append(parse_vkey(vkey))

    def _witness(self, name: str, vkey: str, url: str = "") -> None:
        self._define(name)
        key = parse_vkey(vkey)
        if key.type == ED25519 or any(key.public == other.key.public for other in self.witnesses):
            # An Ed25519 cosignature does not cover its name: one key would count under each.
            raise ValueError("a cosigner has a key of its own, made for cosigning")
        self.witnesses.append(PolicyWitness(name, key, url))

    def _group(self, name: str, least: str, *members: str) -> None:
        counts = {"all": len(members), "any": 1}
        count = counts[least] if least in counts else parse_decimal(least)
        if not 1 <= count <= len(members) or len(set(members)) < len(members):
            raise ValueError("a group counts its members")
        for member in members:
            self._free.remove(member)
        self._define(name)
        self.groups.append(Group(name, count, members))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None or (name != NONE and name not in self._names):
            raise ValueError("one quorum, and a name that is defined")
        self.quorum = name

    def _define(self, name: str) -> None:
        if name in self._names:
            raise ValueError("a name is defined once")
        self._names.add(name)
        self._free.add(name)


def is_weaker(old: Policy, new: Policy) -> bool:
    """Tell whether a change makes cheating cheaper: one is gone, fewer are needed, others suffice.

    An exchanged witness counts as gone: who takes its place is the operator's choice. So are those
    who join: what suffices together with all of them must have sufficed without them.
    """
    if not set(old.cosigners()) <= set(new.cosigners()) or new.least() < old.least():
        return True
    return not _suffices(old, new)


@lru_cache(maxsize=100)
def _suffices(old: Policy, new: Policy) -> bool:
    """Tell whether every set of cosigners that satisfies `new` satisfies `old`, none being gone.

    Cosigners that stand in one group, of both policies, are alike: how many of them sign is all
    that matters. Of policies too entangled to be compared so, it is not known, hence false.
    """
    before, after = _groups(old), _groups(new)
    alike: dict[tuple[str, str], list[VerifierKey]] = {}
    for key in old.cosigners():
        alike.setdefault((before[key], after[key]), []).append(key)
    joined = set(new.cosigners()) - set(old.cosigners())
    if prod(len(keys) + 1 for keys in alike.values()) > CASES_MAX:
        return False
    for counts in product(*(range(len(keys) + 1) for keys in alike.values())):
        signed = {key for keys, n in zip(alike.values(), counts, strict=True) for key in keys[:n]}
        if new.is_satisfied(signed | joined) and not old.is_satisfied(signed):
            return False
    return True


def _groups(policy: Policy) -> dict[VerifierKey, str]:
    """Return the group that each cosigner stands in; one that stands alone is its own."""
    above = {member: group.name for group in policy.groups for member in group.members}
    return {one.key: above.get(one.name, one.name) for one in policy.witnesses}
