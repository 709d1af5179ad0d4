"""`daylight beacon`: rounds of public randomness from the command line."""

import asyncio
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from oversight.beacon.chains import QUICKNET
from oversight.beacon.relay import ANSWER_BYTES_MAX, ask_relays, read_relayed
from oversight.beacon.rules import Chain
from oversight.errors import ProofRejected, RuleBroken
from oversight.remote import Remote, remote

NEW_FILE = click.Path(dir_okay=False, path_type=Path)
OLD_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
chain_option = click.option("--chain", help="Hash of a pinned chain; by default the one in use.")


@click.group("beacon")
def beacon() -> None:
    """Public randomness: rounds that nobody can choose, verified offline."""


@beacon.command("fetch")
@click.argument("number", type=click.IntRange(min=1))
@chain_option
@click.option("--relay", "relays", multiple=True, help="Ask this address, from this machine.")
@click.option("--out", type=NEW_FILE, help="With --relay: file to write, to be carried.")
@remote
def fetch(
    service: Remote,
    /,
    *,
    number: int,
    chain: str | None,
    relays: tuple[str, ...],
    out: Path | None,
) -> None:
    """Have the service ask its relays for round NUMBER, and store it.

    With --relay and --out this machine asks, and writes a file for a service without network.
    """
    if bool(relays) != (out is not None):
        raise click.UsageError("--relay and --out go together")
    if out is None:
        _brought(service, {"round": number, "chain": chain, "signature": None})
        return
    try:
        signature = asyncio.run(ask_relays(relays, _chain(service, chain), number))
    except RuleBroken as refused:
        reasons = refused.found.get("relays")
        raise click.ClickException(f"no relay gave round {number}: {reasons}") from None
    _write(out, number, signature.hex())


@beacon.command("carry")
@click.argument("file", type=OLD_FILE)
@chain_option
@remote
def carry(service: Remote, file: Path, chain: str | None) -> None:
    """Bring the round in FILE: the JSON that any relay answers (round, randomness, signature)."""
    with file.open("rb") as opened:
        data = opened.read(ANSWER_BYTES_MAX + 1)
    try:
        said = read_relayed(data)
    except ProofRejected as rejected:
        raise click.UsageError(f"{file}: {rejected}") from None
    _brought(service, {"round": said.round, "chain": chain, "signature": said.signature})


@beacon.command("show")
@click.argument("number", type=click.IntRange(min=1))
@chain_option
@click.option("--out", type=NEW_FILE, help="Write the round to a file that can be carried.")
@remote
def show(service: Remote, number: int, chain: str | None, out: Path | None) -> None:
    """Show round NUMBER, if it is stored."""
    asked = {"chain": chain} if chain else {}
    found = service.get(f"/v1/beacon/rounds/{number}", **asked)
    if out is not None:
        _write(out, number, found["signature"])
        return
    service.show(found, *_lines(found))


@beacon.command("chains")
@remote
def list_chains(service: Remote) -> None:
    """List the chains that the service pins."""
    found = service.get("/v1/beacon/chains")["items"]
    service.show(found, *(f"{one['hash']}  {_use(one)}" for one in found))


def _use(one: dict[str, Any]) -> str:
    return "in use" if one["in_use"] else "pinned"


def _chain(service: Remote, name: str | None) -> Chain:
    """Return the chain to verify under: quicknet, which is known here, or one the service pins."""
    if name in (None, QUICKNET.hash):
        return QUICKNET
    for one in service.get("/v1/beacon/chains")["items"]:
        if one["hash"] == name:
            fields = ("hash", "public_key", "scheme", "period", "genesis")
            return Chain(*(one[field] for field in fields))
    raise click.ClickException("the service pins no such chain")


def _brought(service: Remote, order: dict[str, Any]) -> None:
    found = service.post("/v1/beacon/rounds", order)
    service.show(found, *_lines(found))


def _lines(found: dict[str, Any]) -> list[str]:
    return [
        f"round {found['round']} of chain {found['chain'][:16]}…, due {found['due']}",
        f"  signature   {found['signature']}",
        f"  randomness  {found['randomness']}",
    ]


def _write(out: Path, number: int, signature: str) -> None:
    randomness = sha256(bytes.fromhex(signature)).hexdigest()
    content = {"round": number, "randomness": randomness, "signature": signature}
    out.write_text(json.dumps(content) + "\n", encoding="utf-8")
    click.echo(f"{out}: round {number}", err=True)
