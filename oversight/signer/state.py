"""The signer's state: size and root signed last, in a file that one process at a time may hold.

A database can be restored to yesterday; a signature cannot be called back. So what was signed
stands apart from the database and its backups, is on the disk before a signature leaves the
process, and only ever grows (ledger.md, Checkpoint).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from oversight.errors import Ground, Rule, RuleBroken
from oversight.keys.private import replace
from oversight.wire import Hex32

SIGNER_STATE_KEPT = Rule(
    "signer.state_kept",
    "The signer's state of this log is there, whole, and belongs to this log.",
    "design: ledger.md#Checkpoint",
)
SIGNER_STATE_MADE_ONCE = Rule(
    "signer.state_made_once",
    "A signer's state is made where there is none.",
    "design: ledger.md#Checkpoint",
    Ground.CONFLICT,
)

STATE, LOCK = "state.json", "lock"


class SignerState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was signed last, and the policy entries that were on the log by then."""

    origin: str
    size: int
    root: Hex32
    # [index, leaf hash] of each policy entry below `size`: a policy that disappears from the
    # database is missed (ledger.md, Effect).
    policies: tuple[tuple[int, Hex32], ...] = ()
    # [size above which it judges, index] of each of them that had begun to judge: what confirmed
    # it is not needed any more, so its disappearance skips no policy.
    eras: tuple[tuple[int, int], ...] = ()


class HeldState:
    """The state while this process is the only one that may change it."""

    def __init__(self, directory: Path, state: SignerState) -> None:
        self._directory, self.state = directory, state

    def advance(self, state: SignerState) -> None:
        """Replace the state by a later one; it is on the disk when this returns."""
        assert state.origin == self.state.origin, "a signer serves one log"
        assert state.size >= self.state.size, "a signer's state never shrinks"
        same_size = state.size == self.state.size
        assert not same_size or state.root == self.state.root, "two roots for one size"
        _write(self._directory, state)
        self.state = state


def make_state(directory: Path, state: SignerState) -> None:
    """Make the state of a new log, or of a signer that takes over, in a directory of mode 0700.

    Raises:
        RuleBroken: SIGNER_STATE_MADE_ONCE.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(directory) as held:
        if not held or (directory / STATE).exists():
            needed = "the state that is there; remove it only when that signer is gone for good"
            raise RuleBroken(SIGNER_STATE_MADE_ONCE, needed=needed)
        _write(directory, state)


def read_state(directory: Path) -> SignerState | None:
    """Return what was signed last, as far as this host knows; None where it never signed.

    Raises:
        RuleBroken: SIGNER_STATE_KEPT, when the file is not readable as a state.
    """
    try:
        return msgspec.json.decode((directory / STATE).read_bytes(), type=SignerState)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError:
        raise RuleBroken(SIGNER_STATE_KEPT, needed="`daylight signer adopt`") from None


def require_state(directory: Path, origin: str) -> SignerState:
    """Return the state of this log, which must be there.

    Raises:
        RuleBroken: SIGNER_STATE_KEPT, when there is none, or it is another log's.
    """
    state = read_state(directory)
    if state is None or state.origin != origin:
        met = "no state" if state is None else "the state of another log"
        raise RuleBroken(SIGNER_STATE_KEPT, needed="`daylight signer adopt`", met=met)
    return state


@contextmanager
def hold_state(directory: Path, origin: str) -> Iterator[HeldState | None]:
    """Hold the state alone until the block ends; None while another process holds it.

    The system gives the lock back when its holder dies, however it dies.

    Raises:
        RuleBroken: SIGNER_STATE_KEPT, when there is no state, or it is another log's.
    """
    require_state(directory, origin)
    with _locked(directory) as held:
        yield HeldState(directory, require_state(directory, origin)) if held else None


@contextmanager
def _locked(directory: Path) -> Iterator[bool]:
    """Lock the directory for this process alone, without waiting; tell whether that worked."""
    descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _write(directory: Path, state: SignerState) -> None:
    """Put the state into the place of the old one: wholly or not at all, and down to the disk."""
    replace(directory / STATE, msgspec.json.encode(state) + b"\n")
