"""`daylight signer`: the memory of what was signed last, shown, or made anew for a new host."""

import asyncio
import os
from pathlib import Path

import click
import msgspec

from api_spec.app import open_instance
from api_spec.instance import settings_file, settings_options
from oversight.configuration import Settings, load
from oversight.publication.adopting import adopted_state
from oversight.signer.state import SignerState, make_state, read_state


@click.group("signer")
def signer() -> None:
    """What was signed last: outside the database, on one host."""


@signer.command("show")
@settings_options
@click.pass_context
def show(ctx: click.Context, /, **flags: str | None) -> None:
    """Show the state on this host."""
    settings = load(settings_file(ctx), os.environ, flags)
    state = read_state(Path(settings.signer_dir))
    if state is None:
        ctx.obj.show(None, "This host keeps no signer's state.")
        return
    ctx.obj.show(
        msgspec.to_builtins(state),
        f"{state.origin}: signed up to size {state.size}",
        f"root {state.root}",
    )


@signer.command("adopt")
@click.option(
    "--without",
    multiple=True,
    metavar="WITNESS",
    help="Go on though this witness does not answer; repeatable, by its name in the policy.",
)
@settings_options
@click.pass_context
def adopt(ctx: click.Context, /, without: tuple[str, ...], **flags: str | None) -> None:
    """Make the state anew on this host, which signs from now on.

    Only when the old state is lost or its host is gone for good: two signers would contradict
    each other, and the second to sign is refused. Asks the database, the public files and every
    witness for the newest checkpoint, and refuses unless the log here extends all of them.
    """
    settings = load(settings_file(ctx), os.environ, flags)
    state = asyncio.run(_adopted(settings, without))
    make_state(Path(settings.signer_dir), state)
    ctx.obj.show(msgspec.to_builtins(state), f"This host signs on from size {state.size}.")


async def _adopted(settings: Settings, without: tuple[str, ...]) -> SignerState:
    async with open_instance(settings):
        return await adopted_state(without)
