"""`daylight backup|restore|recover`: the instance beside them, copied, brought back, completed."""

import asyncio
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import click
import msgspec

from api_spec import assembly
from api_spec.app import open_instance
from api_spec.database_audit import STATE, audit_open
from api_spec.instance import FILE, OWNER_ALONE, settings_file, settings_options
from oversight.audit.report import Report, render
from oversight.configuration import Settings, load
from oversight.database import DATABASE_REACHABLE
from oversight.errors import RuleBroken
from oversight.publication.source import open_source
from oversight.recovery import presence
from oversight.recovery.backup import back_up_keys, take_backup
from oversight.recovery.losses import KindLost, losses
from oversight.recovery.manifest import Manifest, read_manifest
from oversight.recovery.recover import Recovered
from oversight.recovery.recover import recover as recover_log
from oversight.recovery.restore import Restored, restore_settings
from oversight.recovery.restore import restore as restore_backup
from oversight.recovery.rules import ENTRIES_FOUND
from oversight.remote import CONFIG_FILE
from oversight.signer.state import SignerState, read_state

NEW = click.Path(path_type=Path)
BACKUP = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("out", type=NEW)
@click.option("--keys", is_flag=True, help="Copy the key directory, and nothing else.")
@settings_options
@click.pass_context
def backup(ctx: click.Context, /, out: Path, keys: bool, **flags: str | None) -> None:
    """Copy the instance into the new directory OUT; the service may go on meanwhile.

    Database, documents, public files and settings: neither the keys, which have a backup of their
    own (--keys), nor the signer's state, which must never come back from one.
    """
    os.umask(OWNER_ALONE)
    file = settings_file(ctx)
    settings = load(file, os.environ, flags)
    if keys:
        ring = back_up_keys(Path(settings.key_dir), out)
        answer = {"keys": str(out), "log_key": ring.log.public.hex()}
        ctx.obj.show(answer, f"Copied the keys to {out}. Keep them apart from the data.")
        return
    manifest, digest = _reaching(take_backup(settings, file, out))
    _tell_backup(ctx, out, manifest, digest)


def _tell_backup(ctx: click.Context, out: Path, manifest: Manifest, digest: str) -> None:
    total = sum(file.bytes for file in manifest.files)
    log = manifest.log
    answer = {
        "backup": str(out),
        "log": msgspec.to_builtins(log),
        "files": len(manifest.files),
        "bytes": total,
        "manifest_sha256": digest,
    }
    ctx.obj.show(
        answer,
        f"Copied the log up to size {log.size}, {len(manifest.files)} files, {total} bytes.",
        f"Manifest SHA-256: {digest}",
        "Not in it: the keys (`daylight backup --keys`) and the signer's state.",
    )


@click.command()
@click.argument("source", metavar="BACKUP", type=BACKUP)
@settings_options
@click.pass_context
def restore(ctx: click.Context, /, source: Path, **flags: str | None) -> None:
    """Bring BACKUP back into an instance that has no database yet.

    Without a settings file here, the backup's is brought back first. Refuses what is damaged, by
    name, before anything is changed.
    """
    os.umask(OWNER_ALONE)
    read_manifest(source)
    file = settings_file(ctx)
    wanted = ctx.meta.get(CONFIG_FILE) or Path(FILE)
    if not wanted.exists() and restore_settings(source, wanted):
        file = wanted
    settings = load(file if file and file.exists() else None, os.environ, flags)
    done = _reaching(restore_backup(source, settings, assembly.TABLES, assembly.MIGRATED))
    state = read_state(Path(settings.signer_dir))
    lines = list(_after_restore(done, settings, state))
    ctx.obj.show(msgspec.to_builtins(done) | {"next": lines}, _restored(done), *lines)


def _restored(done: Restored) -> str:
    migrated = f"; migrations applied: {', '.join(done.migrated)}" if done.migrated else ""
    return f"Restored the log up to size {done.size}, root {done.root}{migrated}."


