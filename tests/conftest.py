"""Fixtures for everybody.

`house`     a fresh instance (see `house.House`) on each engine in turn: a test that takes it runs
            twice, on SQLite and on PostgreSQL. Real files, real keys, real signatures; nothing
            is shared between two tests but the key ring.
`sqlite_house`, `postgres_house`  the same on one engine, for what concerns that one alone.
`empty_database`  (engine, DSN, directory) of a database without schema, on each engine in turn.

    async def test_a_deed_leaves_one_entry(house):
        await do_something(someone(Post.ADMINISTRATOR), house.occasion())
        assert await house.log_rows() == 1

Asynchronous tests and fixtures run by themselves (anyio, asyncio). The last lines of a run say
which engines it covered.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter

import msgspec
import pytest
from engines import ENGINES, create_database, drop_database, named_database, postgres_server
from house import House
from hypothesis import settings as hypothesis_settings

from oversight.keys.directory import make_ring

COVERED: Counter[str] = Counter()

# Machines are shared and noisy: no example is failed for its time. CI meets the same examples
# each time; elsewhere every run looks for new ones.
hypothesis_settings.register_profile(
    "daylight", deadline=None, derandomize=os.environ.get("CI", "").lower() == "true"
)
hypothesis_settings.load_profile("daylight")


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """The key directory that all houses of a run share."""
    path = tmp_path_factory.mktemp("ring") / "keys"
    make_ring(path)
    return path


@pytest.fixture(scope="session")
def server():
    """The DSN of a PostgreSQL server; skipped aloud where there is none."""
    with postgres_server() as dsn:
        yield dsn


@pytest.fixture(scope="session")
def templates():
    """What has the schema in it and is copied for each test, by engine; filled at first use."""
    return {}


async def _sqlite(request, directory, keys):
    templates = request.getfixturevalue("templates")
    if "sqlite" not in templates:
        template = request.getfixturevalue("tmp_path_factory").mktemp("template") / "schema.sqlite"
        await _prepare(House("sqlite", f"sqlite:///{template}", template.parent, keys))
        templates["sqlite"] = template
    shutil.copy(templates["sqlite"], directory / "daylight.sqlite")
    COVERED["sqlite"] += 1
    return House("sqlite", f"sqlite:///{directory}/daylight.sqlite", directory, keys)


async def _postgres(request, directory, keys):
    server, templates = request.getfixturevalue("server"), request.getfixturevalue("templates")
    if "postgres" not in templates:
        name = await create_database(server)
        await _prepare(House("postgres", named_database(server, name), directory, keys))
        templates["postgres"] = name
    name = await create_database(server, templates["postgres"])
    COVERED["postgres"] += 1
    return House("postgres", named_database(server, name), directory, keys)


async def _prepare(house):
    await house.open()
    await house.close()


@pytest.fixture(params=ENGINES)
async def house(request, tmp_path, keys, anyio_backend):
    found = _sqlite if request.param == "sqlite" else _postgres
    house = await found(request, tmp_path, keys)
    await house.open()
    yield house
    await house.close()
    if house.engine == "postgres":
        await drop_database(house.dsn)


@pytest.fixture
async def sqlite_house(request, tmp_path, keys, anyio_backend):
    house = await _sqlite(request, tmp_path, keys)
    await house.open()
    yield house
    await house.close()


@pytest.fixture
async def postgres_house(request, tmp_path, keys, anyio_backend):
    house = await _postgres(request, tmp_path, keys)
    await house.open()
    yield house
    await house.close()
    await drop_database(house.dsn)


@pytest.fixture
async def elsewhere(house, request, tmp_path):
    """Settings of an instance that is not there yet, on the same engine."""
    place = tmp_path / "elsewhere"
    settings = msgspec.structs.replace(
        house.settings, data_dir=str(place), public_dir=str(place / "public"),
        signer_dir=str(place / "signer"), dsn=f"sqlite:///{place}/daylight.sqlite",
    )  # fmt: skip
    before = house.dsn, house.settings
    if house.engine == "sqlite":
        yield settings
        return
    server = request.getfixturevalue("server")
    dsn = named_database(server, await create_database(server))
    yield msgspec.structs.replace(settings, dsn=dsn)
    await house.close()
    house.dsn, house.settings = before
    await house.open()
    await drop_database(dsn)


@pytest.fixture(params=ENGINES)
async def empty_database(request, tmp_path, anyio_backend):
    if request.param == "sqlite":
        COVERED["sqlite"] += 1
        yield "sqlite", f"sqlite:///{tmp_path}/empty.sqlite", tmp_path
        return
    server = request.getfixturevalue("server")
    name = await create_database(server)
    COVERED["postgres"] += 1
    yield "postgres", named_database(server, name), tmp_path
    await drop_database(named_database(server, name))


def pytest_sessionfinish(session):
    """On one of several workers: tell the others' coordinator what was covered here."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["covered"] = dict(COVERED)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    """On the coordinator: add what a worker covered."""
    COVERED.update(getattr(node, "workeroutput", {}).get("covered", {}))


def pytest_terminal_summary(terminalreporter):
    if not COVERED:
        return
    said = ", ".join(f"{engine}: {COVERED[engine]} tests" for engine in ENGINES)
    missing = [engine for engine in ENGINES if not COVERED[engine]]
    terminalreporter.section("engines covered")
    terminalreporter.line(said)
    for engine in missing:
        terminalreporter.line(f"NOT COVERED: {engine}", red=True, bold=True)
