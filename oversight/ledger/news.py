"""News that entries wait for their place: told after their act has committed, outside of it.

PostgreSQL lets transactions that carry a NOTIFY commit only one after another. A process with
a sequencer of its own tells that one directly; any other sends the NOTIFY by itself afterwards.
Whoever misses the news finds the entries at the next poll.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from oversight.database import is_postgres, run

CHANNEL = "daylight_pending"  # on which PostgreSQL wakes the sequencers of other processes


class _Listening:
    """The sequencers of this process."""

    ears: set[asyncio.Event] = set()  # noqa: RUF012, one for the process


@contextmanager
def hearing() -> Iterator[asyncio.Event]:
    """Yield an event that is set whenever an act of this process leaves entries waiting."""
    ear = asyncio.Event()
    _Listening.ears.add(ear)
    try:
        yield ear
    finally:
        _Listening.ears.remove(ear)


async def announce() -> None:
    """Wake a sequencer; an act that has committed never fails because nobody could be told."""
    if not is_postgres():
        return
    for ear in _Listening.ears:
        ear.set()
    if not _Listening.ears:
        with suppress(Exception):
            await run("SELECT pg_notify({}, '')", CHANNEL)
