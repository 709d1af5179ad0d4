"""Who uses an instance: services beside each other, or one recovery alone; and one cut off."""

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from oversight.configuration import Settings
from oversight.database import engine, is_postgres, run
from oversight.errors import RuleBroken
from oversight.keys import private
from oversight.recovery.rules import RECOVERY_FINISHED, SERVICE_STOPPED
from oversight.signer.state import HeldState, hold_state, read_state

LOCK, BEGUN = "running.lock", "recovery.json"
ADVISORY_KEY = 7310092  # PostgreSQL: one recovery of a database at a time


class Begun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A recovery that has begun and whose list was not told yet."""

    size: int  # entries that the database had before it


@contextmanager
def running(data_dir: Path) -> Iterator[None]:
    """Be one of the processes that serve this instance, until the block ends.

    Raises:
        RuleBroken: SERVICE_STOPPED, while the log is recovered; RECOVERY_FINISHED, after a
            recovery that was cut off.
    """
    with _locked(data_dir, fcntl.LOCK_SH, "a recovery is under way"):
        if (data_dir / BEGUN).exists():
            raise RuleBroken(RECOVERY_FINISHED, needed="`daylight recover` once more")
        yield


@asynccontextmanager
async def alone(settings: Settings) -> AsyncIterator[HeldState | None]:
    """Be the only one that uses the open instance; hold the signer's state, if this host has one.

    Raises:
        RuleBroken: SERVICE_STOPPED, SIGNER_STATE_KEPT.
    """
    with alone_here(Path(settings.data_dir)):
        async with _alone_anywhere():
            directory = Path(settings.signer_dir)
            if read_state(directory) is None:
                yield None
                return
            with hold_state(directory, settings.origin) as held:
                if held is None:
                    raise _not_stopped("another process signs")
                yield held


@contextmanager
def alone_here(data_dir: Path) -> Iterator[None]:
    """Be the only process on this host that uses this instance.

    Raises:
        RuleBroken: SERVICE_STOPPED.
    """
    with _locked(data_dir, fcntl.LOCK_EX, "a service, or another recovery, is running"):
        yield


def begin(data_dir: Path, size: int) -> int:
    """Note that a recovery begins with this many entries; one that was cut off had its own."""
    file = data_dir / BEGUN
    if file.exists():
        return msgspec.json.decode(file.read_bytes(), type=Begun).size
    private.replace(file, msgspec.json.encode(Begun(size)) + b"\n")
    return size


def finish(data_dir: Path) -> None:
    """Note that the recovery is over, and everything about it was told."""
    private.remove(data_dir / BEGUN)


@asynccontextmanager
async def _alone_anywhere() -> AsyncIterator[None]:
    """Keep other hosts out, as far as the database can tell: on PostgreSQL only."""
    if not is_postgres():
        yield
        return
    connection = await engine().get_new_connection()  # type: ignore[union-attr]
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", ADVISORY_KEY):
            raise _not_stopped("another recovery")
        listening = await run(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND query LIKE 'LISTEN %'"
        )
        if listening:
            raise _not_stopped(f"{len(listening)} sequencers are connected")
        yield
    finally:
        await connection.close()


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
            raise _not_stopped(met) from None
        yield
    finally:
        os.close(descriptor)


def _not_stopped(met: str) -> RuleBroken:
    needed = "stopping the service, on every host, and other recoveries"
    return RuleBroken(SERVICE_STOPPED, needed=needed, found=met)
