"""The database: reading by default, one way to write, append-only rows, schema as declared."""

from __future__ import annotations

import asyncio
import sqlite3
import sys

import asyncpg
import pytest

from api_spec import assembly
from oversight.database import (
    WRITES_DO_NOT_COLLIDE,
    bulk_insert,
    close_database,
    engine,
    make_engine,
    migrate,
    open_database,
    reading,
    retried,
    run,
    run_brief,
    writing,
)
from oversight.errors import RuleBroken
from oversight.ledger.tables import ActKey, EntryRow

READ_ONLY = (sqlite3.OperationalError, asyncpg.ReadOnlySQLTransactionError)
REFUSED = (sqlite3.IntegrityError, asyncpg.RestrictViolationError)
HASH = b"\x01" * 32


async def fill():
    """Put one row into each table that keeps what it got."""
    async with writing():
        await bulk_insert(ActKey, ("act", "n"), [("a", 0)])
        columns = ("index", "act", "n", "kind", "subject", "body", "leaf")
        await bulk_insert(EntryRow, columns, [(0, "a", 0, "k", "s", b"{}", HASH)])
        await run("INSERT INTO checkpoint (size, root, note) VALUES (1, {}, 'note')", HASH)
        await run('INSERT INTO node (level, "index", data) VALUES (0, 0, {})', HASH)
        await run(
            "INSERT INTO payload (act, n, field, salt, value) VALUES ('a', 0, 'f', {}, {})",
            HASH,
            b"sealed",
        )


WRITES = [
    "INSERT INTO act_key (act, n) VALUES ('b', 0)",
    "UPDATE head SET size = 9",
    "DELETE FROM pending",
    "CREATE TABLE smuggled (id INTEGER)",
    "WITH gone AS (SELECT 1) DELETE FROM answered_request",
]


async def test_outside_a_write_transaction_nothing_can_be_changed(house):
    for sql in WRITES:
        with pytest.raises(READ_ONLY):
            await run(sql)
        with pytest.raises(READ_ONLY):
            async with reading():
                await run(sql)
    with pytest.raises(READ_ONLY):
        await ActKey.insert(ActKey(act="b", n=0))


async def test_after_a_write_transaction_its_connection_reads_again(house):
    await fill()
    for _ in range(12):
        with pytest.raises(READ_ONLY):
            await run("DELETE FROM pending")


CHANGES = [
    "UPDATE entry SET kind = 'other'",
    "UPDATE entry SET leaf = leaf",
    "DELETE FROM entry",
    "UPDATE act_key SET n = 1",
    "DELETE FROM act_key",
    "UPDATE checkpoint SET note = ''",
    "DELETE FROM checkpoint",
    "DELETE FROM payload",
    "UPDATE payload SET value = salt",
    "UPDATE payload SET salt = NULL, value = NULL",
    "UPDATE payload SET erased_at = '2026-03-02 08:00:00+00'",
    "UPDATE payload SET salt = NULL, value = NULL, n = 1, erased_at = '2026-03-02 08:00:00+00'",
    "DELETE FROM node",
    "UPDATE node SET data = data",
    "DELETE FROM head",
]


async def test_what_the_log_keeps_is_not_changed_even_by_a_writer(house):
    await fill()
    for sql in CHANGES:
        with pytest.raises(REFUSED):
            async with writing():
                await run(sql)
                pytest.fail(f"not refused: {sql}")


async def test_a_row_of_the_log_is_not_replaced_on_sqlite(sqlite_house):
    await fill()
    with pytest.raises(REFUSED):
        async with writing():
            await run("INSERT OR REPLACE INTO act_key (act, n) VALUES ('a', 0)")


async def test_truncation_is_refused_on_postgresql(postgres_house):
    for table in ("entry", "act_key", "checkpoint", "payload", "node", "head"):
        with pytest.raises(REFUSED):
            async with writing():
                await run(f"TRUNCATE {table}")


async def test_a_replica_session_does_not_slip_past_the_triggers_on_postgresql(postgres_house):
    await fill()
    with pytest.raises(REFUSED):
        async with writing():
            await run("SET LOCAL session_replication_role = replica")
            await run("DELETE FROM entry")


