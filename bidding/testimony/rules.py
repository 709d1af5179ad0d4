"""What the log says of a draw (draw.md, "Verifying", steps 2 to 4).

An entry is read only after its inclusion holds. Afterwards the entries of each attempt form one
record: a chain in which every entry names the one before it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec.structs import FieldInfo, fields

from bidding.bundle.rules import Bundle, LoggedEntry, Trust
from bidding.draw import facts
from oversight.custody.facts import KeyPublished
from oversight.errors import ProofRejected
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.facts import ENTRY_VERSION, Entry, Fact
from oversight.ledger.notes import (
    OpenedNote,
)
from oversight.ledger.rules import check_inclusion, leaf_hash
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.values.canonical import NotCanonical, canonical, parse_strict
from oversight.values.digests import unbase64
from oversight.values.instants import from_micro_text

NOTHING, NOWHERE = "", -1  # a text and an index that nothing equals


DRAW_FACTS: dict[str, type[Fact]] = {
    fact.kind: fact
    for fact in (
        facts.Ordered,
        facts.Committed,
        facts.Sealed,
        facts.Revealed,
        facts.Drawn,
        facts.Answered,
        facts.Voided,
        facts.Lapsed,
        facts.Identified,
    )
}
# The order of steps; a closing or the reveal of identities is last.
_RANK = {
    facts.Ordered: 0,
    facts.Committed: 1,
    facts.Sealed: 2,
    facts.SealedOpenly: 2,
    facts.Revealed: 3,
    facts.Drawn: 4,
    facts.Answered: 5,
    facts.Voided: 6,
    facts.Lapsed: 6,
    facts.Identified: 6,
}

AnyFact = TypeVar("AnyFact", bound=Fact)


class Logged(msgspec.Struct, frozen=True):
    """An entry whose place in the tree holds."""

    index: int
    leaf: bytes  # leaf hash, 32 bytes
    entry: Entry
    fact: Fact
    at: datetime


class Record(msgspec.Struct, frozen=True):
    """All entries of one attempt, in order."""

    entries: tuple[Logged, ...]

    def all(self, kind: type[AnyFact]) -> list[tuple[Logged, AnyFact]]:
        """Return the entries of one kind with their facts."""
        return [(one, one.fact) for one in self.entries if isinstance(one.fact, kind)]

    def only(self, kind: type[AnyFact]) -> tuple[Logged, AnyFact] | None:
        """Return the one entry of a kind that stands at most once."""
        found = self.all(kind)
        return found[0] if found else None

    def newest(self) -> Logged:
        """Return the last entry."""
        return self.entries[-1]


def witness_count(trust: Trust) -> int:
    """Return how many witnesses the verifier knows: a key under two names is one."""
    return len({key.public for key in trust.keys_of_witnesses()})


def cosigners(opened: OpenedNote) -> dict[bytes, int]:
    """Return the witnesses' public keys with the earliest POSIX second each cosigned at."""
    seconds: dict[bytes, int] = {}
    for key, second in opened.cosigned:
        seconds[key.public] = min(second, seconds.get(key.public, second))
    return seconds


def check_checkpoint(bundle: Bundle, trust: Trust) -> tuple[Checkpoint, int]:
    """Return the checkpoint and the number of trusted witnesses that cosigned it (step 2).

    Raises:
        ProofRejected: another origin, no trusted log signature, or a known signature fails.
    """
    origin = bundle.request.origin
    checkpoint, opened = open_checkpoint(
        bundle.log.checkpoint, origin, trust.keys_of_log(origin), trust.keys_of_witnesses()
    )
    return checkpoint, len(cosigners(opened))


def check_entries(entries: Sequence[LoggedEntry], checkpoint: Checkpoint) -> list[Logged]:
    """Return the bundle's entries, read, once each is found in the tree (step 3).

    Raises:
        ProofRejected: not in the tree, not canonical, or not of the kind it claims.
    """
    return [_logged(entry, checkpoint) for entry in entries]


def _logged(entry: LoggedEntry, checkpoint: Checkpoint) -> Logged:
    data = unbase64(entry.leaf)
    leaf, path = leaf_hash(data), [bytes.fromhex(node) for node in entry.inclusion]
    check_inclusion(leaf, entry.index, checkpoint.size, path, checkpoint.root)
    try:
        value = parse_strict(data)
        said = msgspec.convert(value, Entry)
        at = from_micro_text(said.at)
    except (NotCanonical, msgspec.ValidationError, ValueError):
        raise ProofRejected(f"the leaf of entry {entry.index} is no entry") from None
    if said.v != ENTRY_VERSION or not said.actor:
        raise ProofRejected(f"the leaf of entry {entry.index} is of another version, or nobody's")
    if canonical(value) != data:
        raise ProofRejected(f"the leaf of entry {entry.index} is not canonical")
    if said.kind != entry.kind:
        raise ProofRejected(f"entry {entry.index} is of kind {said.kind}")
    return Logged(entry.index, leaf, said, _fact(said), at)


def _fact(said: Entry) -> Fact:
    """Return the body as the fact of its kind; a plain Fact where the kind is none of ours.

    A field that is absent or of the wrong type becomes one that equals nothing: the step that
    rests on it refuses it there.
    """
    kind = DRAW_FACTS.get(said.kind, Fact)
    if said.kind == KeyPublished.kind:
        kind = KeyPublished
    elif kind is facts.Sealed and "openings" in said.body:
        kind = facts.SealedOpenly
    return kind(**{field.name: _field(said.body, field) for field in fields(kind)})


def _field(body: Mapping[str, object], field: FieldInfo) -> object:
    value = body.get(field.encode_name)
    try:
        return msgspec.convert(value, field.type)
    except msgspec.ValidationError:
        return NOWHERE if field.type in (int, int | None) else NOTHING


