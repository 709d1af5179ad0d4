"""What the sources of a recovery hold, held against each other before anything is believed."""

from collections.abc import Iterable, Sequence

import msgspec

from oversight.errors import ProofRejected, RuleBroken
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.nodes import root_at
from oversight.ledger.notes import VerifierKey
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.publication.source import (
    CHECKPOINT,
    CHECKPOINT_BYTES_MAX,
    Source,
    SourceUnreachable,
)
from oversight.publication.verified import VerifiedLog
from oversight.recovery.rules import SOURCE_SIGNED

Trouble = (ProofRejected, SourceUnreachable)  # of one source: another may do


class Signed(msgspec.Struct, frozen=True):
    """A checkpoint under this log's own key, as a source shows it."""

    name: str  # where it was found
    checkpoint: Checkpoint
    note: str


class Found(msgspec.Struct):
    """Everything that was found, and what was wrong with the rest."""

    signed: list[Signed]
    goal: Checkpoint  # the largest tree that was ever signed, as far as anybody knows
    readers: list[VerifiedLog]  # what entries can be read from, largest tree first
    troubles: list[str]  # sentences about sources


def read_sources(
    sources: Sequence[Source], keys: Sequence[VerifierKey], known: Checkpoint
) -> Found:
    """Return what the sources hold of the log whose signer knows `known`.

    A source whose checkpoint is smaller may still have the files of the goal.

    Raises:
        RuleBroken: SOURCE_SIGNED.
        ProofRejected: two roots are signed for one size.
    """
    signed, troubles = _checkpoints(sources, keys, known.origin)
    if not signed:
        needed = "a mirror, or the public files, of this log: " + "; ".join(troubles)
        raise RuleBroken(SOURCE_SIGNED, needed=needed, origin=known.origin)
    trees = [known, *(one.checkpoint for one in signed)]
    goal = max(trees, key=lambda tree: tree.size)
    for one in signed:
        require_same(one.checkpoint, goal, one.name)
    readers = []
    for source in sources:
        own = [one.checkpoint for one in signed if one.name == source.name]
        for tree in dict.fromkeys([goal, *own]):
            try:
                log = VerifiedLog(source, tree)
                log.check_edge()
            except Trouble as trouble:
                troubles.append(f"{source.name} at size {tree.size}: {trouble}")
            else:
                readers.append(log)
    readers.sort(key=lambda log: -log.checkpoint.size)
    return Found(signed, goal, readers, troubles)


def _checkpoints(
    sources: Sequence[Source], keys: Sequence[VerifierKey], origin: str
) -> tuple[list[Signed], list[str]]:
    signed, troubles = [], []
    for source in sources:
        try:
            note = source.read(CHECKPOINT, CHECKPOINT_BYTES_MAX).decode()
            checkpoint, _ = open_checkpoint(note, origin, keys)
        except UnicodeDecodeError:
            troubles.append(f"{source.name}: the checkpoint is no text")
        except Trouble as trouble:
            troubles.append(f"{source.name}: {trouble}")
        else:
            signed.append(Signed(source.name, checkpoint, note))
    return signed, troubles


async def require_one_log(head: Checkpoint, known: Checkpoint, found: Found) -> None:
    """Hold head, signer's state and every signed checkpoint against every tree that can be read.

    A reader that cannot show an older root is set aside, and said to be.

    Raises:
        ProofRejected: the log forked; the message names both sides.
    """
    points = [(head, "the database"), (known, "the signer's state")]
    points += [(one.checkpoint, one.name) for one in found.signed]
    for point, name in points:
        if point.size <= head.size:
            _require_root(point, await root_at(point.size), name, "the database")
    usable = []
    for log in found.readers:
        if _shows(log, points, found.troubles):
            usable.append(log)
    found.readers = usable


def _shows(log: VerifiedLog, points: Iterable[tuple[Checkpoint, str]], troubles: list[str]) -> bool:
    """Hold every smaller tree against one that is read; False where its files are damaged."""
    for point, name in points:
        if point.size <= log.checkpoint.size:
            try:
                root = log.root_at(point.size)
            except Trouble as trouble:
                troubles.append(f"{log.source.name} at size {log.checkpoint.size}: {trouble}")
                return False
            _require_root(point, root, name, log.source.name)
    return True


def require_same(one: Checkpoint, other: Checkpoint, name: str) -> None:
    """Raise ProofRejected if two trees of one size have two roots."""
    if one.size == other.size:
        _require_root(one, other.root, name, "the largest tree that was signed")


def _require_root(point: Checkpoint, root: bytes, name: str, other: str) -> None:
    if point.root != root:
        raise ProofRejected(
            f"the log forked: {name} has another root at size {point.size} than {other}"
        )
