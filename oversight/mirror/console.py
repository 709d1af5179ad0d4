"""`daylight mirror`: a copy of a log on a machine of one's own, and a cosigner of what it holds."""

import os
import sys
from pathlib import Path

import click

from oversight.remote import REFUSED, Remote
from oversight.witness.console import (
    DIRECTORY,
    OWNER_ALONE,
    make,
    name_option,
    only_option,
    require_prefix,
    serving_options,
    show_status,
)

EVERY = 30.0


@click.group("mirror")
def mirror() -> None:
    """Hold a verified copy of a log, serve it, and cosign what is held. Asks no service.

    `daylight recover` and `daylight audit --public` read the copy as they read the log itself.
    """


@mirror.command("init")
@click.argument("directory", type=DIRECTORY)
@name_option
@only_option
@click.pass_obj
def init(service: Remote, directory: Path, name: str, only: str | None) -> None:
    """Make a mirror in a new DIRECTORY: its keys, and the record of what it cosigns."""
    make(service, directory, name, only, "mirror")


@mirror.command("add-log")
@click.argument("directory", type=DIRECTORY)
@click.argument("origin")
@click.argument("vkeys", nargs=-1, required=True)
@click.option("--from", "source", required=True, help="URL prefix or directory of its files.")
@click.pass_obj
def add_log(
    service: Remote, directory: Path, origin: str, vkeys: tuple[str, ...], source: str
) -> None:
    """Follow the log ORIGIN, known by its verifier keys VKEYS, or know more keys of it."""
    from oversight.witness import commands
    from oversight.witness.rules import Promise, origin_hash

    opened = commands.open_witness(directory, Promise.HELD)
    place = source if "://" in source else str(Path(source).resolve())
    commands.add_log(opened, origin, vkeys, place)
    copy = f"/{origin_hash(origin)}"
    answer = {"origin": origin, "vkeys": list(vkeys), "source": place, "copy": copy}
    service.show(answer, f"{origin}: {len(vkeys)} keys, from {place}", f"The copy is at {copy}")


@mirror.command("status")
@click.argument("directory", type=DIRECTORY)
@click.pass_obj
def status(service: Remote, directory: Path) -> None:
    """Show keys, logs, what was cosigned last, and evidence of split views."""
    show_status(service, directory)


@mirror.command("once")
@click.argument("directory", type=DIRECTORY)
@click.pass_obj
def once(service: Remote, directory: Path) -> None:
    """Fetch, verify, store and cosign what is new, and end: for a timer.

    Exit status 1 where a log could not be followed.
    """
    from oversight.mirror.commands import Mirror
    from oversight.witness.commands import open_witness
    from oversight.witness.rules import Promise

    os.umask(OWNER_ALONE)
    opened = Mirror(open_witness(directory, Promise.HELD))
    failed = opened.follow_all()
    show_status(service, directory)
    sys.exit(REFUSED if failed else 0)


@mirror.command("serve")
@click.argument("directory", type=DIRECTORY)
@serving_options
@click.option("--every", default=EVERY, show_default=True, help="Seconds between looks at a log.")
def serve(directory: Path, host: str, port: int, prefix: str, every: float) -> None:
    """Follow logs, serve the copies and answer submissions, until it is interrupted."""
    from oversight.mirror.commands import Mirror
    from oversight.mirror.http import create_mirror_app
    from oversight.serving import run_server
    from oversight.witness.commands import open_witness
    from oversight.witness.rules import Promise

    require_prefix(prefix)
    os.umask(OWNER_ALONE)
    opened = Mirror(open_witness(directory, Promise.HELD))
    opened.publish_all()
    app = create_mirror_app(opened, every, prefix)
    run_server(app, f"Mirror {opened.cosigner.cosigner.name}", host, port, prefix)


COMMANDS: tuple[click.Command, ...] = (mirror,)