async def test_a_payload_is_erased_once_and_for_ever(house):
    await fill()
    erase = "UPDATE payload SET salt = NULL, value = NULL, erased_at = {} RETURNING act"
    async with writing():
        assert len(await run(erase, house.clock())) == 1
    with pytest.raises(REFUSED):
        async with writing():
            await run(erase, house.clock())


async def test_a_tile_may_only_grow(house):
    await fill()
    async with writing():
        await run("UPDATE node SET data = {}", HASH + b"\x02" * 32)
    for smaller_or_other in (HASH, b"\x03" * 96):
        with pytest.raises(REFUSED):
            async with writing():
                await run("UPDATE node SET data = {}", smaller_or_other)


async def test_nothing_is_recorded_twice_under_one_act_and_ordinal(house):
    await fill()
    with pytest.raises((sqlite3.IntegrityError, asyncpg.UniqueViolationError)):
        async with writing():
            await bulk_insert(ActKey, ("act", "n"), [("a", 0)])


async def test_a_bulk_insert_needs_a_transaction(house):
    with pytest.raises(AssertionError, match="inside a transaction"):
        await bulk_insert(ActKey, ("act", "n"), [("a", 0)])


async def test_several_questions_see_one_state(house):
    async with reading():
        before = await house.count("act_key")
        await asyncio.create_task(_elsewhere(fill))
        assert await house.count("act_key") == before
    assert await house.count("act_key") == before + 1


async def _elsewhere(deed):
    """Run a deed as a request of its own would: without this task's transaction."""
    engine().current_transaction.set(None)
    await deed()


async def test_hundreds_of_concurrent_writers_wait_their_turn(house):
    async def add(number):
        async with writing():
            await bulk_insert(ActKey, ("act", "n"), [("many", number)])

    await asyncio.gather(*(add(number) for number in range(200)))
    assert await house.count("act_key") == 200


async def test_writers_that_collide_are_refused_as_busy_and_may_try_again(house):
    """Two snapshots that change one row: on PostgreSQL the second is undone and retried."""
    await fill()
    tries = []

    async def grow(number):
        async with writing(snapshot=True):
            tries.append(number)
            rows = await run("SELECT size FROM head")
            await asyncio.sleep(0.05)
            await run("UPDATE head SET size = {}", rows[0]["size"] + 1)

    await asyncio.gather(*(retried(lambda n=n: grow(n)) for n in range(3)))
    assert (await run("SELECT size FROM head"))[0]["size"] == 3
    assert len(tries) == 3 if house.engine == "sqlite" else len(tries) > 3


async def test_a_refusal_that_is_no_collision_is_not_retried(house):
    tries = []

    async def refuse():
        tries.append(1)
        raise RuleBroken(assembly.RULE_OF["ledger.entry_exists"], needed="nothing")

    with pytest.raises(RuleBroken):
        await retried(refuse)
    assert len(tries) == 1
    assert WRITES_DO_NOT_COLLIDE.code == "database.writes_do_not_collide"


async def test_a_failed_commit_gives_the_connection_back(house):
    """Deferred constraints fail at COMMIT: the pool survives more of them than it has places."""
    async with writing():
        await run("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        await run(
            "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"
        )
    for _ in range(15):
        with pytest.raises((sqlite3.IntegrityError, asyncpg.ForeignKeyViolationError)):
            async with writing():
                await run("INSERT INTO child (id) VALUES (1)")
    await fill()
    assert await house.count("child") == 0


async def test_a_failure_caught_inside_a_transaction_is_never_taken_for_success(house):
    """After a failed statement PostgreSQL commits nothing: that must not look like a commit."""
    caught = False

    async def careless():
        nonlocal caught
        async with writing():
            await run("INSERT INTO act_key (act, n) VALUES ('x', 0)")
            try:
                await run("INSERT INTO act_key (act, n) VALUES ('x', 0)")
            except (sqlite3.IntegrityError, asyncpg.UniqueViolationError):
                caught = True

    if house.engine == "sqlite":
        await careless()
        assert await house.count("act_key") == 1
    else:
        with pytest.raises(AssertionError, match="failed statement"):
            await careless()
        assert await house.count("act_key") == 0
    assert caught


