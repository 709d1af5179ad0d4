"""Kill a draw's command at every statement that it sends, and see what a restart finds.

A program of its own, run by `test_draw_crash.py`: it loads everything once and forks a process for
each crash, so that the whole sweep takes seconds. Statements are counted where the drivers send
them; the process kills itself with SIGKILL just before statement k.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import asyncpg
from engines import create_database, drop_database, named_database
from house import House

from bidding.draw import queries as draws
from bidding.draw.schema import SealOrder
from bidding.terminal.commands import run_draw, seal_draw
from oversight.authority.rules import Actor, Post, Role
from oversight.database import run
from oversight.database_sqlite import PooledSqliteEngine
from oversight.idempotency.requests import Replayed


class Fuse:
    """Counts statements and kills the process before the one that it is set to."""

    def __init__(self, at):
        self.at, self.seen, self.lit = at, 0, False

    def burn(self, *_):
        self.seen += self.lit
        if self.seen == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def lay(self):
        """Hang the fuse into both drivers: every statement of a writing connection passes it."""
        connect = PooledSqliteEngine.connect
        fuse = self

        async def connected(engine, writes):
            connection = await connect(engine, writes)
            if writes:
                await connection.set_trace_callback(fuse.burn)
            return connection

        PooledSqliteEngine.connect = connected
        for name in ("execute", "fetch", "copy_records_to_table"):
            self._wrap(name)

    def _wrap(self, name):
        sent, fuse = getattr(asyncpg.Connection, name), self

        async def counted(connection, *arguments, **options):
            fuse.burn()
            return await sent(connection, *arguments, **options)

        setattr(asyncpg.Connection, name, counted)


class Sweep:
    """One command, killed again and again, each time on a fresh copy of the same instance."""

    def __init__(self, told):
        self.__dict__.update(told)
        self.operator = Actor(
            self.center, Role.TRADING_CENTER, "0198c0de-0000-7000-8000-000000000099",
            frozenset({Post.DRAW_OPERATOR}),
        )  # fmt: skip

    def house(self, dsn):
        place = Path(self.directory, "lives", dsn.partition("?")[0].rpartition("/")[2])
        if not place.exists():  # each copy goes on from what was signed before it was made
            shutil.copytree(Path(self.directory, "signer"), place / "signer")
        return House(self.engine, dsn, place, Path(self.keys))

    async def deed(self, house):
        occasion = house.occasion("crash-key", b"body")
        if self.command == "seal":
            return await seal_draw(self.operator, self.draw, SealOrder(), occasion)
        return await run_draw(self.operator, self.draw, occasion)

    async def copied(self, number):
        if self.engine == "sqlite":
            copy = Path(self.directory) / f"crash-{number}.sqlite"
            shutil.copy(self.dsn.removeprefix("sqlite:///"), copy)
            return f"sqlite:///{copy}"
        template = self.dsn.rpartition("/")[2]
        if "?" in self.dsn:
            template = self.dsn.partition("?")[0].rpartition("/")[2]
        return named_database(self.dsn, await create_database(self.server, template))

    async def crash(self, dsn, at):
        house = self.house(dsn)
        fuse = Fuse(at)
        fuse.lay()
        await house.open()
        fuse.lit = True
        await self.deed(house)
        return {"statements": fuse.seen}

    async def inspect(self, dsn):
        """Restart: let the log settle, look, and do the command again under the same key."""
        house = self.house(dsn)
        await house.open()
        await house.settle()
        before = await self.look()
        try:
            answer = (await self.deed(house)).act
        except Replayed as replayed:
            answer = replayed.act
        await house.settle()
        after = await self.look()
        await house.close()
        return {"before": before, "after": after, "act": answer}

    async def look(self):
        case = await draws.case(self.draw)
        entries = await run(
            "SELECT act, n, kind FROM entry WHERE subject = {} AND kind LIKE 'bidding.draw.%'"
            ' ORDER BY "index"',
            case.subject,
        )
        tables = ("draw_request", "sealed_block", "draw_result", "draw_line")
        return {
            "state": case.state.value,
            "steps": [[step.act, step.ordinal, step.word] for step in case.steps],
            "entries": [[e["act"], e["n"], e["kind"].rpartition(".")[2]] for e in entries],
            "rows": {t: (await run(f"SELECT count(*) AS c FROM {t}"))[0]["c"] for t in tables},
            "pending": (await run("SELECT count(*) AS c FROM pending"))[0]["c"],
        }

    async def dropped(self, dsn):
        if self.engine == "postgres":
            await drop_database(dsn)


def forked(deed):
    """Run an asynchronous deed in a forked process; return (signal or None, what it returned)."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            answer = asyncio.run(deed())
            os.write(writer, json.dumps(answer).encode())
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(70)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status), None
    assert os.WEXITSTATUS(status) == 0, "the child failed"
    return None, json.loads(said)


def main():
    sweep = Sweep(json.loads(sys.argv[1]))
    found, at = [], 1
    while True:
        _, dsn = forked(lambda at=at: sweep.copied(at))
        killed, said = forked(lambda dsn=dsn, at=at: sweep.crash(dsn, at))
        _, seen = forked(lambda dsn=dsn: sweep.inspect(dsn))
        forked(lambda dsn=dsn: sweep.dropped(dsn))
        found.append({"at": at, "killed": killed, "said": said, **seen})
        if killed is None:
            break
        at += sweep.stride
    print(json.dumps(found))


main()
