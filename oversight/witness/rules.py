"""What a witness may cosign: C2SP tlog-witness, decided from its arguments alone.

    POST <submission prefix>/add-checkpoint
        old <size>
        <consistency path, a base64 hash in each line, 63 at the most>
        <empty line>
        <checkpoint under the log's signature>

Reasons to refuse are looked for in the specification's order: not in this form, another log,
no signature of the log, backward, not what was cosigned last, not an extension of it. Two roots
for one size are answered as inconsistent (422; version 1.0.0 of the specification said 409, with
which every client must bear as well).
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from oversight.errors import Ground, ProofRejected, Rule
from oversight.ledger.checkpoint import Checkpoint, parse_checkpoint, parse_decimal
from oversight.ledger.notes import MLDSA44, VerifierKey, note_line, note_parts, open_note
from oversight.ledger.rules import EMPTY_ROOT, HASH_BYTES, check_consistency
from oversight.values.digests import sha256, to_base64, unbase64

PATH_LINES_MAX = 63  # of the specification: no tree needs more
REQUEST_BYTES_MAX = 256 * 1024  # room for some fifty ML-DSA-44 signatures
ORIGIN_BYTES_MAX = 255  # an ML-DSA-44 cosignature has one byte for its length
OLD = "old "

WITNESS_MADE_ONCE = Rule(
    "witness.made_once",
    "A cosigner is made in a directory that is absent or empty.",
    "design: ledger.md#Witnesses and effect",
)
WITNESS_WHOLE = Rule(
    "witness.whole",
    "A cosigner's directory holds its keys, and the record of what these keys have cosigned.",
    "design: ledger.md#Witnesses and effect",
)
WITNESS_AS_MADE = Rule(
    "witness.as_made",
    "A mirror's key says that the mirror holds the data: a witness never signs with it.",
    "design: ledger.md#Witnesses and effect",
)
WITNESS_LOG_NAMED = Rule(
    "witness.log_named",
    "A log is known by its origin line of 1 to 255 bytes, and by keys that are not the cosigner's.",
    "C2SP tlog-witness; tlog-cosignature",
    Ground.UNLAWFUL,
)


class Promise(StrEnum):
    """What a cosigner's signature says besides: this is the largest tree seen of this log."""

    SEEN = "witness"
    HELD = "mirror"  # and I hold all its entries


class Outcome(StrEnum):
    """How a submission ends."""

    COSIGNED = "cosigned"
    MALFORMED = "malformed"  # not in the form
    UNKNOWN_LOG = "unknown log"
    UNSIGNED = "not signed by the log"
    BACKWARD = "backward"  # smaller than the size that it starts from
    STALE = "stale"  # starts elsewhere than at what was cosigned last
    INCONSISTENT = "inconsistent"
    NOT_NOW = "not now"  # nothing is wrong with it; ask again


