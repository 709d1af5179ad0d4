"""Taking a backup while the service runs."""

import os
import shutil
from pathlib import Path

from oversight.ambient import Clock, utc_now
from oversight.configuration import Settings
from oversight.database import make_engine
from oversight.database_sqlite import PooledSqliteEngine
from oversight.keys import private
from oversight.keys.directory import KeyRing, open_ring
from oversight.publication.source import CHECKPOINT
from oversight.recovery import postgres_copy, sqlite_copy
from oversight.recovery.copying import copy_file, copy_tree, digest_file, make_place, sync_tree
from oversight.recovery.manifest import (
    FORMAT,
    BackupFile,
    CopiedLog,
    CopiedTable,
    Manifest,
    write_manifest,
)

DATABASE, SETTINGS, BLOBS, PUBLIC = "database.sqlite3", "settings.toml", "blobs", "public"

Head = tuple[int, bytes, list[str]]  # size and root of the log, migrations applied


async def take_backup(
    settings: Settings, settings_file: Path | None, out: Path, clock: Clock = utc_now
) -> tuple[Manifest, str]:
    """Copy database, documents, public files and settings file into the new directory `out`.

    The service may run meanwhile. Neither keys nor the signer's state are copied. Returns the
    manifest and its SHA-256 as hex.

    Raises:
        RuleBroken: BACKUP_PLACE_NEW, DSN_UNDERSTOOD.
        ProofRejected: the copied database is not sound.
        OSError, asyncpg.PostgresError: what is copied cannot be read.
    """
    at, here = clock(), make_engine(settings.dsn)
    make_place(out)
    try:
        shown = _checkpoint(settings, out)
        if isinstance(here, PooledSqliteEngine):
            files, tables, head = _copy_file(database_file(here), out)
        else:
            files, tables, head = await postgres_copy.copy_database(settings.dsn, out)
        files += shown + _beside(settings, settings_file, out)
        sync_tree(out)
        size, root, migrations = head
        manifest = Manifest(
            format=FORMAT,
            engine=here.engine_type,
            origin=settings.origin,
            log=CopiedLog(size, root.hex()),
            migrations=tuple(migrations),
            created_at=at,
            files=tuple(files),
            tables=tuple(tables),
        )
        return manifest, write_manifest(out, manifest)
    except BaseException:  # half a backup is none
        shutil.rmtree(out, ignore_errors=True)
        raise


def _copy_file(source: Path, out: Path) -> tuple[list[BackupFile], list[CopiedTable], Head]:
    sqlite_copy.copy_database(source, out / DATABASE)
    return [digest_file(out, DATABASE)], [], sqlite_copy.read_copy(out / DATABASE)


def database_file(engine: PooledSqliteEngine) -> Path:
    """Return where the embedded database stands."""
    return Path(str(engine.connection_kwargs["database"]))


def back_up_keys(key_dir: Path, out: Path) -> KeyRing:
    """Copy the key directory alone into the new directory `out`; return the ring of the copy.

    Raises:
        RuleBroken: KEYS_COMPLETE, KEYS_PRIVATE, of what is copied; BACKUP_PLACE_NEW.
    """
    open_ring(key_dir)
    make_place(out)
    with private.alone(key_dir):
        for file in sorted(key_dir.iterdir()):
            if file.is_file() and not file.is_symlink() and file.suffix != ".partial":
                private.write_new(out / file.name, file.read_bytes())
    private.sync(out)
    private.sync(out.parent)
    return open_ring(out)


def _checkpoint(settings: Settings, out: Path) -> list[BackupFile]:
    """Copy the public checkpoint, before all else: whatever it tells was there before it.

    A later one could be ahead of the copied database, which then would contradict it.
    """
    shown = Path(settings.public_dir, CHECKPOINT)
    return [copy_file(shown, out, f"{PUBLIC}/{CHECKPOINT}")] if os.path.isfile(shown) else []


def _beside(settings: Settings, settings_file: Path | None, out: Path) -> list[BackupFile]:
    """Copy what does not stand in the database, after it, so that it covers all of it."""
    files: list[BackupFile] = []
    if settings_file is not None:
        files.append(copy_file(settings_file, out, SETTINGS))
    files += copy_tree(Path(settings.data_dir, BLOBS), out, BLOBS)
    files += copy_tree(Path(settings.public_dir), out, PUBLIC, {CHECKPOINT})
    return files
