"""`daylight draw commit|reveal|countersign`: run by a contributor, on its own machine."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from bidding.bundle.rules import Request, Trust, UnusableError, read
from bidding.contribution.rules import NONCE_BYTES
from bidding.contributor import commands as books
from bidding.contributor.rules import (
    Kept,
    NotWitnessed,
    Proved,
    check_answer,
    check_own_reveal,
    check_request,
    proved_entry,
)
from bidding.draw.console import KEY_FILE, draw
from bidding.draw.rules import Answer
from bidding.draw.schema import Reveal
from oversight.ambient import fresh_bytes, utc_now
from oversight.errors import ProofRejected
from oversight.identity.console import read_key
from oversight.keys.signing import SigningKey
from oversight.remote import Refused, Remote, Unreachable, remote
from oversight.values.digests import to_base64, unbase64
from oversight.values.instants import from_text

T = TypeVar("T")
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 30.0  # for a proof that is not there yet, unless --wait says otherwise

home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path.home() / ".daylight" / "draws",
    show_default="~/.daylight/draws",
    help="Directory in which nonces are kept, for its owner alone.",
)
wait_option = click.option(
    "--wait", type=float, default=PATIENCE_SECONDS, show_default=True, help="Seconds for a proof."
)
key_option = click.option(
    "--key", "key_file", type=KEY_FILE, required=True, help="The party's signing key."
)


@draw.command("commit")
@click.argument("draw_id")
@key_option
@home_option
@wait_option
@remote
def commit(service: Remote, draw_id: str, key_file: Path, home: Path, wait: float) -> None:
    """Make a nonce, keep it, and send only what binds one's party to it.

    Repeating the command sends the same commitment again.
    """
    key = read_key(key_file)
    with books.locked(home, draw_id):
        if not books.is_kept(home, draw_id):
            books.keep(home, _fresh(service, draw_id, key, wait))
        kept = books.load(home, draw_id)
        sent = kept.signed_commitment(key)
        path = f"/v1/draws/{draw_id}/commitments"
        made = service.post(path, sent, key=f"commit-{sent['commitment'][:40]}")
    service.show(made, f"{draw_id}  committed; the nonce is kept in {home / (draw_id + '.json')}")


@draw.command("reveal")
@click.argument("draw_id")
@click.option("--key", "key_file", type=KEY_FILE, help="The party's signing key.")
@click.option(
    "--trust", "trust_file", type=KEY_FILE, help="Trust file, got by another way than the service."
)
@click.option("--signed", type=KEY_FILE, help="Bring this signed reveal of another contributor.")
@home_option
@wait_option
@remote
def reveal(
    service: Remote,
    /,
    *,
    draw_id: str,
    key_file: Path | None,
    trust_file: Path | None,
    signed: Path | None,
    home: Path,
    wait: float,
) -> None:
    """Check what was sealed, then give the nonce away, signed for exactly that.

    The signed reveal stays in the directory: if the service does not take it, hand it to the
    other contributors, who bring it with --signed.
    """
    if signed is not None:
        _bring(service, draw_id, _signed(signed))
        return
    if key_file is None or trust_file is None:
        raise click.UsageError("a reveal needs --key and --trust (or --signed)")
    key, trust = read_key(key_file), _trust(trust_file)
    with books.locked(home, draw_id):
        kept = _sign(service, books.load(home, draw_id), key, trust, wait)
        books.keep(home, kept)  # on the disk before the signature leaves
        own = books.hand_out(home, kept)
        try:
            _bring(service, draw_id, kept.reveal(), quiet=True)
        except Unreachable:
            click.echo(f"not sent; {own} is the signed reveal that anybody may bring", err=True)
            raise
        proved = _prove(service, kept, trust, wait)
        books.keep(home, proved)
    service.show(kept.reveal(), f"{draw_id}  revealed; the log's proof is kept in {home}")


@draw.command("countersign")
@click.argument("proposal")
@key_option
@click.option(
    "--trust",
    "trust_file",
    type=KEY_FILE,
    required=True,
    help="Trust file, got by another way than the service.",
)
@click.option("--yes", is_flag=True, help="The record was read before: do not ask.")
@home_option
@wait_option
@remote
def countersign(
    service: Remote,
    /,
    *,
    proposal: str,
    key_file: Path,
    trust_file: Path,
    yes: bool,
    home: Path,
    wait: float,
) -> None:
    """Read what an answer rests on, then vouch for it with the key that committed.

    What was signed is kept in the directory; behind one entry of the log one answer is signed,
    ever.
    """
    key, trust = read_key(key_file), _trust(trust_file)
    answer = msgspec.convert(service.get(f"/v1/proposals/{proposal}/statement"), Answer)
    shown = service.get(f"/v1/proposals/{proposal}/evidence")
    salt, record = str(shown["salt"]), str(shown["record"])
    with books.locked(home, answer.draw):
        kept = books.load(home, answer.draw)
        if to_base64(key.public) != kept.key:
            raise click.UsageError("this is not the key that committed")
        origin = _request(service, answer.draw).origin
        behind = _proved(service, answer.previous, trust, origin, wait)
        check_answer(kept, answer, behind, salt, record)
        _read_aloud(answer, record)
        if not yes:
            click.confirm("Vouch for this?", abort=True, err=True)
        book = books.load_book(home, answer.draw).signed(answer, salt, record, key)
        books.keep_book(home, book)  # on the disk before the signature leaves
        signature = book.vouched[-1].signature
        made = service.post(
            f"/v1/proposals/{proposal}/countersignature",
            {"previous": answer.previous, "signature": signature},
            key=f"answer-{signature[:40]}",
        )
    service.show(made, f"{answer.draw}  {answer.outcome} countersigned; kept in {home}")


def _read_aloud(answer: Answer, record: str) -> None:
    """Show what would be signed, and what it rests on."""
    place = f"stratum {answer.stratum}, position {answer.position}"
    click.echo(f"draw {answer.draw}: {place}: {answer.outcome}", err=True)
    click.echo(f"the record: {record}", err=True)


def _fresh(service: Remote, draw_id: str, key: SigningKey, wait: float) -> Kept:
    """Return a fresh nonce with everything that was ordered, to be compared later."""
    own = service.get("/v1/identity/me")["party"]["id"]
    said = service.get(f"/v1/draws/{draw_id}/order")
    if own not in said["contributors"]:
        raise click.ClickException("the order does not name your party as a contributor")
    return Kept(
        draw=draw_id,
        party=own,
        nonce=fresh_bytes(NONCE_BYTES).hex(),
        key=to_base64(key.public),
        ordered=_step_index(service, draw_id, "ordered", wait),
        subject=said["subject"],
        purpose=said["purpose"],
        attempt=said["attempt"],
        rulebook=said["rulebook"],
        strata=[(one["id"], one["seats"]) for one in said["strata"]],
        caps=said["caps"],
        contributors=said["contributors"],
        of=said["of"],
    )


def _sign(service: Remote, kept: Kept, key: SigningKey, trust: Trust, wait: float) -> Kept:
    """Check the seal against log, order and clock; return the reveal, signed."""
    if to_base64(key.public) != kept.key:
        raise click.UsageError("this is not the key that committed")
    index = _step_index(service, kept.draw, "sealed", wait)
    request = _request(service, kept.draw)
    sealed = _proved(service, index, trust, request.origin, wait)
    return kept.signed_for(check_request(kept, request, sealed, trust, utc_now()), key)


def _prove(service: Remote, kept: Kept, trust: Trust, wait: float) -> Kept:
    """Wait for the proof that the reveal is on the log, and check it."""
    request = _request(service, kept.draw)
    patience = min(wait, _seconds_until(request.reveal_by))

    def own_entry() -> int | None:
        for step in service.get(f"/v1/draws/{kept.draw}")["steps"]:
            if step["word"] == "revealed" and step["index"] is not None:
                said = service.get(f"/v1/ledger/entries/{step['index']}")["entry"]["body"]
                if said["party"] == kept.party:
                    return int(step["index"])
        return None

    index = _waited(own_entry, patience, "no proof of the reveal yet; run the command again")
    proved = _proved(service, index, trust, request.origin, wait)
    check_own_reveal(kept, proved)
    return msgspec.structs.replace(kept, proof=proved.proof)


def _request(service: Remote, draw_id: str) -> Request:
    """Return the sealed request, read as strictly as a verifier reads it.

    Raises:
        ProofRejected: it has another shape.
    """
    return read(json.dumps(service.get(f"/v1/draws/{draw_id}/request")).encode(), Request)


def _trust(file: Path) -> Trust:
    try:
        return read(file.read_bytes(), Trust)
    except (UnusableError, ProofRejected) as error:
        raise click.UsageError(f"{file} is no trust file: {error}") from None


def _signed(file: Path) -> dict[str, Any]:
    try:
        signed = msgspec.json.decode(file.read_bytes(), type=Reveal)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} is no signed reveal: {error}") from None
    return msgspec.structs.asdict(signed)


def _seconds_until(reveal_by: str) -> float:
    due: datetime = from_text(reveal_by)
    return max(0.0, (due - utc_now()).total_seconds())


def _bring(service: Remote, draw_id: str, signed: dict[str, Any], quiet: bool = False) -> None:
    """Send a signed reveal; the same one again has no further effect."""
    try:
        made = service.post(
            f"/v1/draws/{draw_id}/reveals", signed, key=f"reveal-{signed['signature'][:40]}"
        )
    except Refused as refused:
        if refused.problem.get("code") != "draw.revealed_once":
            raise
        made = {"draw": draw_id, "step": "revealed"}  # somebody brought it before
    if not quiet:
        service.show(made, f"{draw_id}  the reveal of {signed['party']} is in")


def _step_index(service: Remote, draw_id: str, word: str, wait: float) -> int:
    """Return where the step's entry stands, waiting until it does."""

    def placed() -> int | None:
        steps = service.get(f"/v1/draws/{draw_id}")["steps"]
        found = [one["index"] for one in steps if one["word"] == word]
        return found[0] if found else None

    return _waited(placed, wait, f"the draw is not {word} yet, or its entry waits for the log")


