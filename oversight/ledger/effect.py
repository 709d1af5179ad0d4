"""Effect: what the newest checkpoint covers whose cosignatures reach the quorum, verified now.

The quorum is that of the policy on the log itself, which counts only as far as its entry stands
under a signed checkpoint. Nothing here is stored; what this process remembers only spares it
to look again from the beginning (ledger.md, Effect).
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from oversight.errors import ProofRejected, RuleBroken
from oversight.ledger import nodes
from oversight.ledger.eras import (
    FIRST_ERA,
    Adopted,
    Era,
    confirmed_since,
    confirms,
    era_at,
    next_era,
    read_adopted,
)
from oversight.ledger.facts import read_entry
from oversight.ledger.notes import VerifierKey
from oversight.ledger.own_keys import own_keys
from oversight.ledger.policy import POLICY, PolicyAdopted
from oversight.ledger.queries import (
    LoggedEntry,
    PlacedEntry,
    StoredCheckpoint,
    checkpoints_before,
    checkpoints_cosigned,
    checkpoints_from,
    entries_about,
    newest_checkpoint,
    recorded_of_act,
    until,
)
from oversight.ledger.rules import ENTRY_EFFECTIVE, ENTRY_EXISTS, check_inclusion, leaf_hash
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.ledger.terms import Remembered, terms
from oversight.signer.state import SignerState, read_state

PAGE = 100  # checkpoints looked at together
Cosigners = tuple[tuple[VerifierKey, int], ...]


class _Memory:
    """What this process found out; dropped whenever the policies on the log are others."""

    policies: tuple[tuple[int, bytes], ...] = ()  # (index, leaf) of the entries that were verified
    eras: tuple[Era, ...] = (FIRST_ERA,)
    reached: int = 0  # size of a checkpoint that satisfied its policy


_memory = Remembered(_Memory)


async def newest_effective() -> StoredCheckpoint | None:
    """Return the largest checkpoint that satisfies the policy that judges it; None before one.

    Raises:
        ProofRejected: a stored checkpoint is not the log's, or a policy entry is not the one
            that was signed, or is missing.
    """
    newest = await newest_checkpoint()
    if newest is None:
        return None
    eras = await _eras(await adopted_policies(newest))
    if not era_at(eras, newest.size).policy.least():
        _cosigners(newest, ())
        return newest
    floor = _memory.now().reached
    found = await _largest_satisfying(eras, newest.size, floor)
    _memory.now().reached = found.size if found else 0
    return found


async def effective_size() -> int:
    """Return below which index entries are in effect; raises as `newest_effective`."""
    found = await newest_effective()
    return found.size if found else 0


async def eras_now() -> tuple[Era, ...]:
    """Return which policy judges from which size on; raises as `newest_effective`."""
    newest = await newest_checkpoint()
    return await _eras(await adopted_policies(newest)) if newest else (FIRST_ERA,)


async def wait_effective(index: int, seconds: float = 10.0) -> StoredCheckpoint:
    """Return a checkpoint in effect that covers the entry at `index`, waiting until there is one.

    Raises:
        RuleBroken: ENTRY_EFFECTIVE, when the time is over.
    """

    async def covered() -> StoredCheckpoint | None:
        found = await newest_effective()
        return found if found and found.size > index else None

    found = await until(covered, seconds)
    if found is None:
        raise RuleBroken(ENTRY_EFFECTIVE, needed="asking again later")
    return found


async def proof_of(index: int) -> PlacedEntry:
    """Return the place of the entry at `index` under the newest checkpoint in effect.

    Where that does not reach so far, under the newest that is signed: covered, not in effect.

    Raises:
        RuleBroken: ENTRY_EFFECTIVE, while no checkpoint covers it.
    """
    found = await newest_effective()
    if found is None or index >= found.size:
        found = await newest_checkpoint()
    if found is None or not 0 <= index < found.size:
        raise RuleBroken(ENTRY_EFFECTIVE, needed="the next checkpoint")
    return PlacedEntry(index, await nodes.inclusion_path(index, found.size), found)


async def proofs_of_act(act: str) -> list[PlacedEntry]:
    """Return the places of all entries of an act, in its order.

    Raises:
        RuleBroken: ENTRY_EXISTS, when no such act is on record; ENTRY_EFFECTIVE, while no
            checkpoint covers all of them.
    """
    indexes = [index for *_, index in await recorded_of_act(act)]
    if not indexes:
        raise RuleBroken(ENTRY_EXISTS, needed="an act on record", act=act)
    placed = [index for index in indexes if index is not None]
    if len(placed) < len(indexes):
        raise RuleBroken(ENTRY_EFFECTIVE, needed="the next checkpoint", act=act)
    return [await proof_of(index) for index in placed]


async def is_witnessed(index: int) -> bool:
    """Tell whether a quorum of witnesses judges the first checkpoint over the entry at `index`."""
    return era_at(await eras_now(), index + 1).policy.least() > 0


async def seen_before(index: int, second: int) -> StoredCheckpoint | None:
    """Return the smallest checkpoint over an entry that its quorum cosigned before a POSIX second.

    None where there is none, or no quorum of witnesses judges any that covers it. What a witness
    signed later below the same checkpoint may stand there as well.
    """
    eras = await eras_now()
    least = min((era.policy.least() for era in eras if era.policy.least()), default=0)
    size = index + 1
    while points := await checkpoints_before(size, least, second, PAGE) if least else []:
        for point in points:
            policy = era_at(eras, point.size).policy
            cosigners = _cosigners(point, policy.cosigners())
            in_time = {key for key, at in cosigners if at < second}
            if policy.least() and policy.is_satisfied(in_time):
                return point
        size = points[-1].size + 1
    return None


async def adopted_policies(under: StoredCheckpoint) -> list[Adopted]:
    """Return the policies whose entries stand under this checkpoint, each one verified.

    Raises:
        ProofRejected: an entry is not the one that the checkpoint covers, or one is missing that
            this host knows to have been signed.
    """
    _cosigners(under, ())
    logged = [
        one for one in await entries_about(POLICY, PolicyAdopted.kind) if one.index < under.size
    ]
    known = tuple((one.index, leaf_hash(one.data)) for one in logged)
    state = _signer_state()
    _require_remembered(known, state)
    if known != _memory.now().policies:
        for one in logged:
            await _check_place(one, under)
    adopted = [_read_adopted(one.index, one.data) for one in logged]
    if known != _memory.now().policies:
        memory = _memory.now()
        memory.policies, memory.eras, memory.reached = known, _begun_before(adopted, state), 0
    return adopted


def _signer_state() -> SignerState | None:
    directory = terms().signer_dir
    return read_state(Path(directory)) if directory is not None else None


def _begun_before(adopted: Sequence[Adopted], state: SignerState | None) -> tuple[Era, ...]:
    """Return the eras that had begun when this host signed last: none is taken back, nor skipped,
    because a checkpoint or cosignature that confirmed it is gone.
    """
    policies = {change.index: change.policy for change in adopted}
    begun = state.eras if state is not None else ()
    eras = (Era(above, policies[index], index) for above, index in begun if index in policies)
    return (FIRST_ERA, *eras)


def _require_remembered(known: tuple[tuple[int, bytes], ...], state: SignerState | None) -> None:
    """Raise ProofRejected if a policy is missing that was on the log when it was signed last."""
    signed = {(index, bytes.fromhex(leaf)) for index, leaf in state.policies} if state else set()
    missing = signed | set(_memory.now().policies)
    missing -= set(known)
    if missing:
        places = ", ".join(str(index) for index, _ in sorted(missing))
        raise ProofRejected(f"policy entry {places} was signed and is no longer in the database")


async def _check_place(one: LoggedEntry, under: StoredCheckpoint) -> None:
    path = await nodes.inclusion_path(one.index, under.size)
    check_inclusion(leaf_hash(one.data), one.index, under.size, path, under.root)


@lru_cache(maxsize=100)
def _read_adopted(index: int, data: bytes) -> Adopted:
    said = read_entry(data)
    if (said.subject, said.kind) != (POLICY, PolicyAdopted.kind):
        raise ProofRejected(f"entry {index} adopts no policy, whatever its columns say")
    return read_adopted(index, said.at, said.body.get("policy"))


async def _eras(adopted: Sequence[Adopted]) -> tuple[Era, ...]:
    """Return the eras that have begun, going on from those that this process knows."""
    while True:
        now = _memory.now().eras[-1]
        changes = [change for change in adopted if change.index > now.index]
        above = {change.index: await _confirming(now, change) for change in changes}
        begun = next_era({at: size for at, size in above.items() if size is not None}, changes)
        if begun is None:
            return _memory.now().eras
        _memory.now().eras = (*_memory.now().eras, begun)


async def _confirming(now: Era, change: Adopted) -> int | None:
    """Return the size of the first checkpoint that puts a change into effect."""
    since, size = confirmed_since(now.policy, change), max(now.above, change.index)
    least = now.policy.least()
    while points := await checkpoints_from(size + 1, least, since, PAGE):
        for point in points:
            if confirms(now.policy, _cosigners(point, now.policy.cosigners()), since):
                return point.size
        size = points[-1].size
    return None


async def _largest_satisfying(
    eras: Sequence[Era], size: int, floor: int
) -> StoredCheckpoint | None:
    """Return the largest satisfying checkpoint from `floor` to `size`."""
    least = min(era.policy.least() for era in eras)
    while points := await checkpoints_cosigned(floor, size, least, PAGE):
        for point in points:
            policy = era_at(eras, point.size).policy
            if confirms(policy, _cosigners(point, policy.cosigners()), 0):
                return point
        size = points[-1].size - 1
    return None


def _cosigners(point: StoredCheckpoint, keys: tuple[VerifierKey, ...]) -> Cosigners:
    """Return whose cosignatures below a stored checkpoint hold.

    Raises:
        ProofRejected: the log did not sign it, or its columns say something else than its note.
    """
    size, root, cosigners = _opened(point.note, terms().origin, own_keys(), keys)
    if (size, root) != (point.size, point.root):
        raise ProofRejected(f"checkpoint {point.size}: its columns differ from its note")
    return cosigners


@lru_cache(maxsize=1_000)
def _opened(
    note: str, origin: str, logs: tuple[VerifierKey, ...], keys: tuple[VerifierKey, ...]
) -> tuple[int, bytes, Cosigners]:
    """Verify a note; the same bytes under the same keys need it once."""
    checkpoint, opened = open_checkpoint(note, origin, logs, keys)
    cosigners = tuple((key, at) for key, at in opened.cosigned if key in keys)
    return checkpoint.size, checkpoint.root, cosigners
