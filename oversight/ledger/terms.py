"""Under which name the log speaks, and how much may wait for it: set once at start."""

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Terms(msgspec.Struct, frozen=True):
    """What the running process knows of its log."""

    origin: str  # name of the log and of its key: the public URL without scheme
    pending_max: int = 100_000  # entries that may wait before new acts are refused as busy
    signer_dir: str | None = None  # where this host keeps the signer's state; None: nowhere
    public_dir: str | None = None  # where the log is published as static files; None: nowhere


class _Current:
    """The terms of this process."""

    terms: Terms | None = None


def use_terms(terms: Terms) -> None:
    """Set the terms of this process."""
    _Current.terms = terms


def terms() -> Terms:
    """Return the terms of this process."""
    assert _Current.terms is not None, "the log has no name yet: the process is not set up"
    return _Current.terms


class Remembered(Generic[T]):
    """What a process found out about its log; begun anew when the terms are set anew."""

    def __init__(self, fresh: Callable[[], T]) -> None:
        """Take what makes an empty memory."""
        self._fresh = fresh
        self._of: Terms | None = None
        self._kept: T | None = None

    def now(self) -> T:
        """Return the memory that belongs to the present terms."""
        if self._kept is None or self._of is not terms():
            self._kept, self._of = self._fresh(), terms()
        return self._kept
