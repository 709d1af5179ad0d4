"""`daylight draw`: ordering, running, closing and reading draws from the command line."""

import json
import time
from pathlib import Path
from typing import Any

import click

from bidding.closing.rules import LAPSE_REASONS, VOID_REASONS, Close
from bidding.sealing.rules import SALT_BYTES, statement_digest
from oversight.ambient import fresh_bytes
from oversight.identity.console import read_key, trust, write_private
from oversight.remote import Refused, Remote, remote
from oversight.values.digests import to_base64

PATIENCE_SECONDS = 30.0  # for the entry before to take effect
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
KEY_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("draw")
def draw() -> None:
    """Random draws that anybody who takes part can check."""


draw.add_command(trust)


def read_stratum(text: str) -> dict[str, Any]:
    """Read "A080104@410922=2": specialty, region, seats."""
    place, _, seats = text.rpartition("=")
    specialty, _, region = place.partition("@")
    if not (specialty and region and seats.isascii() and seats.isdigit()):
        raise click.BadParameter(f"{text!r} is not SPECIALTY@REGION=SEATS")
    return {"specialty": specialty, "region": region, "seats": int(seats)}


def read_cap(text: str) -> tuple[str, int]:
    """Read "employer=1"."""
    name, _, maximum = text.partition("=")
    if not (name and maximum.isascii() and maximum.isdigit()):
        raise click.BadParameter(f"{text!r} is not ATTRIBUTE=MAXIMUM")
    return name, int(maximum)


@draw.command("order")
@click.argument("committee")
@click.option("--stratum", "strata", multiple=True, required=True, help="A080104@410922=2")
@click.option("--contributor", "contributors", multiple=True, required=True, help="Id of a party.")
@click.option("--day", required=True, help="Day of the evaluation, as 2026-03-04.")
@click.option("--cap", "caps", multiple=True, help="employer=1; by default the edition's.")
@click.option("--recuse", multiple=True, help="Credit code or name of an organisation.")
@click.option("--of", "of", help="Id of the exhausted draw that this one supplements.")
@click.option("--region-reason", help="Why a region is narrow, as site-visit or site-visit=TEXT.")
@click.option("--early-reason", help="Why it is early, as preparation or preparation=TEXT.")
@remote
def order(
    service: Remote,
    /,
    *,
    committee: str,
    strata: tuple[str, ...],
    contributors: tuple[str, ...],
    day: str,
    caps: tuple[str, ...],
    recuse: tuple[str, ...],
    of: str | None,
    region_reason: str | None,
    early_reason: str | None,
) -> None:
    """Order the draw of COMMITTEE."""
    body: dict[str, Any] = {
        "subject": committee,
        "strata": [read_stratum(text) for text in strata],
        "contributors": list(contributors),
        "evaluation_day": day,
        "recused": [_organisation(text) for text in recuse],
        "of": of,
        "region_reason": _reason(region_reason),
        "early_reason": _reason(early_reason),
    }
    if caps:
        body["caps"] = dict(read_cap(text) for text in caps)
    _done(service, service.post("/v1/draws", body))


def _reason(given: str | None) -> dict[str, str] | None:
    """Read "site-visit" or "site-visit=The bridge must be seen."."""
    if given is None:
        return None
    code, _, text = given.partition("=")
    return {"code": code, "text": text}


def _organisation(text: str) -> dict[str, str]:
    """Read a credit code, else a name."""
    code = len(text) == 18 and text.isascii() and text.isalnum()  # noqa: PLR2004
    return {"uscc": text} if code else {"name": text}


@draw.command("seal")
@click.argument("draw_id")
@click.option("--reveal-by", help="Last moment for reveals, as 2026-03-01T09:00:00Z.")
@remote
def seal(service: Remote, draw_id: str, reveal_by: str | None) -> None:
    """Fix everything about a draw. The operator sees no name."""
    made = service.post(f"/v1/draws/{draw_id}/seal", {"reveal_by": reveal_by})
    found = service.get(f"/v1/draws/{draw_id}")
    service.show(made, _step(made), *_times(found))


@draw.command("breach")
@click.argument("draw_id")
@click.option("--party", "parties", multiple=True, help="Only this one; else each that is silent.")
@remote
def breach(service: Remote, draw_id: str, parties: tuple[str, ...]) -> None:
    """Log who gave no nonce in time, after reveal_by and before the round of the beacon.

    Without a beacon and a quorum of witnesses a missing reveal voids the draw instead.
    """
    found = service.get(f"/v1/draws/{draw_id}")
    silent = [
        one["party"]
        for one in found["contributors"]
        if not (one["revealed"] or one["breached"])
        if not parties or one["party"] in parties
    ]
    made = [_named(service, draw_id, party) for party in silent]
    service.show(made, *map(_step, made), f"{len(made)} named; {_beacon(found)}")


