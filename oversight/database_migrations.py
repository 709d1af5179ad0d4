"""Migrations: hand-written SQL for both dialects, in Piccolo's file format and its own record.

Each package has a `piccolo_app.py` and a folder of migrations, so that Piccolo's command line
reads them too; at start they are applied here, all inside one transaction.
"""

import sys
from collections.abc import Container, Mapping, Sequence
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.base import Engine
from piccolo.engine.finder import engine_finder

RECORD = {
    "sqlite": "CREATE TABLE IF NOT EXISTS migration (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,"
    " name VARCHAR(200) NOT NULL DEFAULT '', app_name VARCHAR(200) NOT NULL DEFAULT '',"
    " ran_on TIMESTAMP NOT NULL DEFAULT current_timestamp)",
    "postgres": "CREATE TABLE IF NOT EXISTS migration (id SERIAL PRIMARY KEY NOT NULL,"
    " name VARCHAR(200) NOT NULL DEFAULT '', app_name VARCHAR(200) NOT NULL DEFAULT '',"
    " ran_on TIMESTAMP NOT NULL DEFAULT current_timestamp)",
}


class SqlMigration(MigrationManager):
    """One step of a schema: statements for each dialect, one statement each."""

    def __init__(
        self, identity: str, app: str, description: str, statements: Mapping[str, Sequence[str]]
    ) -> None:
        assert statements.keys() == RECORD.keys(), "a migration is written for both dialects"
        super().__init__(migration_id=identity, app_name=app, description=description)
        self.statements = statements
        self.add_raw(self._run_where_piccolo_points)

    async def apply(self, engine: Engine[Any]) -> None:
        """Run the statements of the engine's dialect."""
        for statement in self.statements[dialect_of(engine)]:
            await engine.run_ddl(statement)

    async def _run_where_piccolo_points(self) -> None:
        """Serve Piccolo's own command line, which finds the engine in `piccolo_conf.py`."""
        found = engine_finder()
        assert found is not None, "Piccolo's configuration names no engine"
        await self.apply(found)


def refuse_sqlite(table: str, event: str, allowed: str = "") -> str:
    """Return a trigger that aborts `event` on `table`, except where `allowed` holds."""
    when = f"WHEN NOT ({allowed}) " if allowed else ""
    says = f"{table} refuses {event}"
    return (
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} FOR EACH ROW {when}"
        f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
    )


def refuse_postgres(table: str, event: str, allowed: str = "") -> list[str]:
    """Return the statements for the same on PostgreSQL; such a trigger cannot be switched off
    by a session's replication role. The ground's first migration makes the function that it runs.
    """
    name = f"{table}_no_{event.lower()}"
    when = f"WHEN (NOT ({allowed})) " if allowed else ""
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    return [
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} {when}"
        "EXECUTE FUNCTION refuse_change()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    ]


def append_only(tables: Sequence[str]) -> dict[str, list[str]]:
    """Return what refuses every change of these tables but growth, for each dialect."""
    events = [(table, event) for table in tables for event in ("UPDATE", "DELETE")]
    emptied = [(table, "TRUNCATE") for table in tables]
    return {
        "sqlite": [refuse_sqlite(*refusal) for refusal in events],
        "postgres": [sql for refusal in events + emptied for sql in refuse_postgres(*refusal)],
    }


def dialect_of(engine: Engine[Any]) -> str:
    """Return "sqlite" or "postgres"."""
    return "sqlite" if engine.engine_type == "sqlite" else "postgres"


def known_migrations(packages: Sequence[str]) -> list[str]:
    """Return the names of all migrations of these packages, in the order of applying them."""
    return [path.stem for package in packages for path in _files_of(package)]


async def migrate_packages(
    packages: Sequence[str], engine: Engine[Any], only: Container[str] | None = None
) -> list[str]:
    """Apply what is missing, package after package, in the order of file names.

    With `only`, no others than those named in it. Must run inside a write transaction that no
    other process shares.
    """
    await engine.run_ddl(RECORD[dialect_of(engine)])
    rows = await engine.run_ddl("SELECT app_name, name FROM migration")
    done = {(row["app_name"], row["name"]) for row in rows}
    applied = []
    for package in packages:
        for migration in await _migrations_of(package):
            name = migration.migration_id
            if (package, name) in done or (only is not None and name not in only):
                continue
            await migration.apply(engine)
            await engine.run_ddl(
                f"INSERT INTO migration (name, app_name) VALUES ('{name}', '{package}')"  # noqa: S608
            )
            applied.append(name)
    return applied


async def _migrations_of(package: str) -> list[SqlMigration]:
    found = []
    for path in _files_of(package):
        migration = await _load(path).forwards()
        assert isinstance(migration, SqlMigration), f"{path.name} is no SqlMigration"
        assert (migration.migration_id, migration.app_name) == (path.stem, package), path.name
        found.append(migration)
    return found


def _files_of(package: str) -> list[Path]:
    folder = Path(import_module(f"{package}.piccolo_app").APP_CONFIG.migrations_folder_path)
    return sorted(folder.glob(f"{package}_*.py"))


def _load(path: Path) -> ModuleType:
    """Import a migration by its file, under its file name, as Piccolo does."""
    if path.stem in sys.modules:
        return sys.modules[path.stem]
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None, path.name
    assert spec.loader is not None, path.name
    module = sys.modules[path.stem] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
