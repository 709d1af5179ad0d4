"""What a backup holds: written last, so that a backup that was cut off has none."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Annotated

import msgspec
from msgspec import Meta

from oversight.errors import RuleBroken
from oversight.keys import private
from oversight.recovery.rules import BACKUP_WHOLE
from oversight.values.digests import unhex
from oversight.wire import Hex32

MANIFEST = "manifest.json"
FORMAT = "daylight-backup/1"
READ_BYTES = 1 << 20

Count = Annotated[int, Meta(ge=0)]


class BackupFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a backup."""

    path: str  # below the backup, with slashes
    bytes: Count
    sha256: Hex32


class CopiedTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table that stands in a file of its own (PostgreSQL, COPY in text format)."""

    name: str
    columns: tuple[str, ...]
    identity: str = ""  # the column that counts by itself
    last: Count = 0  # the number that it gave last


class CopiedLog(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the log in the copied database reaches."""

    size: Count  # entries
    root: Hex32


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole backup."""

    format: str
    engine: str  # "sqlite" or "postgres"
    origin: str  # name of the log
    log: CopiedLog
    migrations: tuple[str, ...]  # applied, in order
    created_at: datetime
    files: tuple[BackupFile, ...]
    tables: tuple[CopiedTable, ...] = ()  # none where the database is one file


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Write the manifest, down to the disk; return its SHA-256 as hex."""
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    private.write_new(folder / MANIFEST, data)
    private.sync(folder)
    private.sync(folder.parent)
    return sha256(data).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a backup.

    Raises:
        RuleBroken: BACKUP_WHOLE: it is missing, unreadable, or names a file outside the backup.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (FileNotFoundError, NotADirectoryError):
        raise _not_whole("a backup that was finished", MANIFEST) from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _not_whole("another backup", MANIFEST) from None
    if manifest.format != FORMAT:
        raise _not_whole(f"a backup in the format {FORMAT}", MANIFEST)
    if not all(_stays_inside(file.path) for file in manifest.files):
        raise _not_whole("a manifest that names files of the backup only", MANIFEST)
    return manifest


def require_whole(folder: Path, manifest: Manifest) -> None:
    """Read every file, and return only if all are as the manifest says.

    Raises:
        RuleBroken: BACKUP_WHOLE, naming each file that is not.
    """
    odd = [file.path for file in manifest.files if not _is_whole(folder, file)]
    if odd:
        raise _not_whole("another backup, or these files from another copy of it", *odd)


def _is_whole(folder: Path, file: BackupFile) -> bool:
    place = folder / file.path
    if place.is_symlink() or not place.is_file() or place.stat().st_size != file.bytes:
        return False
    running = sha256()
    with place.open("rb") as stream:
        while part := stream.read(READ_BYTES):
            running.update(part)
    return running.digest() == unhex(file.sha256, 32)


def _stays_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    plain = path == "/".join(parts) and "\0" not in path
    return bool(parts) and plain and not path.startswith("/") and ".." not in parts


def _not_whole(needed: str, *files: str) -> RuleBroken:
    return RuleBroken(BACKUP_WHOLE, needed=needed, files=", ".join(files))
