"""Checkpoints (C2SP tlog-checkpoint v1.0.0): which log, how many entries, which root."""

import re

import msgspec

from oversight.errors import ProofRejected
from oversight.ledger.rules import EMPTY_ROOT, HASH_BYTES
from oversight.values.digests import to_base64, unbase64

SIZE_MAX = 2**63 - 1  # what both databases can count
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_BODY_LINES = 3


class Checkpoint(msgspec.Struct, frozen=True):
    """What a log promises with its signature: these first `size` entries have this root."""

    origin: str  # the log's name: its public URL without scheme
    size: int
    root: bytes  # 32 bytes
    extensions: tuple[str, ...] = ()  # lines of other logs; ours write none

    def text(self) -> str:
        """Return the note text that is signed."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_decimal(text: str) -> int:
    """Read a size or index: decimal digits, no sign, no leading zero.

    Raises:
        ProofRejected: any other text, or more than 2^63-1.
    """
    if not _DECIMAL.fullmatch(text) or int(text) > SIZE_MAX:
        raise ProofRejected("a size or index is not a plain decimal below 2^63")
    return int(text)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's note text; extension lines are kept and must not be empty.

    Raises:
        ProofRejected: malformed, a root that is not 32 bytes, or an empty log whose root is not
            the empty root.
    """
    if not text.endswith("\n"):
        raise ProofRejected("a checkpoint does not end in a line feed")
    lines = text[:-1].split("\n")
    if len(lines) < _BODY_LINES or not all(lines):
        raise ProofRejected("a checkpoint has fewer than three lines, or an empty one")
    try:
        root = unbase64(lines[2], HASH_BYTES)
    except ValueError:
        raise ProofRejected("a checkpoint's root is not 32 bytes of base64") from None
    size = parse_decimal(lines[1])
    if size == 0 and root != EMPTY_ROOT:
        raise ProofRejected("an empty log has another root")
    return Checkpoint(lines[0], size, root, tuple(lines[_BODY_LINES:]))
