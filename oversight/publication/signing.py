"""Signing: only what follows from the state, only what is public already, and only once.

Order: verify and write tiles and bundles, remember, sign, store, tell. A crash between any two
steps leaves a state from which the next signer, here or in another process, goes on.
"""

import asyncio
from datetime import datetime
from pathlib import Path

import msgspec

from oversight.ambient import utc_now
from oversight.database import run, writing
from oversight.errors import ProofRejected
from oversight.keys.directory import ring
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.effect import eras_now
from oversight.ledger.nodes import consistency_path, root_at
from oversight.ledger.policy import POLICY, PolicyAdopted
from oversight.ledger.queries import (
    StoredCheckpoint,
    entries_about,
    head_of,
    head_size,
    newest_checkpoint,
)
from oversight.ledger.rules import check_consistency, leaf_hash
from oversight.ledger.signed_checkpoint import sign_checkpoint_note
from oversight.ledger.terms import Remembered, terms
from oversight.publication.directory import write_file
from oversight.publication.source import CHECKPOINT
from oversight.publication.tiles import publish_missing, publish_tiles
from oversight.signer.state import HeldState, SignerState, hold_state


class _Published:
    """What this process knows to be in the public directory."""

    size: int | None = None  # of the log whose files were all found there; None: not looked yet
    note: str = ""  # of the checkpoint file


_published = Remembered(_Published)


async def sign_checkpoint() -> StoredCheckpoint | None:
    """Publish and sign all entries that have an index; None if there is no news.

    None also where this host keeps no state, or while another process holds it.

    Raises:
        ProofRejected: the stored tiles do not lead from what was signed last to this head: the
            log was changed behind our back, and is not signed.
        RuleBroken: SIGNER_STATE_KEPT.
    """
    newest = await newest_checkpoint()
    if newest and await head_size() == newest.size and newest.note == _published.now().note:
        return None
    directory = terms().signer_dir
    if directory is None:
        return None
    with hold_state(Path(directory), terms().origin) as held:
        if held is None:
            return None
        signed = await _sign(held)
        await _tell(held.state)
        return signed


async def _sign(held: HeldState) -> StoredCheckpoint | None:
    """Sign the head with the state in hand; None if that was done."""
    size, root = await head_of()
    newest = await newest_checkpoint()
    if newest and newest.size > held.state.size:
        raise ProofRejected(f"size {newest.size} was signed by somebody without this state")
    if held.state.size > size:
        raise ProofRejected(f"head: size {size} lies below the signed size {held.state.size}")
    if size == (newest.size if newest else 0):
        return None
    await _check_extends(held.state, size, root)
    await _publish(held.state.size, size)
    held.advance(await _state(held.state, size, root))
    note = _note(size, root, utc_now())
    async with writing():
        await run("INSERT INTO checkpoint (size, root, note) VALUES ({}, {}, {})", size, root, note)
    return StoredCheckpoint(size, root, note)


def _note(size: int, root: bytes, at: datetime) -> str:
    checkpoint = Checkpoint(terms().origin, size, root)
    keys = ring()
    return sign_checkpoint_note(checkpoint, keys.log_keys, keys.log_mldsa, int(at.timestamp()))


async def _check_extends(state: SignerState, size: int, root: bytes) -> None:
    """Raise ProofRejected unless the stored tiles lead from the state to this head."""
    if state.size == 0:
        if await root_at(size) != root:
            raise ProofRejected(f"head: the tiles lead to another root at size {size}")
        return
    path = await consistency_path(state.size, size)
    check_consistency(state.size, bytes.fromhex(state.root), size, root, path)


async def _publish(old_size: int, size: int) -> None:
    """Bring the public directory up to `size`; what is missing of old is written once a process."""
    directory = terms().public_dir
    if directory is None:
        return
    published = _published.now()
    if published.size is None:
        await publish_missing(Path(directory), size)
    else:
        await publish_tiles(Path(directory), min(old_size, published.size), size)
    published.size = size


async def _state(before: SignerState, size: int, root: bytes) -> SignerState:
    """Return the next state: with every policy entry that stands below `size`.

    Raises:
        ProofRejected: one that stood there when it was signed last is gone, or one is no policy.
    """
    logged = [one for one in await entries_about(POLICY, PolicyAdopted.kind) if one.index < size]
    if not all((said := one.entry()).kind == one.kind and said.subject == POLICY for one in logged):
        raise ProofRejected("an entry adopts no policy, whatever its columns say")
    policies = tuple((one.index, leaf_hash(one.data).hex()) for one in logged)
    if not set(before.policies) <= set(policies):
        raise ProofRejected("a policy entry that was signed is no longer in the database")
    return SignerState(terms().origin, size, root.hex(), policies, await _eras(before))


async def _eras(before: SignerState) -> tuple[tuple[int, int], ...]:
    """Return which policies have begun to judge: those of the state, and those after them."""
    try:
        now = await eras_now()
    except ProofRejected:  # what cannot be judged at present is not forgotten
        return before.eras
    begun = tuple((era.above, era.index) for era in now if era.index >= 0)
    return begun if begun[: len(before.eras)] == before.eras else before.eras


async def tell_checkpoint() -> None:
    """Bring the public checkpoint up to the newest one with all its cosignatures.

    Whoever does so holds the signer's state, so that no older one takes its place; the policies
    that they put into effect are remembered there.
    """
    directory = terms().signer_dir
    if directory is None:
        return
    with hold_state(Path(directory), terms().origin) as held:
        if held is None:
            return
        if (eras := await _eras(held.state)) != held.state.eras:
            held.advance(msgspec.structs.replace(held.state, eras=eras))
        await _tell(held.state)


async def _tell(state: SignerState) -> None:
    newest, directory = await newest_checkpoint(), terms().public_dir
    if newest is None or directory is None or newest.note == _published.now().note:
        return
    if newest.size < state.size:  # a restored backup takes nothing back that is public
        return
    if _published.now().size is None:  # signed by a process before this one
        await _publish(0, newest.size)
    await asyncio.to_thread(write_file, Path(directory), CHECKPOINT, newest.note.encode())
    _published.now().note = newest.note