def _proved(service: Remote, index: int, trust: Trust, origin: str, wait: float) -> Proved:
    """Return the entry at `index`, proved under the trust file's keys; wait for its witnesses."""
    lacking: list[str] = ["no checkpoint yet"]

    def proved() -> Proved | None:
        try:
            proof = str(service.get(f"/v1/ledger/entries/{index}/proof"))
        except Refused as refused:
            if refused.problem.get("code") != "ledger.entry_effective":
                raise
            return None
        try:
            return proved_entry(leaf, proof, trust, origin)
        except NotWitnessed as few:
            lacking.append(f"entry {index}: {few}; nothing was given away")
            return None

    try:
        leaf = unbase64(service.get(f"/v1/ledger/entries/{index}")["leaf"])
        found = _sought(proved, wait)
    except (ProofRejected, ValueError) as rejected:
        raise ProofRejected(f"entry {index}: {rejected}; nothing was given away") from None
    if found is None:
        raise ProofRejected(lacking[-1])
    return found


def _waited(question: Callable[[], T | None], seconds: float, otherwise: str) -> T:
    answer = _sought(question, seconds)
    if answer is None:
        raise click.ClickException(otherwise)
    return answer


def _sought(question: Callable[[], T | None], seconds: float) -> T | None:
    """Ask until there is an answer; None when the time is over."""
    end = time.monotonic() + seconds
    while (answer := question()) is None:
        if time.monotonic() >= end:
            return None
        time.sleep(POLL_SECONDS)
    return answer


# The whole group, a contributor's commands among the others.
COMMANDS: tuple[click.Command, ...] = (draw,)
