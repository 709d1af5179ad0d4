"""`daylight witness`: a witness of one's own, apart from any instance of the service."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from oversight.remote import Remote

if TYPE_CHECKING:
    from oversight.witness.commands import Witness

OWNER_ALONE = 0o077
HOST, PORT = "127.0.0.1", 7380
KINDS = ("ed25519", "mldsa44")
DIRECTORY = click.Path(file_okay=False, path_type=Path)
F = TypeVar("F", bound=Callable[..., Any])


def serving_options(command: F) -> F:
    """Give a command that serves a cosigner the options of its address."""
    for option in (
        click.option("--prefix", default="", help="Path before every address, as /witness."),
        click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True),
        click.option("--host", default=HOST, show_default=True, help="Behind a TLS proxy: as is."),
    ):
        command = option(command)
    return command


name_option = click.option(
    "--name", required=True, help="Its name for ever: an address without scheme that is yours."
)
only_option = click.option(
    "--only", type=click.Choice(KINDS), help="One key, where some log cannot bear two lines."
)


@click.group("witness")
def witness() -> None:
    """Cosign what a log shows to everybody alike (C2SP tlog-witness). Asks no service.

    Run it on a machine of its own, under another operator than the log's.
    """


@witness.command("init")
@click.argument("directory", type=DIRECTORY)
@name_option
@only_option
@click.pass_obj
def init(service: Remote, directory: Path, name: str, only: str | None) -> None:
    """Make a witness in a new DIRECTORY: its keys, and the record of what it cosigns.

    Prints its verifier keys: give them to the logs' operators and to everybody who verifies.
    """
    make(service, directory, name, only, "witness")


def make(service: Remote, directory: Path, name: str, only: str | None, promise: str) -> None:
    """Make a cosigner, and tell its keys and what comes next."""
    from oversight.witness.commands import make_witness
    from oversight.witness.rules import Promise, is_cosigner_name

    if not is_cosigner_name(name):
        raise click.UsageError("--name: 1 to 255 bytes without spaces, plus signs or controls")
    os.umask(OWNER_ALONE)
    made = make_witness(directory, name, Promise(promise), [only] if only else KINDS)
    service.show(
        {"directory": str(directory), "name": name, "vkeys": list(made.cosigner.vkeys)},
        *made.cosigner.vkeys,
        f"Made the {promise} of {directory}. Back up its key file once, apart; never its record:",
        "restored from an older copy, it could be led to cosign a second history.",
        f"Next: daylight {promise} add-log, then daylight {promise} serve.",
    )


@witness.command("add-log")
@click.argument("directory", type=DIRECTORY)
@click.argument("origin")
@click.argument("vkeys", nargs=-1, required=True)
@click.pass_obj
def add_log(service: Remote, directory: Path, origin: str, vkeys: tuple[str, ...]) -> None:
    """Know the log ORIGIN by its verifier keys VKEYS, or know more keys of it.

    ORIGIN is the first line of its checkpoints. Take the keys from the log's operator, not from
    the log. A witness that runs knows them at once.
    """
    from oversight.witness import commands
    from oversight.witness.rules import Promise

    commands.add_log(commands.open_witness(directory, Promise.SEEN), origin, vkeys)
    service.show({"origin": origin, "vkeys": list(vkeys)}, f"{origin}: {len(vkeys)} keys")


@witness.command("status")
@click.argument("directory", type=DIRECTORY)
@click.pass_obj
def status(service: Remote, directory: Path) -> None:
    """Show keys, logs, what was cosigned last, and evidence of split views."""
    show_status(service, directory)


def show_status(service: Remote, directory: Path) -> None:
    """Show the state of a cosigner."""
    from oversight.witness.commands import open_witness

    found = _state(open_witness(directory))
    lines = [f"{found['promise']}  {found['name']}", *(f"  {key}" for key in found["vkeys"])]
    for log in found["logs"]:
        lines.append(f"log  {log['origin']}")
        lines.append(f"  size {log['size']}, root {log['root']}, cosigned {log['cosigned']}")
        lines.append(f"  {log['keys']} keys{', from ' if log['source'] else ''}{log['source']}")
    for one in found["evidence"]:
        lines.append(
            f"EVIDENCE {one['number']}  {one['kind']}  {one['origin']}  size {one['size']}  "
            f"root {one['root']}  {one['at']}"
        )
    service.show(found, *lines)


@witness.command("evidence")
@click.argument("directory", type=DIRECTORY)
@click.argument("number", type=int)
@click.pass_obj
def evidence(service: Remote, directory: Path, number: int) -> None:
    """Print evidence NUMBER: what the log signed, and the checkpoint that was cosigned by then.

    Two checkpoints of one size with two roots, both under the log's signature, prove to anybody
    that the log showed two histories.
    """
    from oversight.witness.commands import open_witness

    kept = {one.id: one for one in open_witness(directory).store.evidence()}
    if number not in kept:
        raise click.UsageError(f"no evidence {number} was kept in {directory}")
    request = kept[number].request.decode()
    answer = {"kind": kept[number].kind, "request": request, "cosigned": kept[number].known}
    service.show(answer, request, kept[number].known)


@witness.command("serve")
@click.argument("directory", type=DIRECTORY)
@serving_options
def serve(directory: Path, host: str, port: int, prefix: str) -> None:
    """Run the witness of DIRECTORY until it is interrupted (SIGINT or SIGTERM)."""
    from oversight.serving import run_server
    from oversight.witness.commands import add_checkpoint, open_witness
    from oversight.witness.http import create_cosigner_app
    from oversight.witness.rules import Promise

    require_prefix(prefix)
    os.umask(OWNER_ALONE)
    opened = open_witness(directory, Promise.SEEN)
    app = create_cosigner_app(lambda data: add_checkpoint(opened, data), opened.store.note, prefix)
    run_server(app, f"Witness {opened.cosigner.name}", host, port, prefix)


def require_prefix(prefix: str) -> None:
    """Refuse a path prefix that is none, and a Python that strips assertions."""
    if prefix and (not prefix.startswith("/") or prefix.endswith("/") or set(prefix) & set("{}?#")):
        raise click.UsageError("--prefix begins with a slash and ends without one")
    if sys.flags.optimize:
        raise click.ClickException("refusing to start: assertions are stripped")


def _state(opened: "Witness") -> dict[str, Any]:
    from oversight.values.digests import to_base64

    logs = [
        {
            "origin": log.origin,
            "size": log.known.size,
            "root": to_base64(log.known.root),
            "cosigned": _time(log.cosigned_at) if log.cosigned_at else "never",
            "source": log.source,
            "keys": len(log.keys),
        }
        for log in opened.store.logs()
    ]
    kept = [
        {
            "number": one.id,
            "kind": one.kind,
            "origin": one.origin,
            "size": one.size,
            "root": to_base64(one.root),
            "at": _time(one.at),
        }
        for one in opened.store.evidence()
    ]
    return {
        "name": opened.cosigner.name,
        "promise": opened.promise,
        "vkeys": list(opened.cosigner.vkeys),
        "logs": logs,
        "evidence": kept,
    }


def _time(seconds: int) -> str:
    from oversight.values.instants import to_text

    return to_text(datetime.fromtimestamp(seconds, UTC))


COMMANDS: tuple[click.Command, ...] = (witness,)
