"""Whether the log in the database still goes on from what this host signed last.

A restored backup, or a head that somebody moved, is met here before anything is added to it.
"""

import os
from pathlib import Path

from oversight.errors import Ground, ProofRejected, Rule, RuleBroken
from oversight.ledger.nodes import root_at
from oversight.ledger.terms import Remembered, terms
from oversight.signer.state import STATE, SignerState, read_state

LOG_UNBROKEN = Rule(
    "ledger.unbroken",
    "The log in the database goes on from what was signed last.",
    "design: ledger.md#Checkpoint",
    Ground.BUSY,
)


class _Known:
    """What this process found out: the state it read, and whether the log goes on from it."""

    def __init__(self) -> None:
        place = terms().signer_dir
        self.file = None if place is None else f"{place}/{STATE}"
        self.stamp: tuple[int, int, int] | None = None  # inode, modification, size, when read
        self.state: SignerState | None = None
        self.extended = False
        self.stopped = ""  # why nothing may be added, whatever the file says


_known = Remembered(_Known)


async def require_unbroken(size: int, root: bytes) -> None:
    """Return only if the head (size, root) extends what this host signed last, if it knows that.

    The stored tiles are asked once for each state; afterwards a head only has to be as large.

    Raises:
        RuleBroken: LOG_UNBROKEN; `daylight recover` brings back what is missing.
    """
    known = _known.now()
    if known.stopped:
        raise _broken(known.stopped)
    state = _signed_last(known)
    if state is None:
        return
    if size < state.size:
        raise _broken(f"the head stands at {size}, signed was {state.size}")
    if known.extended:
        return
    try:
        here = root if size == state.size else await root_at(state.size)
    except ProofRejected as missing:
        raise _broken(str(missing)) from None
    if here.hex() != state.root:
        raise _broken(f"another root was signed at size {state.size}")
    known.extended = True


def stop(reason: str) -> None:
    """Let nothing be added any more: signed evidence shows that the log here is not the newest."""
    _known.now().stopped = reason


def _signed_last(known: _Known) -> SignerState | None:
    """Return the signer's state; the file is read again only when it was replaced."""
    if known.file is None:
        return None
    stamp = _stamp(known.file)
    if stamp != known.stamp:
        before = known.state
        known.state = read_state(Path(known.file).parent)
        known.stamp = stamp
        grown = before is not None and known.state is not None and before.size < known.state.size
        # A signer of this log has looked at the tiles between the two before it signed.
        known.extended = known.extended and grown
    return known.state


def _stamp(file: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _broken(met: str) -> RuleBroken:
    return RuleBroken(LOG_UNBROKEN, needed="`daylight recover` by the administrator", found=met)
