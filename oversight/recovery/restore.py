"""Bringing a backup back into an empty instance: everything is checked before it has its place."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
from piccolo.table import Table

from oversight.configuration import Settings
from oversight.database import (
    close_database,
    connect,
    engine,
    make_engine,
    open_database,
    run,
    writing,
)
from oversight.database_migrations import known_migrations, migrate_packages
from oversight.database_sqlite import PooledSqliteEngine
from oversight.errors import ProofRejected, RuleBroken
from oversight.keys import private
from oversight.ledger.nodes import root_at
from oversight.ledger.queries import newest_checkpoint
from oversight.publication.directory import FILE_MODE, FOLDER_MODE
from oversight.recovery import postgres_copy, sqlite_copy
from oversight.recovery.backup import BLOBS, DATABASE, PUBLIC, SETTINGS, database_file
from oversight.recovery.copying import copy_file, sync_tree
from oversight.recovery.manifest import Manifest, read_manifest, require_whole
from oversight.recovery.rules import BACKUP_FITS, RESTORED_INTO_EMPTY

STAGED = ".restoring"


class Restored(msgspec.Struct, frozen=True):
    """What was brought back."""

    size: int  # entries of the log
    root: str  # hex
    migrated: tuple[str, ...]  # migrations that the backup did not know yet
    left_alone: tuple[str, ...]  # directories that hold files already, which were not touched


async def restore(
    backup: Path, settings: Settings, tables: Sequence[type[Table]], packages: Sequence[str]
) -> Restored:
    """Load a backup whose every digest is right into the empty database that `settings` name.

    The schema is brought up to date, and the log's head is held against its own tiles, entries
    and checkpoint, before the database has its name (SQLite) or is committed (PostgreSQL).

    Raises:
        RuleBroken: BACKUP_WHOLE, BACKUP_FITS, RESTORED_INTO_EMPTY, and what opening a database
            raises.
        ProofRejected: the copied log contradicts itself, or the manifest.
    """
    manifest = read_manifest(backup)
    _require_fitting(manifest, settings, packages)
    await _require_empty(settings, tables)
    require_whole(backup, manifest)
    here = make_engine(settings.dsn)
    _add_missing(backup, manifest, Path(settings.data_dir, BLOBS))
    public = Path(settings.public_dir)
    left_alone = () if _lay_down(backup, manifest, public) else (str(public),)
    if isinstance(here, PooledSqliteEngine):
        migrated = await _load_sqlite(backup, database_file(here), manifest, tables, packages)
    else:
        migrated = await _load_postgres(backup, settings.dsn, manifest, tables, packages)
    log = manifest.log
    return Restored(log.size, log.root, tuple(migrated), left_alone)


def restore_settings(backup: Path, file: Path) -> bool:
    """Write the backup's settings file where none is; tell whether it had one.

    Raises:
        RuleBroken: BACKUP_WHOLE.
    """
    manifest = read_manifest(backup)
    found = [each for each in manifest.files if each.path == SETTINGS]
    if not found:
        return False
    require_whole(backup, msgspec.structs.replace(manifest, files=tuple(found)))
    private.write_new(file, (backup / SETTINGS).read_bytes())
    return True


def _require_fitting(manifest: Manifest, settings: Settings, packages: Sequence[str]) -> None:
    """Raise BACKUP_FITS unless this program can go on with this backup under these settings."""
    kind = make_engine(settings.dsn).engine_type
    if manifest.engine != kind:
        needed = f"a dsn of the kind that was backed up: {manifest.engine}"
        raise RuleBroken(BACKUP_FITS, needed=needed, engine=kind)
    if manifest.origin != settings.origin:
        needed = f"origin = {manifest.origin}"
        raise RuleBroken(BACKUP_FITS, needed=needed, origin=settings.origin)
    unknown = set(manifest.migrations) - set(known_migrations(packages))
    if unknown:
        needed = "the version of this program that made the backup, or a later one"
        raise RuleBroken(BACKUP_FITS, needed=needed, migrations=", ".join(sorted(unknown)))


async def _require_empty(settings: Settings, tables: Sequence[type[Table]]) -> None:
    """Raise RESTORED_INTO_EMPTY if the database is there already."""
    here = make_engine(settings.dsn)
    if isinstance(here, PooledSqliteEngine):
        file = database_file(here)
        beside = [file.with_name(file.name + more) for more in ("", "-wal", "-shm")]
        taken = [each.name for each in beside if each.exists()]
        if taken:
            needed = "moving the old database out of the way, write-ahead log included"
            raise RuleBroken(RESTORED_INTO_EMPTY, needed=needed, found=", ".join(taken))
        return
    await connect(settings.dsn, tables)
    try:
        if not await postgres_copy.is_empty():
            raise RuleBroken(RESTORED_INTO_EMPTY, needed="a database without tables")
    finally:
        await close_database()


async def _load_sqlite(
    backup: Path,
    file: Path,
    manifest: Manifest,
    tables: Sequence[type[Table]],
    packages: Sequence[str],
) -> list[str]:
    """Copy the database beside its place, check it there, and give it its name."""
    staged = file.with_name(file.name + STAGED)
    for more in ("", "-wal", "-shm"):  # what an attempt before this one left
        staged.with_name(staged.name + more).unlink(missing_ok=True)
    copy_file(backup / DATABASE, staged.parent, staged.name)
    sqlite_copy.require_sound(staged)
    await open_database(f"sqlite:///{staged}", tables, packages)
    try:
        migrated = await _newer(manifest)
        await check_log(manifest)
    finally:
        await close_database()
    sqlite_copy.settle(staged)
    os.rename(staged, file)
    private.sync(file.parent)
    return migrated


async def _load_postgres(
    backup: Path,
    dsn: str,
    manifest: Manifest,
    tables: Sequence[type[Table]],
    packages: Sequence[str],
) -> list[str]:
    """Make the backup's schema, fill it, migrate and check it, all in one transaction."""
    await connect(dsn, tables)
    try:
        async with writing():
            await migrate_packages(packages, engine(), only=manifest.migrations)
            await postgres_copy.load_database(backup, manifest.tables)
            migrated = await migrate_packages(packages, engine())
            await check_log(manifest)
    finally:
        await close_database()
    return migrated


