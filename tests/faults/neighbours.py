"""One of several processes on one database.

    python neighbours.py DSN KEYS NAME ACTS ENTRIES
    python neighbours.py DSN KEYS NAME --load SECONDS SIGNER PUBLIC

Does ACTS acts of ENTRIES entries each, with a keeping hand beside them, half of them under keys
that every process uses; prints how many took effect and by how many megabytes it grew. With
--load, several clients act at once for SECONDS, beside a hand that sequences, publishes and signs;
prints the id of every act that was acknowledged, one on a line.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path
from typing import ClassVar

from oversight.act import begin
from oversight.authority.rules import Actor, Permission, Post, Role
from oversight.configuration import Settings, use_settings
from oversight.database import close_database, open_database, retried
from oversight.idempotency.requests import Occasion, Once, Replayed
from oversight.keys.directory import open_ring, use_ring
from oversight.ledger.facts import Fact
from oversight.ledger.tables import ActKey, Payload, Pending
from oversight.ledger.tables import EntryRow as Placed
from oversight.ledger.terms import Terms, use_terms
from oversight.publication.hand import keep_log

ADMINISTRATOR = frozenset({Post.ADMINISTRATOR})
CLERK = Actor("center", Role.TRADING_CENTER, "clerk", ADMINISTRATOR)
ORIGIN, CLIENTS = "demo.daylight.invalid/log", 8
HERD = Permission("test.sheep.herd", ADMINISTRATOR, None, "放羊", "Herd")


class Herded(Fact, frozen=True):
    """A sheep was herded."""

    kind: ClassVar[str] = "test.sheep.herded"

    number: int
    name: str  # hex commitment


async def act(key: str, entries: int) -> int:
    """Herd under one request; return 1 if it took effect now."""
    once = Once("clerk", "POST /sheep", key, b"\1" * 32)
    try:
        async with begin(CLERK, HERD, Occasion(once=once)) as deed:
            for number in range(entries):
                await deed.record(Herded(number, deed.conceal("name", "dolly")), subject=key)
            deed.answered({"act": deed.id})
    except Replayed:
        return 0
    return 1


async def main(dsn: str, keys: str, name: str, acts: int, entries: int) -> None:
    """Act beside the others."""
    use_ring(open_ring(Path(keys)))
    use_settings(Settings())
    use_terms(Terms("demo.daylight.invalid/log", pending_max=10**9))
    await open_database(dsn, [Pending, ActKey, Payload, Placed], ["oversight"])
    keeper = asyncio.create_task(keep_log(0.05))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = 0
    for number in range(acts):
        key = f"everybody/{number}" if number % 2 else f"{name}/{number}"
        done += await retried(lambda key=key: act(key, entries))  # type: ignore[misc]
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
    await close_database()
    print(done, grown // 1024)


async def load(dsn: str, keys: str, name: str, seconds: float, places: tuple[str, str]) -> None:
    """Act with several clients at once, each as fast as it can."""
    use_ring(open_ring(Path(keys)))
    use_settings(Settings())
    signer, public = places
    use_terms(Terms(ORIGIN, signer_dir=signer, public_dir=public))
    await open_database(dsn, [Pending, ActKey, Payload, Placed], ["oversight"])
    keeper = asyncio.create_task(keep_log(0.1))
    clock = asyncio.get_running_loop()
    end, acknowledged = clock.time() + seconds, []

    async def client(number: int) -> None:
        while clock.time() < end:
            async with begin(CLERK, HERD) as deed:
                for at in range(1 + number % 3):
                    await deed.record(Herded(at, deed.conceal("name", "dolly")), subject=name)
            acknowledged.append(deed.id)

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
    await close_database()
    print("\n".join(acknowledged))


if __name__ == "__main__" and sys.argv[4] == "--load":
    asyncio.run(load(*sys.argv[1:4], float(sys.argv[5]), (sys.argv[6], sys.argv[7])))  # type: ignore[call-arg,arg-type]
elif __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], *map(int, sys.argv[4:])))  # type: ignore[call-arg,arg-type]
