"""What the log says about itself: its keys and its policies. Pure.

Keys rotate on the log: a key that is published there under a checkpoint of a trusted key is
trusted from then on, a key that is retired there no longer. So an auditor who comes back often
enough to meet a checkpoint that carries both signatures never has to be told a key again.
"""

from collections.abc import Iterator

import msgspec

from oversight.custody.facts import KeyPublished, KeyRetired
from oversight.custody.rules import LOG_KEY_TYPES
from oversight.errors import ProofRejected
from oversight.ledger.eras import Adopted, read_adopted
from oversight.ledger.notes import ED25519, PUBLIC_KEY_BYTES, VerifierKey
from oversight.ledger.policy import PolicyAdopted, parse_policy
from oversight.public_audit.blind_clock import BLIND_CLOCK
from oversight.public_audit.rules import EntryRule, Finding, Shelf, Told
from oversight.values.digests import is_hex

KEYS, POLICIES = "keys", "policies"  # shelves


class LogKeys(msgspec.Struct):
    """Public keys of the log in the order of their entries: (type, hex)."""

    published: list[tuple[int, str]] = []
    retired: list[tuple[int, str]] = []


class _Adoption(msgspec.Struct, frozen=True):
    index: int
    at: int  # POSIX second, rounded up
    policy: str


def log_keys(shelf: Shelf) -> LogKeys:
    """Return what the log says about its own keys."""
    kept = shelf.get("log")
    return msgspec.json.decode(kept, type=LogKeys) if kept else LogKeys()


def successors(trusted: list[VerifierKey], told: LogKeys, origin: str) -> list[VerifierKey]:
    """Return whom to trust after the entries: the last trusted Ed25519 key is never given up."""
    published = [VerifierKey(origin, type_, bytes.fromhex(key)) for type_, key in told.published]
    known = list(dict.fromkeys([*trusted, *published]))
    gone = {(type_, bytes.fromhex(key)) for type_, key in told.retired}
    kept = [key for key in known if (key.type, key.public) not in gone]
    return kept if any(key.type == ED25519 for key in kept) else known


def adopted(shelf: Shelf) -> list[Adopted]:
    """Return the policies that stand on the log, in order."""
    return [Adopted(one.index, one.at, parse_policy(one.policy)) for one in _adoptions(shelf)]


def _judge_published(told: Told, shelf: Shelf) -> Iterator[Finding]:
    key = _key_of(told)
    if key is None:
        yield Finding("publishes what is no key")
    elif key[0] in LOG_KEY_TYPES.values():
        said = log_keys(shelf)
        if key in said.retired:
            yield Finding("publishes a log key that was retired")
            return
        said.published.append(key)
        shelf.put("log", msgspec.json.encode(said))
        yield Finding("a key of the log was published", alert=True)


def _judge_retired(told: Told, shelf: Shelf) -> Iterator[Finding]:
    key, said = _key_of(told), log_keys(shelf)
    if key is None or key[0] not in LOG_KEY_TYPES.values():
        yield Finding("retires what is no key of the log")
        return
    said.retired.append(key)
    shelf.put("log", msgspec.json.encode(said))
    yield Finding("a key of the log was retired", alert=True)


def _key_of(told: Told) -> tuple[int, str] | None:
    """Return type and hex of the key that an entry is about; type 0 is not the log's."""
    purpose, key = told.body.get("purpose"), told.body.get("key")
    if not isinstance(purpose, str) or not isinstance(key, str):
        return None
    type_ = LOG_KEY_TYPES.get(purpose, 0)
    if type_ and not is_hex(key, PUBLIC_KEY_BYTES[type_]):
        return None
    return type_, key


def _adoptions(shelf: Shelf) -> list[_Adoption]:
    kept = shelf.get("adopted")
    return msgspec.json.decode(kept, type=list[_Adoption]) if kept else []


def _judge_policy(told: Told, shelf: Shelf) -> Iterator[Finding]:
    text, before = told.body.get("policy"), _adoptions(shelf)
    try:
        one = read_adopted(told.index, told.at, text)
    except ProofRejected as rejected:
        yield Finding(f"adopts what is no policy: {rejected}")
        return
    policy, kept = one.policy, [*before, _Adoption(one.index, one.at, str(text))]
    shelf.put("adopted", msgspec.json.encode(kept))
    cosigners, least = len(policy.witnesses), policy.least()
    yield Finding(f"a policy was adopted, {least} of {cosigners} cosigners", alert=True)


OWN_RULES = (
    EntryRule(
        KEYS,
        "Keys of the log are published and retired in the open, and none comes back.",
        {KeyPublished.kind: _judge_published, KeyRetired.kind: _judge_retired},
    ),
    EntryRule(
        POLICIES,
        "A policy of cosigners can be read; each is told.",
        {PolicyAdopted.kind: _judge_policy},
    ),
    BLIND_CLOCK,
)
