"""A checkpoint under its signatures: made by the log's keys, opened by whoever knows them."""

from collections.abc import Sequence

from oversight.errors import ProofRejected
from oversight.keys.mldsa import MldsaKey
from oversight.keys.signing import SigningKey
from oversight.ledger.checkpoint import Checkpoint, parse_checkpoint
from oversight.ledger.cosignatures import cosign_mldsa
from oversight.ledger.notes import (
    ED25519,
    MLDSA44,
    OpenedNote,
    VerifierKey,
    note_line,
    open_note,
)


def sign_checkpoint_note(
    checkpoint: Checkpoint, keys: Sequence[SigningKey], mldsa_keys: Sequence[MldsaKey], seconds: int
) -> str:
    """Return the checkpoint signed by each of the log's keys, oldest key first.

    While keys rotate there are two lines of a type: whoever knows either key goes on verifying.
    `seconds` (POSIX) is what the ML-DSA-44 lines claim as their time.
    """
    assert keys, "a checkpoint carries at least one Ed25519 signature (tlog-tiles)"
    text, name = checkpoint.text(), checkpoint.origin
    lines = [note_line(VerifierKey(name, ED25519, k.public), k.sign(text.encode())) for k in keys]
    lines += [cosign_mldsa(text, name, key, seconds) for key in mldsa_keys]
    return f"{text}\n{''.join(lines)}"


def log_verifiers(
    origin: str, keys: Sequence[bytes], mldsa_keys: Sequence[bytes]
) -> list[VerifierKey]:
    """Return whom to believe in for a log: its public keys under its own name."""
    return [
        *(VerifierKey(origin, ED25519, public) for public in keys),
        *(VerifierKey(origin, MLDSA44, public) for public in mldsa_keys),
    ]


def open_checkpoint(
    note: str | bytes,
    origin: str,
    log_keys: Sequence[VerifierKey],
    witness_keys: Sequence[VerifierKey] = (),
) -> tuple[Checkpoint, OpenedNote]:
    """Return the checkpoint of `origin` that one of `log_keys` signed, with all that was verified.

    `cosigned` of the note names the witnesses; the caller counts them against his own quorum.

    Raises:
        ProofRejected: another origin, no signature by the log, or any known signature fails.
    """
    opened = open_note(note, [*log_keys, *witness_keys])
    checkpoint = parse_checkpoint(opened.text)
    if checkpoint.origin != origin:
        raise ProofRejected("the checkpoint is another log's")
    if not any(key in log_keys for key in opened.verified):
        raise ProofRejected("the log did not sign the checkpoint")
    return checkpoint, opened