def sqlite_kind(declared):
    return {"BLOB": "bytea", "TIMESTAMPTZ": "timestamp with time zone"}.get(
        declared, declared.lower()
    )


async def real_columns(house, table):
    """Return {column: (type, nullable)} as the database itself tells it."""
    if house.engine == "sqlite":
        rows = await run(f'PRAGMA table_info("{table}")')
        return {row["name"]: (row["type"], not (row["notnull"] or row["pk"])) for row in rows}
    rows = await run(
        "SELECT column_name, data_type, character_maximum_length AS length, is_nullable"
        " FROM information_schema.columns WHERE table_name = {} AND table_schema = 'public'",
        table,
    )
    return {row["column_name"]: (row["data_type"], row["is_nullable"] == "YES") for row in rows}


FAMILIES = {
    "integer": "number", "bigint": "number", "serial": "number", "bigserial": "number",
    "smallint": "number", "bytea": "bytes", "blob": "bytes", "text": "text", "varchar": "text",
    "character varying": "text", "char": "text", "boolean": "truth", "timestamptz": "instant",
    "timestamp with time zone": "instant", "timestamp": "local instant", "date": "date",
    "timestamp without time zone": "local instant", "json": "json", "jsonb": "json", "uuid": "uuid",
}  # fmt: skip


def family(kind):
    return FAMILIES[kind.lower().partition("(")[0].strip()]


async def test_every_table_is_declared_as_the_database_has_it(house):
    for table in assembly.TABLES:
        real = await real_columns(house, table._meta.tablename)
        declared = {
            column._meta.db_column_name: (family(column.column_type), column._meta.null)
            for column in table._meta.columns
        }
        found = {name: (family(kind), nullable) for name, (kind, nullable) in real.items()}
        assert declared == found, table._meta.tablename


async def test_no_table_is_undeclared(house):
    if house.engine == "sqlite":
        rows = await run(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    else:
        rows = await run(
            "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
        )
    declared = {table._meta.tablename for table in assembly.TABLES}
    assert {row["name"] for row in rows} == declared | {"migration"}


async def test_migrations_are_applied_once(house):
    assert await migrate(assembly.MIGRATED) == []
    rows = await run("SELECT name FROM migration")
    assert len({row["name"] for row in rows}) == len(rows) > 0


START = """
import asyncio, sys
from oversight.database import close_database, open_database
async def main():
    await open_database(sys.argv[1], [], ["oversight"])
    await close_database()
asyncio.run(main())
"""


async def test_processes_that_start_at_once_migrate_once(empty_database):
    _, dsn, _ = empty_database
    starts = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", START, dsn) for _ in range(3)
    ]
    assert [await start.wait() for start in starts] == [0, 0, 0]
    await open_database(dsn, [], ["oversight"])
    rows = await run("SELECT name FROM migration")
    await close_database()
    assert len({row["name"] for row in rows}) == len(rows) > 0


UNUSABLE = ["", "daylight.sqlite", "mysql://host/name", "sqlite://daylight.sqlite", "postgresql://"]


@pytest.mark.parametrize("dsn", UNUSABLE)
def test_a_data_source_in_no_known_form_is_refused(dsn):
    with pytest.raises(RuleBroken, match="database.dsn_understood"):
        make_engine(dsn)


@pytest.mark.parametrize(
    "dsn",
    [
        "sqlite:////nowhere/at/all/daylight.sqlite",
        "postgresql://daylight:hidden-word@127.0.0.1:9/none",
        "postgresql:///none?host=/nowhere",
    ],
)
async def test_a_database_that_cannot_be_reached_is_told_without_its_password(dsn):
    with pytest.raises(RuleBroken, match="database.reachable") as refusal:
        await open_database(dsn, assembly.TABLES, assembly.MIGRATED)
    assert "hidden-word" not in repr((refusal.value.found, refusal.value.needed))


