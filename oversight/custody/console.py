"""`daylight keys|payload`: the service's keys on its host; erasing concealed values."""

import os
import time
from pathlib import Path
from typing import Any

import click

from oversight.configuration import load
from oversight.custody.rules import (
    LOG_KEY_TYPES,
    PURPOSES,
    RETIRED,
    ErasureGround,
)
from oversight.errors import ProofRejected
from oversight.keys import directory, rotation
from oversight.ledger.notes import VerifierKey, open_note
from oversight.remote import CONFIG_FILE, Remote, remote

FIELDS = "fields"
COVERED_SECONDS, ASK_SECONDS = 60.0, 0.2

key_dir_option = click.option(
    "--key-dir",
    default=None,
    metavar="PATH",
    help="The service's key directory; by default the one of its settings.",
)


@click.group("keys")
def keys() -> None:
    """The service's own keys. Rotate and retire on its host, as its user."""


@keys.command("list")
@remote
def list_keys(service: Remote) -> None:
    """List the keys of log and draw, with the entries that published and retired them."""
    lives = service.get("/v1/keys")["items"]
    service.show(lives, *map(_line, lives))


@keys.command("rotate")
@click.argument("purpose", type=click.Choice([*PURPOSES, FIELDS]))
@key_dir_option
@click.pass_context
def rotate(ctx: click.Context, purpose: str, key_dir: str | None) -> None:
    """Put a new key beside the old ones of PURPOSE; the old ones go on.

    The new key's public half is published first and used once that entry is covered. Repeat the
    command after an interruption: it goes on with the same key.
    """
    service, path = ctx.find_object(Remote), _directory(ctx, key_dir)
    assert service is not None, "the command line hands each command its service"
    if purpose == FIELDS:
        directory.rotate_fields(path)
        service.show({"purpose": purpose}, "a new key seals fields; the old ones still open them")
    else:
        public = rotation.prepare(path, rotation.file_of(purpose)).hex()
        _publish(service, purpose, public)
        rotation.adopt(path, rotation.file_of(purpose))
        service.show({"purpose": purpose, "key": public}, f"{purpose}  {public}")
    _tell_restart()


@keys.command("retire")
@click.argument("purpose", type=click.Choice(RETIRED))
@click.argument("public_key")
@key_dir_option
@click.pass_context
def retire(ctx: click.Context, purpose: str, public_key: str, key_dir: str | None) -> None:
    """Retire the old key PUBLIC_KEY (hex) of PURPOSE: on the log first, then from its file.

    Another key must sign the newest checkpoint, so that nobody is left without one he can check.
    Witnesses and mirrors go on only under keys that their operators added: before the last key
    that they know is retired, have them run `add-log` with the new ones (`daylight trust`).
    """
    service, path = ctx.find_object(Remote), _directory(ctx, key_dir)
    assert service is not None, "the command line hands each command its service"
    held = [key.hex() for key in rotation.public_keys(path, rotation.file_of(purpose))]
    if public_key == held[-1]:
        raise click.UsageError("this is the newest key: `daylight keys rotate` first")
    staying = [key for key in held if key != public_key]
    _require_signs(service, purpose, staying)
    if not _life(service, purpose, public_key).get("retired_at"):
        service.post("/v1/keys/retirement", {"purpose": purpose, "key": public_key})
    _wait_covered(service, purpose, public_key, "retired")
    rotation.drop(path, rotation.file_of(purpose), bytes.fromhex(public_key))
    service.show({"purpose": purpose, "retired": public_key}, f"{purpose}  {public_key}  retired")
    _tell_restart()


@click.group("payload")
def payload() -> None:
    """What the commitments of entries conceal."""


@payload.command("show")
@click.argument("act")
@remote
def show_payload(service: Remote, act: str) -> None:
    """Show which concealed values of the act ACT are kept and which were erased."""
    found = service.get(f"/v1/ledger/acts/{act}/payload")
    service.show(found, *map(_state_line, found["items"]))


@payload.command("erase")
@click.argument("act")
@click.argument("n", type=click.IntRange(min=0))
@click.option("--field", "fields", multiple=True, required=True, help="A field; repeatable.")
@click.option(
    "--ground",
    type=click.Choice([ground.value for ground in ErasureGround]),
    required=True,
    help="Why (Personal Information Protection Law, article 47).",
)
@remote
def erase_payload(service: Remote, act: str, n: int, fields: tuple[str, ...], ground: str) -> None:
    """Erase for ever what fields of the N-th entry (from 0) of the act ACT conceal.

    What the commitments conceal goes, and nothing else: a row of the business that repeats the
    value, as the name of a party, keeps it.
    """
    order = {"act": act, "n": n, "fields": list(fields), "ground": ground}
    made = service.post("/v1/ledger/erasures", order)
    service.show(made, "erased")


COMMANDS: tuple[click.Command, ...] = (keys, payload)


def _directory(ctx: click.Context, key_dir: str | None) -> Path:
    """Return the key directory that a flag, the environment or the settings file names."""
    here = Path("daylight.toml")
    file: Path | None = ctx.meta.get(CONFIG_FILE) or (here if here.is_file() else None)
    return Path(load(file, os.environ, {"key_dir": key_dir}).key_dir)


def _publish(service: Remote, purpose: str, public: str) -> None:
    """Have the key on the log, under a checkpoint."""
    if not _life(service, purpose, public):
        service.post("/v1/keys", {"purpose": purpose, "key": public})
    _wait_covered(service, purpose, public, "published")


def _life(service: Remote, purpose: str, public: str) -> dict[str, Any]:
    lives = service.get("/v1/keys")["items"]
    return next((one for one in lives if (one["purpose"], one["key"]) == (purpose, public)), {})


def _wait_covered(service: Remote, purpose: str, public: str, what: str) -> None:
    """Wait until the service tells the entry that published or retired a key: it is covered."""
    end = time.monotonic() + COVERED_SECONDS
    while _life(service, purpose, public).get(what) is None:
        if time.monotonic() > end:
            raise click.ClickException("no checkpoint covers the entry yet: repeat the command")
        time.sleep(ASK_SECONDS)


def _require_signs(service: Remote, purpose: str, staying: list[str]) -> None:
    """Refuse unless one of the keys that stay signed the newest checkpoint."""
    note = str(service.get("/v1/ledger/checkpoint"))
    origin = note.partition("\n")[0]
    try:
        type_ = LOG_KEY_TYPES[purpose]
        open_note(note, [VerifierKey(origin, type_, bytes.fromhex(key)) for key in staying])
    except ProofRejected:
        raise click.UsageError(
            "no key that stays signed the newest checkpoint: restart the service after the "
            "rotation, and wait for a checkpoint"
        ) from None


def _tell_restart() -> None:
    click.echo("restart the service: it reads its keys when it starts", err=True)


def _state_line(one: dict[str, Any]) -> str:
    state = f"erased {one['erased_at']}" if one["erased_at"] else "kept"
    return f"{one['n']}  {one['field']}  {state}"


def _line(life: dict[str, Any]) -> str:
    state = "current" if not life["retired_at"] else f"retired {life['retired_at']}"
    return f"{life['purpose']}  {life['key'][:64]}  since {life['published_at']}  {state}"
