"""Who uses an instance on this host: services beside each other, or one recovery alone."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oversight.errors import RuleBroken
from oversight.keys import private
from oversight.recovery.rules import SERVICE_STOPPED

LOCK = "running.lock"


@contextmanager
def running(data_dir: Path) -> Iterator[None]:
    """Be one of the processes that serve this instance, until the block ends.

    Raises:
        RuleBroken: SERVICE_STOPPED, while the log is recovered.
    """
    with _locked(data_dir, fcntl.LOCK_SH, "a recovery is under way"):
        yield


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Be the only process on this host that uses this instance.

    Raises:
        RuleBroken: SERVICE_STOPPED.
    """
    with _locked(data_dir, fcntl.LOCK_EX, "a service, or another recovery, is running"):
        yield


@contextmanager
def _locked(data_dir: Path, kind: int, met: str) -> Iterator[None]:
    """Hold the lock, which the system gives back when its holder dies, however it dies."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=private.DIRECTORY_MODE)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    descriptor = os.open(data_dir / LOCK, flags, private.OWNER_ONLY)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuleBroken(SERVICE_STOPPED, needed="stopping it first", found=met) from None
        yield
    finally:
        os.close(descriptor)