class Testimony(msgspec.Struct, frozen=True):
    """The log's whole word: the keys, and a record for each attempt."""

    keys: tuple[Logged, ...]
    earlier: tuple[Record, ...]
    record: Record


def check_order(bundle: Bundle, entries: Sequence[Logged]) -> Testimony:
    """Return the entries sorted into records, once their chain is unbroken (step 4).

    Raises:
        ProofRejected: an entry is missing, stands twice, comes out of turn or belongs to nobody.
    """
    draws = [attempt.draw_id() for attempt in bundle.earlier] + [bundle.request.draw]
    if len(set(draws)) != len(draws):
        raise ProofRejected("two attempts have one draw id")
    if len({one.index for one in entries}) != len(entries):
        raise ProofRejected("an entry is listed twice")
    keys, by_draw = _sorted_out(entries, draws)
    records: list[Record] = []
    for number, draw in enumerate(draws, 1):
        record = Record(tuple(sorted(by_draw[draw], key=lambda one: one.index)))
        _check_chain(record, number, records[-1] if records else None)
        records.append(record)
    _check_alike(records)
    for attempt, record in zip(bundle.earlier, records, strict=False):
        if (attempt.request is None) != (record.only(facts.Sealed) is None):
            raise ProofRejected("an earlier attempt comes without the request that was sealed")
    if records[-1].only(facts.Sealed) is None:
        raise ProofRejected("no sealed entry")
    return Testimony(tuple(keys), tuple(records[:-1]), records[-1])


def _sorted_out(
    entries: Sequence[Logged], draws: Sequence[str]
) -> tuple[list[Logged], dict[str, list[Logged]]]:
    """Return the VRF keys' entries, and the entries of each draw."""
    keys: list[Logged] = []
    by_draw: dict[str, list[Logged]] = {draw: [] for draw in draws}
    for one in entries:
        if isinstance(one.fact, KeyPublished):
            keys.append(one)
        elif type(one.fact) in _RANK and getattr(one.fact, "draw", None) in by_draw:
            _check_complete(one)
            by_draw[one.fact.draw].append(one)  # type: ignore[attr-defined]
        else:
            raise ProofRejected(f"entry {one.index} belongs to no attempt of this draw")
    return keys, by_draw


def _check_complete(one: Logged) -> None:
    """Raise ProofRejected unless the body has every field of its kind: null is said aloud."""
    needed = {field.encode_name for field in fields(one.fact) if field.required}
    if absent := sorted(needed - one.entry.body.keys()):
        raise ProofRejected(f"entry {one.index} has no {absent[0]}")


def _check_chain(record: Record, number: int, before: Record | None) -> None:
    """Raise ProofRejected unless the entries of one attempt form its one lawful chain."""
    if not record.entries or not isinstance(record.entries[0].fact, facts.Ordered):
        raise ProofRejected(f"attempt {number} has no ordered entry")
    ordered = record.entries[0].fact
    _check_start(record.entries[0].index, ordered, number, before)
    for earlier, later in zip(record.entries, record.entries[1:], strict=False):
        if getattr(later.fact, "previous", None) != earlier.index or later.index <= earlier.index:
            raise ProofRejected(f"entry {later.index} does not follow entry {earlier.index}")
        if _RANK[type(later.fact)] < _RANK[type(earlier.fact)]:
            raise ProofRejected(f"entry {later.index} comes out of turn")
    _check_counts(record, number)


def _check_start(index: int, ordered: facts.Ordered, number: int, before: Record | None) -> None:
    """Raise ProofRejected unless the first entry follows the attempt before, or nothing."""
    if ordered.attempt != number:
        raise ProofRejected(f"attempt {number} was ordered as attempt {ordered.attempt}")
    if before is not None:
        if before.only(facts.Closing) is None:
            raise ProofRejected(f"attempt {number - 1} was not closed")
        if ordered.previous != before.newest().index:
            raise ProofRejected(f"attempt {number} does not follow the closing before it")
    elif ordered.of is None:
        if ordered.previous is not None:
            raise ProofRejected("a first attempt follows nothing")
    elif ordered.previous is None or not 0 <= ordered.previous < index:
        raise ProofRejected("a supplement follows its parent's newest entry")


def _check_alike(records: Sequence[Record]) -> None:
    """Raise ProofRejected unless all attempts are for one subject, purpose and parent."""
    subjects = {one.entry.subject for record in records for one in record.entries}
    orders = [fact for record in records for _, fact in record.all(facts.Ordered)]
    if len(subjects) != 1 or len({(order.purpose, order.of) for order in orders}) != 1:
        raise ProofRejected("the attempts are for different subjects, purposes or parents")


def _check_counts(record: Record, number: int) -> None:
    """Raise ProofRejected for a step that was taken twice, or without the one it rests on."""
    count = Counter(_RANK[type(one.fact)] for one in record.entries)
    once = (facts.Ordered, facts.Sealed, facts.Drawn, facts.Identified)
    if any(count[_RANK[kind]] > 1 for kind in once):
        raise ProofRejected(f"attempt {number} took a step twice")
    revealers = [fact.party for _, fact in record.all(facts.Revealed) if fact.party != NOTHING]
    if len(set(revealers)) != len(revealers):
        raise ProofRejected(f"a contributor of attempt {number} revealed twice")
    sealed, drawn = count[_RANK[facts.Sealed]], count[_RANK[facts.Drawn]]
    if (count[_RANK[facts.Revealed]] or drawn) and not sealed:
        raise ProofRejected(f"attempt {number} has no sealed entry")
    if (count[_RANK[facts.Answered]] or record.only(facts.Identified)) and not drawn:
        raise ProofRejected(f"attempt {number} has no drawn entry")
