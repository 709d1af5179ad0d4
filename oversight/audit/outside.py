"""What this host knows of the log besides its database: what was signed last, what is published.

Rows and entries that are deleted together, back to an earlier state of the whole log, contradict
nothing in the database. They contradict the signer's state and the public checkpoint, which lie
in files. Both are written after the rows that they speak of, so whoever reads them first, and
the database then, never finds them ahead of it.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from oversight.audit.scratch import Scratch
from oversight.database import run
from oversight.errors import ProofRejected, RuleBroken
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.nodes import root_at
from oversight.ledger.notes import VerifierKey
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.ledger.terms import terms
from oversight.publication.source import (
    CHECKPOINT,
    CHECKPOINT_BYTES_MAX,
    DirectorySource,
    Missing,
    SourceUnreachable,
)
from oversight.signer.state import SignerState, read_state

NOTHING_HELD = (
    "neither the signer's state nor a public checkpoint is at hand: a log that is set back as a"
    " whole would not be noticed"
)


class Outside(msgspec.Struct, frozen=True):
    """What the files say."""

    state: SignerState | None = None  # None: not at hand
    note: bytes | None = None  # the public checkpoint; None: not at hand
    unread: tuple[str, ...] = ()  # sentences on what is there and cannot be read


def look() -> Outside:
    """Read the files; to be done before the database is."""
    unread = []
    state = note = None
    try:
        state = _state()
    except RuleBroken as refused:
        unread.append(f"the signer's state: {refused}")
    try:
        note = _note()
    except ProofRejected as fault:
        unread.append(f"the public checkpoint: {fault}")
    return Outside(state, note, tuple(unread))


def _state() -> SignerState | None:
    directory = terms().signer_dir
    try:
        return read_state(Path(directory)) if directory is not None else None
    except PermissionError:  # it is the signer's alone
        return None


def _note() -> bytes | None:
    directory = terms().public_dir
    if directory is None:
        return None
    try:
        return DirectorySource(Path(directory)).read(CHECKPOINT, CHECKPOINT_BYTES_MAX)
    except (Missing, SourceUnreachable):
        return None


async def check_outside(
    scratch: Scratch,
    seen: Outside,
    size: int,
    logs: Sequence[VerifierKey],
    witnesses: Sequence[VerifierKey],
) -> list[str]:
    """Hold a log of `size` entries against what was seen before; return what cannot be checked.

    Ask inside of `reading()`.
    """
    if seen.state is not None:
        state = seen.state
        signed = Checkpoint(state.origin, state.size, bytes.fromhex(state.root))
        await _check_reached(scratch, signed, size, "signed last")
    if seen.note is None or not logs:
        return list(seen.unread)
    try:
        others = [key for key in witnesses if key not in logs]
        shown, opened = open_checkpoint(seen.note, terms().origin, logs, others)
    except ProofRejected as fault:
        return [*seen.unread, f"the public checkpoint: {fault}"]
    await _check_reached(scratch, shown, size, "published")
    if not await run("SELECT size FROM checkpoint WHERE size = {}", shown.size):
        scratch.differ("checkpoint", (shown.size,), "", "is published, and is not here")
    for key, _ in opened.cosigned:
        if key in others and not await _is_stored(shown.size, key):
            place = (shown.size, key.name, key.id.hex())
            scratch.differ("cosignature", place, "", "is published, and is not here")
    return list(seen.unread)


async def _check_reached(scratch: Scratch, tree: Checkpoint, size: int, what: str) -> None:
    """Name the head if it does not go on from a tree."""
    if tree.size > size:
        scratch.differ("head", (1,), "size", f"lies below the size {tree.size} that was {what}")
        return
    try:
        here = await root_at(tree.size)
    except ProofRejected as fault:
        scratch.differ("head", (1,), "root", str(fault))
        return
    if here != tree.root:
        scratch.differ("head", (1,), "root", f"at size {tree.size} another root was {what}")


async def _is_stored(size: int, key: VerifierKey) -> bool:
    where = "WHERE size = {} AND name = {} AND key_id = {}"
    return bool(
        await run(f"SELECT size FROM cosignature {where}", size, key.name, key.id.hex())  # noqa: S608
    )