def _after_restore(done: Restored, settings: Settings, state: SignerState | None) -> list[str]:
    """Return what to do next, in order."""
    lines = [f"Left alone, because files stand there: {place}" for place in done.left_alone]
    if not Path(settings.key_dir).is_dir():
        lines.append(f"Next: bring the keys back from their own backup to {settings.key_dir}.")
    if state is None:
        lines.append(
            "This host keeps no signer's state. Next: `daylight recover --from URL|DIR` with the "
            "newest public files or a mirror; then `daylight signer adopt`; then `daylight serve`."
        )
    elif state.size > done.size:
        lines.append(
            f"Signed was up to size {state.size}: acts and signing are refused until `daylight "
            f"recover --from URL|DIR` has brought back {state.size - done.size} entries."
        )
    else:
        lines.append(
            "This host signed nothing beyond the backup. Next: `daylight recover --from URL|DIR` "
            "if a mirror or public files may hold more; then `daylight serve`."
        )
    return lines


@click.command()
@click.option(
    "--from",
    "sources",
    multiple=True,
    required=True,
    metavar="URL|DIR",
    help="Public files of this log, or a mirror; repeatable: the largest signed log counts.",
)
@settings_options
@click.pass_context
def recover(ctx: click.Context, /, sources: tuple[str, ...], **flags: str | None) -> None:
    """Bring back the entries that were signed and that the database has not.

    For the stopped instance. Entries come back verbatim, at their own indexes; the rows and the
    concealed values beside them do not, and are listed by kind.
    """
    os.umask(OWNER_ALONE)
    settings = load(settings_file(ctx), os.environ, flags)
    told = asyncio.run(_recovered(settings, sources))
    done = told.log
    ctx.obj.show(msgspec.to_builtins(told), *_lines(told))
    presence.finish(Path(settings.data_dir))
    if done.lost:
        indexes = f"{done.lost.start}-{done.lost.stop - 1}"
        needed = "--from a source that holds them; until then acts and signing are refused"
        raise RuleBroken(ENTRIES_FOUND, needed=needed, lost=indexes)


class Told(msgspec.Struct, frozen=True):
    """What a recovery did, and what does not match it."""

    log: Recovered
    beside: list[KindLost]
    audit: Report


async def _recovered(settings: Settings, names: tuple[str, ...]) -> Told:
    with ExitStack() as stack:
        sources = [stack.enter_context(open_source(name)) for name in names]
        async with open_instance(settings):
            done = await recover_log(settings, sources)
            lost = await losses(done.before, done.size, assembly.TABLES, assembly.CONCEALED)
            return Told(done, lost, await audit_open(Path(settings.data_dir, STATE)))


def _lines(told: Told) -> list[str]:
    """Return for a person: sources, entries, what is gone by kind, each row that differs."""
    done = told.log
    lines = [f"Source: {trouble}" for trouble in done.troubles]
    if done.size == done.before:
        found = "came back" if done.lost else "was missing"
        lines.append(f"Nothing {found}: the log stands at size {done.size}.")
    else:
        lines.append(f"Brought back entries {done.before} to {done.size - 1}, verbatim.")
        lines.append("Beside them, rows and concealed values do not come back:")
        lines += [
            f"  {one.kind}: {one.entries} entries, {one.without_rows} of acts without any row, "
            f"{one.values} concealed values gone"
            for one in told.beside
        ]
    if done.erased:
        lines.append(f"Erased again, as the log says: {done.erased} concealed values.")
    return [*lines, "The audit of all rows against the log:", *render(told.audit)]


def _reaching(deed: Any) -> Any:
    """Do what speaks to PostgreSQL without the service's own pool; no answer is a refusal."""
    try:
        return asyncio.run(deed)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError) as error:
        needed = "a database that runs, and may be read as a whole"
        cause = type(error).__name__
        raise RuleBroken(DATABASE_REACHABLE, needed=needed, cause=cause) from error
