"""Bringing back what the log had and a restored database has not.

Order: hold the signer's state alone → everything signed is one log → raise the state to the
largest tree that was ever signed → entries, verbatim, in order → checkpoints → the list of what
does not come back. The state is raised first: wherever this is cut off, nothing can be added
to the log until all of it is there, and the next run goes on. A host that has no state (all of
it was lost) recovers first and adopts one afterwards; until then no service starts there.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from oversight.configuration import Settings
from oversight.errors import ProofRejected
from oversight.ledger.bringing_back import bring_back, bring_back_checkpoint
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.effect import adopted_policies
from oversight.ledger.facts import read_projection
from oversight.ledger.notes import VerifierKey, line_of
from oversight.ledger.own_keys import own_keys
from oversight.ledger.policy import POLICY, PolicyAdopted
from oversight.ledger.queries import StoredCheckpoint, entries_about, head_of, newest_checkpoint
from oversight.ledger.rules import EMPTY_ROOT, leaf_hash
from oversight.publication.collecting import store_cosignature
from oversight.publication.source import Source
from oversight.publication.verified import VerifiedLog
from oversight.recovery.erasing import erase_again
from oversight.recovery.presence import alone, begin
from oversight.recovery.sources import Found, Trouble, read_sources, require_one_log
from oversight.signer.state import HeldState, SignerState

BATCH_ENTRIES, BATCH_BYTES = 4_096, 1 << 24  # of one transaction, whichever is reached first


class Recovered(msgspec.Struct, frozen=True):
    """What became of the log."""

    before: int  # entries that the database had
    size: int  # entries that it has now
    signed: int  # entries that were ever signed, as far as anybody knows
    erased: int  # concealed values that the backup still had and that were erased again
    troubles: tuple[str, ...]  # what was wrong with sources

    @property
    def lost(self) -> range:
        """Indexes that were signed and are in no source."""
        return range(self.size, max(self.size, self.signed))


async def recover(settings: Settings, sources: Sequence[Source]) -> Recovered:
    """Bring the log of the open, stopped instance up to all that was ever signed of it.

    Raises:
        RuleBroken: SERVICE_STOPPED, SIGNER_STATE_KEPT, SOURCE_SIGNED.
        ProofRejected: the log forked, or a waiting row contradicts it; nothing, or nothing more,
            was changed.
    """
    data_dir = Path(settings.data_dir)
    async with alone(settings) as held:
        size, root = await head_of()
        known = _known(settings.origin, held)
        found = read_sources(sources, own_keys(), known)
        await require_one_log(Checkpoint(settings.origin, size, root), known, found)
        before = begin(data_dir, size)
        if held is not None:
            await _raise(held, found.goal)
        for log in found.readers:
            await _bring(log, held, found)
        now, _ = await head_of()
        await _bring_checkpoints(found, now)
        erased = await erase_again(before)
        troubles = tuple(dict.fromkeys(found.troubles))
        return Recovered(before, now, found.goal.size, erased, troubles)


def _known(origin: str, held: HeldState | None) -> Checkpoint:
    """Return what this host signed last, as far as it knows."""
    if held is None:
        return Checkpoint(origin, 0, EMPTY_ROOT)
    return Checkpoint(origin, held.state.size, bytes.fromhex(held.state.root))


async def _raise(held: HeldState, goal: Checkpoint) -> None:
    """Let the state reach the goal, with the policies that the database has below it."""
    logged = await entries_about(POLICY, PolicyAdopted.kind)
    policies = {(one.index, one.leaf.hex()) for one in logged if one.index < goal.size}
    policies |= set(held.state.policies)
    state = held.state
    if goal.size > state.size:
        state = msgspec.structs.replace(state, size=goal.size, root=goal.root.hex())
    if (state := _remembering(state, policies)) != held.state:
        held.advance(state)


def _remembering(state: SignerState, policies: set[tuple[int, str]]) -> SignerState:
    known = tuple(sorted({*state.policies, *policies}))
    return msgspec.structs.replace(state, policies=known)


async def _bring(log: VerifiedLog, held: HeldState | None, found: Found) -> None:
    """Bring back what one source has behind the head; a file that fails ends it there."""
    size, _ = await head_of()
    batches = _batches(log, size)
    while True:
        try:
            batch = next(batches, None)
        except Trouble as trouble:
            found.troubles.append(f"{log.source.name}: {trouble}")
            return
        if batch is None:
            return
        start, bodies = batch
        policies = _policies(start, bodies)
        if policies and held is not None:
            held.advance(_remembering(held.state, policies))
        await bring_back(start, bodies)


def _policies(start: int, bodies: Sequence[bytes]) -> set[tuple[int, str]]:
    """Return index and leaf hash of the entries that adopt a policy."""
    kind = PolicyAdopted.kind.encode()
    return {
        (index, leaf_hash(body).hex())
        for index, body in enumerate(bodies, start=start)
        if kind in body and _adopts(body)
    }


def _adopts(body: bytes) -> bool:
    said = read_projection(body)
    return (said.subject, said.kind) == (POLICY, PolicyAdopted.kind)


def _batches(log: VerifiedLog, start: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield verified entries from `start` on, with the index of the first of each batch.

    What was read before a file fails is yielded before the failure is told.
    """
    batch: list[bytes] = []
    weight = 0
    runs, failed = log.entries(start), None
    while True:
        try:
            first, entries = next(runs, (-1, []))
        except Trouble as trouble:
            first, entries, failed = -1, [], trouble
        full = len(batch) >= BATCH_ENTRIES or weight >= BATCH_BYTES
        if batch and (full or first < 0):
            yield start, batch
            start, batch, weight = start + len(batch), [], 0
        if failed is not None:
            raise failed
        if first < 0:
            return
        assert first == start + len(batch), "entries come in order"
        batch += entries
        weight += sum(map(len, entries))


async def _bring_checkpoints(found: Found, size: int) -> None:
    """Store the checkpoints that the log reaches, and the cosignatures of known witnesses."""
    keys = own_keys()
    for one in found.signed:
        tree = one.checkpoint
        if 0 < tree.size <= size:
            await bring_back_checkpoint(tree.size, tree.root, own_note(one.note, keys))
            point = StoredCheckpoint(tree.size, tree.root, one.note)
            await _bring_cosignatures(point, found.troubles)


async def _bring_cosignatures(point: StoredCheckpoint, troubles: list[str]) -> None:
    newest = await newest_checkpoint()
    assert newest is not None, "a checkpoint was stored a moment ago"
    try:
        adopted = await adopted_policies(newest)
    except ProofRejected as missing:
        troubles.append(str(missing))
        return
    _, lines = note_parts_of(point.note)
    for key in dict.fromkeys(key for change in adopted for key in change.policy.cosigners()):
        with suppress(ProofRejected):  # this witness did not sign, or not this
            await store_cosignature(point, key, lines)


def own_note(note: str, keys: Sequence[VerifierKey]) -> str:
    """Return a signed note with the lines of these keys alone."""
    text, lines = note_parts_of(note)
    kept = []
    for key in keys:
        with suppress(ProofRejected):  # a key that is older, or newer, than this note
            kept.append(line_of(key, lines))
    return f"{text}\n{''.join(kept)}"


def note_parts_of(note: str) -> tuple[str, str]:
    """Return the text of a verified note and its signature lines."""
    text, _, lines = note.rpartition("\n\n")
    return f"{text}\n", lines