class Known(msgspec.Struct, frozen=True):
    """The checkpoint of a log that was cosigned last."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: str = ""  # with the signatures of log and witness; empty: none was cosigned


class Submission(msgspec.Struct, frozen=True):
    """A request in the right form; nothing in it is verified yet."""

    old_size: int
    path: tuple[bytes, ...]
    note: str
    text: str  # of the note
    checkpoint: Checkpoint


class Evidence(StrEnum):
    """Why a log-signed checkpoint is kept although it was not cosigned."""

    SPLIT = "split view"  # proves by itself that the log showed two histories
    UNPROVEN = "unproven"  # no extension was shown; the sender's fault, or the log's


def parse_submission(data: bytes) -> Submission:
    """Read the body of an add-checkpoint request.

    Raises:
        ProofRejected: not in the form.
    """
    try:
        head, separator, note = data.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise ProofRejected("a request is not UTF-8") from None
    first, *lines = head.split("\n")
    if not separator or not first.startswith(OLD) or len(lines) > PATH_LINES_MAX:
        raise ProofRejected("a request is not old size, path, empty line and checkpoint")
    try:
        path = tuple(unbase64(line, HASH_BYTES) for line in lines)
    except ValueError:
        raise ProofRejected("a line of the path is not 32 bytes of base64") from None
    text, _ = note_parts(note)
    return Submission(parse_decimal(first.removeprefix(OLD)), path, note, text, _read(text))


def write_submission(old_size: int, path: Sequence[bytes], note: str) -> bytes:
    """Return the body of the request that shows a signed checkpoint to extend `old_size`."""
    lines = [f"{OLD}{old_size}", *map(to_base64, path)]
    return ("\n".join(lines) + "\n\n" + note).encode()


def _read(text: str) -> Checkpoint:
    """Read a checkpoint; that of an empty log may claim any root here, to be refused as it merits.

    Raises:
        ProofRejected: malformed.
    """
    lines = text.split("\n")
    if len(lines) > 2 and lines[1] == "0":  # noqa: PLR2004 - origin, size, root
        try:
            claimed = unbase64(lines[2], HASH_BYTES)
        except ValueError:
            raise ProofRejected("a checkpoint's root is not 32 bytes of base64") from None
        lines[2] = to_base64(EMPTY_ROOT)
        return msgspec.structs.replace(parse_checkpoint("\n".join(lines)), root=claimed)
    return parse_checkpoint(text)


def is_origin(text: str) -> bool:
    """Tell whether a log can go by this name: a line that fits into every kind of cosignature."""
    printable = not any(char < " " for char in text)
    return printable and 0 < len(text.encode()) <= ORIGIN_BYTES_MAX


def is_cosigner_name(text: str) -> bool:
    """Tell whether a cosigner can go by this name (signed-note; tlog-cosignature)."""
    return is_origin(text) and "+" not in text and not any(char.isspace() for char in text)


def origin_hash(origin: str) -> str:
    """Return the name of a log in the addresses of witnesses and mirrors."""
    return sha256(origin.encode()).hex()


def signed_lines(submission: Submission, keys: Sequence[VerifierKey]) -> str:
    """Return the lines by which `keys`, the log's, signed; lines of unknown keys are left out.

    Raises:
        ProofRejected: none of them signed, or a signature in the name of one of them fails.
    """
    believed = [key for key in keys if key.type != MLDSA44 or not _is_impossible(submission)]
    open_note(submission.note, believed)
    _, signatures = note_parts(submission.note)
    known = {(key.name, key.id): key for key in believed}
    lines = [
        note_line(known[name, identity], signature)
        for name, identity, signature in signatures
        if (name, identity) in known
    ]
    return "".join(dict.fromkeys(lines))


def _is_impossible(submission: Submission) -> bool:
    """Tell whether no ML-DSA-44 signature can be made over a checkpoint: no tree is like that."""
    return submission.checkpoint.size == 0 and submission.checkpoint.root != EMPTY_ROOT


def decide(submission: Submission, known: Known) -> Outcome:
    """Decide on a checkpoint that the log did sign, given what was cosigned last."""
    shown = submission.checkpoint
    if submission.old_size > shown.size:
        return Outcome.BACKWARD
    if submission.old_size != known.size:
        return Outcome.STALE
    try:
        _check_extension(submission, known)
    except ProofRejected:
        return Outcome.INCONSISTENT
    return Outcome.COSIGNED


def _check_extension(submission: Submission, known: Known) -> None:
    """Return only if the checkpoint extends the known one, whose size is the old size.

    From the empty tree there is nothing to prove, and the path is empty: that is the witness's
    own part, for RFC 6962 knows no such proof.

    Raises:
        ProofRejected: it does not.
    """
    shown = submission.checkpoint
    if has_two_roots(shown, known):
        raise ProofRejected(f"two roots for the one size {shown.size}")
    if known.size:
        check_consistency(known.size, known.root, shown.size, shown.root, submission.path)
    elif submission.path:
        raise ProofRejected("a path from the empty tree")


def has_two_roots(shown: Checkpoint, known: Known) -> bool:
    """Tell whether a signed checkpoint cannot stand beside the known one, or beside no entry."""
    if shown.size == 0:
        return shown.root != EMPTY_ROOT
    return shown.size == known.size and shown.root != known.root


def evidence(submission: Submission, known: Known, outcome: Outcome) -> Evidence | None:
    """Say whether a log-signed checkpoint that is refused should be kept, and as what.

    Two roots are evidence whatever size the sender started from: the order of reasons to refuse
    must not hide them.
    """
    if has_two_roots(submission.checkpoint, known):
        return Evidence.SPLIT
    return Evidence.UNPROVEN if outcome is Outcome.INCONSISTENT else None