async def test_a_wrong_password_or_database_name_is_told(server):
    head, _, tail = server.partition("/postgres")
    with pytest.raises(RuleBroken, match="database.reachable"):
        await open_database(f"{head}/no_such_name{tail}", assembly.TABLES, assembly.MIGRATED)


async def test_a_writer_cancelled_at_any_moment_leaves_a_pool_that_works(house):
    """Whatever it was waiting for: the lock, BEGIN, a statement, COMMIT."""

    async def add(number):
        async with writing():
            await bulk_insert(ActKey, ("act", "n"), [("many", number)])

    for number in range(60):
        deed = asyncio.create_task(add(number))
        for _ in range(number % 30):
            await asyncio.sleep(0)
        deed.cancel()
        await asyncio.gather(deed, return_exceptions=True)
    await asyncio.gather(*(add(1_000 + number) for number in range(30)))
    assert await house.count("act_key") >= 30
    rows = await run("SELECT count(*) AS rows FROM act_key WHERE n >= 1000")
    assert rows[0]["rows"] == 30


COUNTING = (  # takes a while and touches nothing
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)"
    " SELECT count(*) AS c FROM n"
)


async def test_a_short_statement_queues_behind_one_that_was_cut_off_at_work(sqlite_house):
    async with writing():
        line = engine().current_transaction.get().connection
        slow = asyncio.create_task(run(COUNTING))
        await asyncio.sleep(0.01)
        slow.cancel()
        assert not line.is_free()
        await run_brief("INSERT INTO act_key (act, n) VALUES ('short', 0)")
        assert line.is_free()
        assert slow.cancelled()
    assert await sqlite_house.count("act_key") == 1


async def test_what_was_cut_off_at_work_is_undone_with_its_transaction(sqlite_house):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), writing():
            await run_brief("INSERT INTO act_key (act, n) VALUES ('gone', 0)")
            await run(COUNTING)
    assert await sqlite_house.count("act_key") == 0
    await fill()


async def test_after_a_slow_commit_the_next_one_leaves_the_event_loop_alone(sqlite_house):
    threads = []

    async def commit():
        async with writing():
            line = engine().current_transaction.get().connection
            await run_brief("INSERT INTO act_key (act, n) VALUES ({}, 0)", str(len(threads)))
            sent = line.sent
        threads.append(line.sent > sent)

    for seconds in (1.0, 0.0, 1.0):  # what the last one took
        engine().commit_seconds = seconds
        await commit()
    assert threads == [True, False, True]
    assert engine().commit_seconds not in (0.0, 1.0), "what it took is measured"


async def test_a_writer_of_another_process_is_waited_for_and_holds_nobody_else_up(sqlite_house):
    await fill()
    other = sqlite3.connect(sqlite_house.dsn.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(add("waited"))
    for _ in range(5):
        await asyncio.sleep(0.02)
        assert await sqlite_house.count("act_key") == 1
    other.execute("COMMIT")
    await waiting
    other.close()
    assert await sqlite_house.count("act_key") == 2


async def add(name):
    async with writing():
        await run_brief("INSERT INTO act_key (act, n) VALUES ({}, 0)", name)


async def test_writers_that_never_wait_give_way_to_others(sqlite_house):
    turns = 0

    async def tick():
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    ticking = asyncio.create_task(tick())
    for number in range(200):
        await add(str(number))
    ticking.cancel()
    assert turns > 3


async def test_a_reader_cannot_write_by_a_short_statement_either(house):
    for ask in (run, run_brief):
        with pytest.raises(READ_ONLY):
            async with reading():
                await ask("INSERT INTO act_key (act, n) VALUES ({}, {})", "b", 0)


async def test_sessions_that_the_server_ended_are_replaced(postgres_house):
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    await asyncio.gather(*(postgres_house.count("act_key") for _ in range(4)))
    await run(f"{ended} AND datname = current_database()")
    await asyncio.sleep(0.1)
    for number in range(4):
        await add(str(number))
    assert await postgres_house.count("act_key") == 4
