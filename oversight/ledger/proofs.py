"""The `.tlog-proof` file (C2SP tlog-proof@v1): one entry's place under a signed checkpoint."""

from collections.abc import Sequence

import msgspec

from oversight.errors import ProofRejected
from oversight.ledger.checkpoint import Checkpoint, parse_decimal
from oversight.ledger.notes import OpenedNote, VerifierKey
from oversight.ledger.rules import HASH_BYTES, check_inclusion
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.values.digests import to_base64, unbase64

HEADER = "c2sp.org/tlog-proof@v1"


class TlogProof(msgspec.Struct, frozen=True):
    """The parts of a proof file; nothing in it is verified yet."""

    index: int
    path: tuple[bytes, ...]  # 32-byte hashes, the leaf's sibling first
    checkpoint: str  # a signed note
    extra: bytes | None = None  # not authenticated


def tlog_proof(
    index: int, path: Sequence[bytes], checkpoint_note: str, extra: bytes | None = None
) -> str:
    """Return the proof file for the entry at `index`."""
    lines = [HEADER]
    if extra is not None:
        lines.append(f"extra {to_base64(extra)}")
    lines.append(f"index {index}")
    lines.extend(map(to_base64, path))
    return "\n".join(lines) + "\n\n" + checkpoint_note


def parse_tlog_proof(text: str) -> TlogProof:
    """Read a proof file.

    Raises:
        ProofRejected: malformed.
    """
    head, separator, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines.pop(0) != HEADER:
        raise ProofRejected("not a tlog-proof@v1")
    try:
        extra = unbase64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
        if not lines or not lines[0].startswith("index "):
            raise ProofRejected("a tlog-proof names no index")
        index = parse_decimal(lines.pop(0)[6:])
        path = tuple(unbase64(line, HASH_BYTES) for line in lines)
    except ValueError:
        raise ProofRejected("a hash or the extra line of a tlog-proof is not base64") from None
    return TlogProof(index, path, checkpoint, extra)


def check_tlog_proof(
    proof: TlogProof,
    leaf: bytes,
    origin: str,
    log_keys: Sequence[VerifierKey],
    witness_keys: Sequence[VerifierKey] = (),
) -> tuple[Checkpoint, OpenedNote]:
    """Return the checkpoint under which `leaf` (a leaf hash that the caller computed) is proved.

    Raises:
        ProofRejected: the checkpoint is not this log's, or the leaf is not in its tree.
    """
    checkpoint, opened = open_checkpoint(proof.checkpoint, origin, log_keys, witness_keys)
    check_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)
    return checkpoint, opened