async def _newer(manifest: Manifest) -> list[str]:
    rows = await run("SELECT name FROM migration ORDER BY id")
    return [row["name"] for row in rows if row["name"] not in manifest.migrations]


async def check_log(manifest: Manifest) -> None:
    """Hold the head against the manifest, its tiles, the entries and the newest checkpoint.

    Raises:
        ProofRejected: they contradict each other.
    """
    head = (await run("SELECT size, root FROM head WHERE id = 1"))[0]
    size, root = int(head["size"]), bytes(head["root"])
    if (size, root.hex()) != (manifest.log.size, manifest.log.root):
        raise ProofRejected("the head of the database is not the one that the manifest names")
    if await root_at(size) != root:
        raise ProofRejected(f"the tiles lead to another root at size {size} than the head's")
    counted = (await run('SELECT count(*) AS rows, max("index") AS last FROM entry'))[0]
    if (counted["rows"], counted["last"]) != (size, size - 1 if size else None):
        raise ProofRejected(f"{counted['rows']} entries do not make a log of {size}")
    newest = await newest_checkpoint()
    if newest is not None and (newest.size > size or await root_at(newest.size) != newest.root):
        raise ProofRejected(f"the log does not go on from its checkpoint {newest.size}")


def _add_missing(backup: Path, manifest: Manifest, place: Path) -> None:
    """Copy the documents that are not at their place: they are named by their content."""
    for path in _below(manifest, BLOBS):
        if not (place / path).exists():
            staged = f"{path}{STAGED}"
            (place / staged).unlink(missing_ok=True)
            copy_file(backup / BLOBS / path, place, staged)
            os.rename(place / staged, place / path)
    if place.is_dir():
        sync_tree(place)


def _lay_down(backup: Path, manifest: Manifest, place: Path) -> bool:
    """Copy the public files to their place; False where some stand there already.

    Those are newer, and what the log is recovered from.
    """
    paths = _below(manifest, PUBLIC)
    if place.is_dir() and any(place.iterdir()):
        return not paths
    if not paths:
        return True
    staged = place.with_name(place.name + STAGED)
    shutil.rmtree(staged, ignore_errors=True)
    for path in paths:
        copy_file(backup / PUBLIC / path, staged, path)
    _open_to_all(staged)
    sync_tree(staged)
    os.rename(staged, place)  # an empty directory gives way
    private.sync(place.parent)
    return True


def _below(manifest: Manifest, name: str) -> list[str]:
    """Return the files of one directory of the backup, by their paths in it."""
    start = f"{name}/"
    paths = [file.path for file in manifest.files]
    return [path.removeprefix(start) for path in paths if path.startswith(start)]


def _open_to_all(root: Path) -> None:
    """Let everybody read the public files, as their writer does."""
    for folder, _, names in os.walk(root):
        os.chmod(folder, FOLDER_MODE)
        for name in names:
            os.chmod(Path(folder, name), FILE_MODE)
