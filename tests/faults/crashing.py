"""A process that is killed at its k-th statement, restarted, and killed at the next one.

    python crashing.py DSN KEYS SIGNER PUBLIC STEP [--fail]

Each life is a forked child: it opens the database as a restarted service would, asserts that
rows and log agree, and then does two acts, integrates and signs, until SIGKILL meets it just
before its k-th statement (or in the midst of a bulk insert, or right after a COMMIT), or just
before it opens, renames or removes its k-th file of the published log or of the signer's state.
k grows by STEP until a life reaches its end. The last line printed is the number of deaths.
With --fail there is one process: the k-th statement or file raises an error instead, and the same
process goes on afterwards, as a service does when a disk or a database fails for a moment.

Statements are counted by the drivers' own connection classes, files by the interpreter's audit
hook; nothing of ours is replaced.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import asyncpg

import oversight.act
from oversight.act import begin
from oversight.authority.rules import Actor, Permission, Post, Role
from oversight.database import attach, engine, make_engine, run
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion, Once, Replayed
from oversight.keys.directory import open_ring, ring, use_ring
from oversight.ledger import tables
from oversight.ledger.facts import Fact
from oversight.ledger.integrate import integrate
from oversight.ledger.nodes import root_at
from oversight.ledger.rules import leaf_hash, root_of
from oversight.ledger.signed_checkpoint import log_verifiers, open_checkpoint
from oversight.ledger.terms import Terms, use_terms
from oversight.publication.signing import sign_checkpoint
from oversight.publication.source import open_source
from oversight.publication.verified import VerifiedLog
from oversight.signer.state import read_state

BULK = 25
ORIGIN = "demo.daylight.invalid/log"
ADMINISTRATOR = frozenset({Post.ADMINISTRATOR})
CLERK = Actor("center", Role.TRADING_CENTER, "clerk", ADMINISTRATOR)
HERD = Permission("test.sheep.herd", ADMINISTRATOR, None, "放羊", "Herd")
ROWS = [tables.Pending, tables.ActKey, tables.EntryRow, tables.Payload]


class Herded(Fact, frozen=True):
    """A sheep was herded."""

    kind: ClassVar[str] = "test.sheep.herded"

    name: str  # hex commitment


class Injected(OSError):
    """The error that is injected."""


class Death:
    """When to die, or to fail: at the statement on which `left` reaches zero."""

    left: int | None = None
    fails = False


def step() -> None:
    """Count one statement; die or fail if it is the last."""
    if Death.left is not None:
        Death.left -= 1
        if Death.left == 0:
            if Death.fails:
                raise Injected("an error was injected")
            os.kill(os.getpid(), signal.SIGKILL)


def stepping(rows: Any) -> Any:
    """Pass rows on and count every tenth."""
    for number, row in enumerate(rows):
        if number % 10 == 5:
            step()
        yield row


class Places:
    """Directories whose files count."""

    signer = ""
    public = ""


def stepping_files(event: str, values: tuple[Any, ...]) -> None:
    """Count what is opened to be written, renamed or removed in the two directories."""
    if event in {"open", "os.rename", "os.remove", "shutil.rmtree", "os.mkdir"}:
        path, writes = str(values[0]), event != "open" or bool(values[2] & os.O_ACCMODE)
        if writes and path.startswith((Places.signer, Places.public)):
            step()


class MortalSqlite(sqlite3.Connection):
    """Counts what is executed."""

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        step()
        done = super().execute(sql, *args)
        if sql == "COMMIT":
            step()
        return done

    def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
        step()
        return super().executemany(sql, stepping(rows))


class MortalPostgres(asyncpg.Connection):
    """Counts what is executed."""

    async def fetch(self, *args: Any, **kwargs: Any) -> Any:
        step()
        return await super().fetch(*args, **kwargs)

    async def execute(self, query: str, *args: Any, **kwargs: Any) -> str:
        step()
        done = await super().execute(query, *args, **kwargs)
        if query == "COMMIT":
            step()
        return done

    async def copy_records_to_table(self, *args: Any, **kwargs: Any) -> str:
        step()
        return await super().copy_records_to_table(*args, **kwargs)


async def act(key: str, entries: int) -> None:
    """Herd `entries` sheep under one request: rows, entries, payloads and an answer."""
    occasion = Occasion(once=Once("clerk", "POST /sheep", key, b"\1" * 32))
    try:
        async with begin(CLERK, HERD, occasion) as deed:
            for number in range(entries):
                n = await deed.record(Herded(deed.conceal("name", f"sheep {number}")), key)
                await run("INSERT INTO sheep (act, n) VALUES ({}, {})", deed.id, n)
            deed.answered({"act": deed.id})
    except Replayed:
        pass


async def live(key: str) -> None:
    """One life: two acts, both placed and signed for."""
    for name, entries in ((f"{key}-bulk", BULK), (f"{key}-single", 1)):
        await act(name, entries)
        while await integrate(10):
            pass
        await sign_checkpoint()


async def check() -> tuple[int, int]:
    """Assert that rows and log agree; return the numbers of acts and of entries."""
    entries = await run('SELECT "index", act, n, body, leaf FROM entry ORDER BY "index"')
    waiting = await run("SELECT act, n, body, leaf FROM pending")
    recorded = sorted((row["act"], row["n"]) for row in [*entries, *waiting])
    for table in ("act_key", "sheep", "payload"):
        rows = await run(f"SELECT act, n FROM {table}")
        assert sorted((row["act"], row["n"]) for row in rows) == recorded, f"{table} disagrees"
    acts = {act: sum(1 for of, _ in recorded if of == act) for act, _ in recorded}
    assert set(acts.values()) <= {1, BULK}, "half an act is on record"
    answers = await run("SELECT act, answer FROM answered_request")
    assert sorted(row["act"] for row in answers) == sorted(acts), "requests disagree"
    assert all(bytes(row["answer"]) for row in answers), "a request has an empty answer"
    assert [row["index"] for row in entries] == list(range(len(entries))), "a gap"
    leaves = [bytes(row["leaf"]) for row in entries]
    assert leaves == [leaf_hash(bytes(row["body"])) for row in entries], "a leaf disagrees"
    head = (await run("SELECT size, root FROM head"))[0]
    assert (head["size"], bytes(head["root"])) == (len(leaves), root_of(leaves)), "head disagrees"
    assert await root_at(len(leaves)) == root_of(leaves), "the tiles disagree"
    for row in await run("SELECT size, root FROM checkpoint"):
        assert bytes(row["root"]) == root_of(leaves[: row["size"]]), "a checkpoint disagrees"
    check_outside(leaves, [bytes(row["body"]) for row in entries])
    return len(acts), len(recorded)


def check_outside(leaves: list[bytes], bodies: list[bytes]) -> None:
    """Assert that state and published files are about this log, however far they came."""
    state = read_state(Path(Places.signer))
    assert state is not None, "the state is gone"
    assert state.root == root_of(leaves[: state.size]).hex(), "the signer's state disagrees"
    if not Path(Places.public, "checkpoint").exists():
        return
    source = open_source(Places.public)
    keys = log_verifiers(ORIGIN, [key.public for key in ring().log_keys], [])
    told, _ = open_checkpoint(source.read("checkpoint", 100_000), ORIGIN, keys)
    assert told.size <= state.size, "a checkpoint left before it was remembered"
    published = [entry for _, some in VerifiedLog(source, told).entries(0) for entry in some]
    assert published == bodies[: told.size], "the published log disagrees"


async def open_mortal(dsn: str) -> None:
    """Open the database with connections that count."""
    mortal = make_engine(dsn, connections_max=2)
    if dsn.startswith("sqlite"):
        mortal.connection_kwargs["factory"] = MortalSqlite  # type: ignore[union-attr]
    else:
        mortal.config["connection_class"] = MortalPostgres  # type: ignore[union-attr]
    attach(mortal, ROWS)
    await engine().start_connection_pool()


async def restart(dsn: str, death: int | None) -> None:
    """Open the database as after a crash, check it, and live until death."""
    await open_mortal(dsn)
    await check()
    Death.left = death
    await live(str(death))
    Death.left = None
    await check()
    await engine().close_connection_pool()


async def endure(dsn: str, stride: int) -> None:
    """One process in which every `stride`-th statement fails, and that goes on each time."""
    Death.fails = True
    await open_mortal(dsn)
    death, reached = 1, True
    while reached:
        Death.left = death
        with suppress(Injected, RuleBroken, asyncpg.PostgresError, sqlite3.Error):
            await live(str(death))
        reached, Death.left = Death.left <= 0, None
        await check()
        death += stride
    await engine().close_connection_pool()
    lives = range(1, death, stride)
    await aftermath(dsn, lives)
    print(len(lives) - 1)


async def aftermath(dsn: str, lives: range) -> None:
    """Repeat every request: what took effect does not again, what did not does now."""
    attach(make_engine(dsn), ROWS)
    await engine().start_connection_pool()
    for death in lives:
        await live(str(death))
    acts, entries = await check()
    assert (acts, entries) == (2 * len(lives), (BULK + 1) * len(lives)), (acts, entries)
    await engine().close_connection_pool()


def in_a_child(deed: Any) -> int:
    """Run `deed` in a forked process; return its exit code, negative for the signal's number."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            asyncio.run(deed)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    deed.close()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(dsn: str, keys: str, signer: str, public: str, stride: int) -> None:
    """Die, or fail, at every `stride`-th statement, then repeat everything."""
    oversight.act.BUFFERED_MAX = 10  # several batches in one small act
    Places.signer, Places.public = signer, public
    sys.addaudithook(stepping_files)
    use_ring(open_ring(Path(keys)))
    use_terms(Terms(ORIGIN, signer_dir=signer, public_dir=public))
    if "--fail" in sys.argv:
        asyncio.run(endure(dsn, stride))
        return
    death = 1
    while (code := in_a_child(restart(dsn, death))) == -signal.SIGKILL:
        death += stride
    assert code == 0, f"restarted before statement {death}: exit code {code}"
    lives = range(1, death + 1, stride)
    assert in_a_child(aftermath(dsn, lives)) == 0, "the aftermath failed"
    print(len(lives) - 1)


if __name__ == "__main__":
    main(*sys.argv[1:5], int(sys.argv[5]))  # type: ignore[misc]
