"""`daylight init|serve|config`: the commands that work on the instance beside them."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from api_spec.app import create_app, open_instance
from api_spec.doors import UnsafeToStart
from api_spec.replies import AccessLog
from oversight.ambient import utc_now
from oversight.configuration import DOCS, Settings, load, shown, source_of
from oversight.custody.commands import publish_key
from oversight.custody.rules import DRAW_VRF, LOG, LOG_MLDSA
from oversight.errors import RuleBroken
from oversight.identity import queries
from oversight.identity.commands import found
from oversight.identity.console import write_private
from oversight.identity.schema import TokenReceipt
from oversight.keys.directory import make_ring, open_ring, ring
from oversight.ledger.rules import EMPTY_ROOT
from oversight.publication.signing import sign_checkpoint
from oversight.recovery.presence import running
from oversight.remote import CONFIG_FILE
from oversight.serving import log_to_stderr, run_server
from oversight.signer.state import SignerState, make_state, require_state

FILE = "daylight.toml"
OWNER_ALONE = 0o077  # whatever an instance writes is for its owner alone
F = TypeVar("F", bound=Callable[..., Any])


def settings_options(command: F) -> F:
    """Give a command one option for each setting, named and explained as in the file."""
    for name, text in reversed(tuple(DOCS.items())):
        flag = "--" + name.replace("_", "-")
        command = click.option(flag, name, default=None, metavar="VALUE", help=text)(command)
    return command


def settings_file(ctx: click.Context) -> Path | None:
    """Return the settings file: the one named, else the one here, else none."""
    named: Path | None = ctx.meta.get(CONFIG_FILE)
    return named or (Path(FILE) if Path(FILE).is_file() else None)


@click.command()
@click.option("--center", required=True, help="Name of the trading center that runs the instance.")
@click.option("--administrator", required=True, help="Name of the first administrator.")
@click.option("--uscc", default="", help="Unified social credit code of the center.")
@click.option(
    "--token-out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the token to this new file (mode 0600) instead of the screen.",
)
@settings_options
@click.pass_context
def init(
    ctx: click.Context,
    /,
    center: str,
    administrator: str,
    uscc: str,
    token_out: Path | None,
    **flags: str | None,
) -> None:
    """Make a working instance: settings file, keys, database, center, first administrator.

    Prints the administrator's token, this once. Refuses where any of it exists already.
    """
    file = ctx.meta.get(CONFIG_FILE) or Path(FILE)
    os.umask(OWNER_ALONE)
    settings = load(None, os.environ, flags)
    for taken in (file, Path(settings.key_dir), Path(settings.signer_dir), token_out):
        if taken is not None and taken.exists():
            raise click.UsageError(f"{taken} exists; an instance is made once and never over one")
    Path(settings.data_dir).mkdir(parents=True, exist_ok=True, mode=0o700)
    make_ring(Path(settings.key_dir))
    state = SignerState(settings.origin, 0, EMPTY_ROOT.hex())
    make_state(Path(settings.signer_dir), state)
    receipt = asyncio.run(_founded(settings, center, uscc, administrator))
    _write_settings(file, settings)
    _tell(ctx, receipt, file, settings.origin, token_out)


async def _founded(settings: Settings, center: str, uscc: str, administrator: str) -> TokenReceipt:
    """Found the instance, publish the keys of draws and log, sign the first checkpoint."""
    try:
        async with open_instance(settings):
            receipt = await found(center, uscc, administrator, settings.token_days)
    except RuleBroken:
        for made in (settings.key_dir, settings.signer_dir):
            shutil.rmtree(made)  # a moment ago, and nothing was written under it
        raise
    async with open_instance(settings):
        actor = await queries.actor_of_token(receipt.token, utc_now())
        assert actor is not None, "the token was issued a moment ago"
        for purpose, public in _first_keys():
            await publish_key(actor, purpose, public.hex())
        await sign_checkpoint()
    return receipt


def _first_keys() -> tuple[tuple[str, bytes], ...]:
    """Return purpose and public half of every key that others rely on."""
    held = ring()
    return (
        (DRAW_VRF, held.vrf_public),
        (LOG, held.log.public),
        (LOG_MLDSA, held.log_mldsa[-1].public),
    )


def _write_settings(file: Path, settings: Settings) -> None:
    defaults = Settings()
    lines = ["# Settings of this Daylight instance; `daylight config` explains each.", ""]
    for name in DOCS:
        value = getattr(settings, name)
        if value != getattr(defaults, name) or name in ("data_dir", "key_dir", "dsn", "origin"):
            lines.append(f"{name} = {_toml(value)}")
    write_private(file, "\n".join(lines))


def _toml(value: object) -> str:
    """Return a value as TOML; JSON's texts, numbers and lists of texts are TOML's too."""
    return msgspec.json.encode(value).decode()


def _tell(
    ctx: click.Context, receipt: TokenReceipt, file: Path, origin: str, out: Path | None
) -> None:
    answer = msgspec.to_builtins(receipt)
    where = "shown this once:"
    if out is not None:
        write_private(out, answer.pop("token"))
        where = f"in {out}"
    ctx.obj.show(
        answer,
        f"Made the instance of {file}. Back up its key directory apart from its data.",
        f"The administrator's token, until {receipt.expires}, {where}",
        *([] if out else [receipt.token]),
        f"The log's origin is {origin}; it stays so for ever.",
        "Next: daylight serve; then, for every other command, export DAYLIGHT_TOKEN_FILE and "
        "DAYLIGHT_URL, the address that it tells.",
    )


@click.command()
@settings_options
@click.pass_context
def serve(ctx: click.Context, /, **flags: str | None) -> None:
    """Run the service until it is interrupted (SIGINT or SIGTERM)."""
    os.umask(OWNER_ALONE)
    settings = load(settings_file(ctx), os.environ, flags)
    log_to_stderr()
    open_ring(Path(settings.key_dir))  # refuse before anything listens
    if settings.signs:
        require_state(Path(settings.signer_dir), settings.origin)
    try:
        app = create_app(settings)
    except UnsafeToStart as unsafe:
        raise click.ClickException(f"refusing to start: {unsafe}") from unsafe
    with running(Path(settings.data_dir)):
        run_server(AccessLog(app), "Daylight", settings.host, settings.port, believe_proxy=True)


@click.command()
@settings_options
@click.pass_context
def config(ctx: click.Context, /, **flags: str | None) -> None:
    """Show every setting, its value, where the value comes from, and what it is for."""
    file = settings_file(ctx)
    settings = load(file, os.environ, flags)
    texts = shown(settings)
    rows = [
        {"setting": name, "value": texts[name], "from": source_of(name, file, os.environ, flags)}
        for name in DOCS
    ]
    lines = [
        f"{row['setting']} = {row['value']}  ({row['from']})\n    {DOCS[row['setting']]}"
        for row in rows
    ]
    ctx.obj.show([{**row, "documentation": DOCS[row["setting"]]} for row in rows], *lines)