def _named(service: Remote, draw_id: str, party: str) -> dict[str, Any]:
    """Log one breach; the next waits until the one before is in effect."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            made: dict[str, Any] = service.post(f"/v1/draws/{draw_id}/breaches", {"party": party})
        except Refused as refused:
            waits = refused.problem.get("code") == "draw.prior_entry_effective"
            if not waits or time.monotonic() >= end:
                raise
        else:
            return made


@draw.command("run")
@click.argument("draw_id")
@remote
def run(service: Remote, draw_id: str) -> None:
    """Compute and log the result, once all nonces are in, and the round that the seal bound."""
    _done(service, service.post(f"/v1/draws/{draw_id}/run"))


@draw.command("close")
@click.argument("draw_id")
@click.option("--void", "state", flag_value="voided", help="As its supervisor.")
@click.option("--lapse", "state", flag_value="lapsed", help="As its applicant.")
@click.option(
    "--reason",
    required=True,
    type=click.Choice([*VOID_REASONS, *LAPSE_REASONS]),
    help=f"To void: {', '.join(VOID_REASONS)}. To lapse: {', '.join(LAPSE_REASONS)}.",
)
@click.option("--text", required=True, help="The reason in words; the log holds only a digest.")
@click.option("--key", "key_file", type=KEY_FILE, required=True, help="The party's signing key.")
@remote
def close(
    service: Remote, /, *, draw_id: str, state: str | None, reason: str, text: str, key_file: Path
) -> None:
    """Close a draw in public, without a result that counts."""
    if state is None:
        raise click.UsageError("say --void or --lapse")
    salt = fresh_bytes(SALT_BYTES)
    terms = {"state": state, "reason": reason, "statement": statement_digest(salt, text).hex()}
    said = Close(**service.get(f"/v1/draws/{draw_id}/closing", **terms))
    asked = {"draw": draw_id, **terms}
    if differing := [name for name, value in asked.items() if getattr(said, name) != value]:
        raise click.ClickException(f"the service would have another closing signed: {differing}")
    signature = to_base64(read_key(key_file).sign(said.signed()))
    sent = {"state": state, "reason": reason, "text": text, "salt": salt.hex()}
    _done(service, service.post(f"/v1/draws/{draw_id}/closing", {**sent, "signature": signature}))


@draw.command("open")
@click.argument("draw_id")
@remote
def open_identities(service: Remote, draw_id: str) -> None:
    """Open who holds a seat, to whom the edition allows."""
    _done(service, service.post(f"/v1/draws/{draw_id}/identities"))


@draw.command("show")
@click.argument("draw_id")
@remote
def show(service: Remote, draw_id: str) -> None:
    """Show how far a draw is."""
    found = service.get(f"/v1/draws/{draw_id}")
    steps = [f"  {one['at']}  {one['word']:10}  {_place(one['index'])}" for one in found["steps"]]
    service.show(found, _line(found), *_times(found), *steps)


@draw.command("list")
@click.option("--committee", default="", help="Only draws of this committee.")
@remote
def list_draws(service: Remote, committee: str) -> None:
    """List draws, newest first."""
    found = list(service.items("/v1/draws", subject=committee))
    service.show(found, *map(_line, found))


@draw.command("bundle")
@click.argument("draw_id")
@click.option("--out", type=NEW_FILE, help="File to write; by default the screen.")
@remote
def bundle(service: Remote, draw_id: str, out: Path | None) -> None:
    """Fetch the bundle that anybody can verify with a trust file."""
    _save(service.get(f"/v1/draws/{draw_id}/bundle"), out)


@draw.group("auditor-file")
def auditor_file() -> None:
    """Secret, rosters and exclusions of a draw: for an auditor, before the reveal by two people."""


@auditor_file.command("request")
@click.argument("draw_id")
@click.option("--reason", required=True, help="Why, in words; kept private.")
@remote
def request_file(service: Remote, draw_id: str, reason: str) -> None:
    """Ask for the file."""
    made = service.post(f"/v1/draws/{draw_id}/auditor-file/request", {"reason": reason})
    service.show(made, f"asked; another person releases it: {made['draw']}")


@auditor_file.command("release")
@click.argument("draw_id")
@remote
def release_file(service: Remote, draw_id: str) -> None:
    """Release the file that another person asked for."""
    made = service.post(f"/v1/draws/{draw_id}/auditor-file/release")
    service.show(made, f"released: {made['draw']}")


@auditor_file.command("take")
@click.argument("draw_id")
@click.option("--out", type=NEW_FILE, required=True, help="File to write.")
@remote
def take_file(service: Remote, draw_id: str, out: Path) -> None:
    """Fetch the file, for its reader alone (mode 0600)."""
    if out.exists():
        raise click.UsageError(f"{out} exists; sealed data are never written over a file")
    content = service.get(f"/v1/draws/{draw_id}/auditor-file")
    write_private(out, json.dumps(content, ensure_ascii=False))
    click.echo(f"{out}: for its owner alone", err=True)


def _save(content: Any, out: Path | None) -> None:
    text = json.dumps(content, ensure_ascii=False) + "\n"
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    click.echo(f"{out}: {len(text.encode())} bytes", err=True)


def _done(service: Remote, made: dict[str, Any]) -> None:
    service.show(made, _step(made))


def _step(made: dict[str, Any]) -> str:
    return f"{made['draw']}  {made['step']}, attempt {made['attempt']}"


def _times(found: dict[str, Any]) -> list[str]:
    """Return until when nonces are due, and which round is waited for; nothing before the seal."""
    if found["reveal_by"] is None:
        return []
    return [f"  nonces by {found['reveal_by']}; {_beacon(found)}"]


def _beacon(found: dict[str, Any]) -> str:
    bound = found["beacon"]
    if bound is None:
        return "no beacon"
    return f"round {bound['round']} of chain {bound['chain'][:16]}… comes at {bound['due']}"


def _line(one: dict[str, Any]) -> str:
    revealed = sum(each["revealed"] for each in one["contributors"])
    return (
        f"{one['id']}  {one['state']:10}  attempt {one['attempt']}  {one['rulebook']}  "
        f"{revealed}/{len(one['contributors'])} nonces  {one['seated']} seated"
    )


def _place(index: int | None) -> str:
    return "waits for the log" if index is None else f"entry {index}"
