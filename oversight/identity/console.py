"""`daylight party|user|token|key|whoami`: people and credentials from the command line."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from oversight.ambient import fresh_bytes
from oversight.authority.rules import Post, Role
from oversight.identity.rules import KeyReason, TokenReason, possession_statement
from oversight.keys.private import write_new
from oversight.keys.signing import SEED_BYTES, SigningKey
from oversight.keys.signoff import sign
from oversight.remote import Remote, remote
from oversight.values.digests import to_base64, unhex

ROLES = click.Choice([role.value for role in Role])
POSTS = click.Choice([post.value for post in Post])


@click.group("party")
def party() -> None:
    """Organisations that take part."""


@party.command("add")
@click.argument("name")
@click.option("--role", type=ROLES, required=True, help="What the party is.")
@click.option("--uscc", default="", help="Unified social credit code (GB 32100).")
@remote
def add_party(service: Remote, name: str, role: str, uscc: str) -> None:
    """Register a party called NAME."""
    made = service.post("/v1/identity/parties", {"role": role, "name": name, "uscc": uscc})
    service.show(made, f"{made['id']}  {made['role']}  {made['name']}")


@party.command("list")
@remote
def list_parties(service: Remote) -> None:
    """List all parties."""
    found = list(service.items("/v1/identity/parties"))
    service.show(found, *(f"{one['id']}  {one['role']:26}  {one['name']}" for one in found))


@click.group("user")
def user() -> None:
    """People and the posts they hold."""


@user.command("add")
@click.argument("name")
@click.option("--party", "party_id", required=True, help="Id of the person's party.")
@click.option("--post", "posts", type=POSTS, multiple=True, help="A first post; repeatable.")
@remote
def add_user(service: Remote, name: str, party_id: str, posts: tuple[str, ...]) -> None:
    """Register a person called NAME."""
    order = {"party": party_id, "name": name, "posts": list(posts)}
    made = service.post("/v1/identity/people", order)
    service.show(made, _person_line(made))


@user.command("list")
@click.option("--party", "party_id", default="", help="Id of the party; by default one's own.")
@remote
def list_users(service: Remote, party_id: str) -> None:
    """List the people of a party."""
    home = party_id or service.get("/v1/identity/me")["party"]["id"]
    found = list(service.items(f"/v1/identity/parties/{home}/people"))
    service.show(found, *map(_person_line, found))


@user.command("grant")
@click.argument("person")
@click.argument("post", type=POSTS)
@remote
def grant(service: Remote, person: str, post: str) -> None:
    """Give PERSON the post POST."""
    made = service.post(f"/v1/identity/people/{person}/posts", {"post": post})
    service.show(made, _person_line(made))


@user.command("revoke")
@click.argument("person")
@click.argument("post", type=POSTS)
@remote
def revoke(service: Remote, person: str, post: str) -> None:
    """Take the post POST from PERSON."""
    made = service.write("DELETE", f"/v1/identity/people/{person}/posts/{post}")
    service.show(made, _person_line(made))


@user.command("password")
@click.argument("login")
@click.password_option(help="Asked for when it is not given.")
@remote
def password(service: Remote, login: str, password: str) -> None:
    """Set one's own LOGIN and password."""
    order = {"login": login, "password": password}
    service.show(service.write("PUT", "/v1/identity/password", order), "the password is set")


@user.command("login")
@click.argument("login")
@click.option("--password", prompt=True, hide_input=True, help="Asked for when not given.")
@remote
def login(service: Remote, login: str, password: str) -> None:
    """Get a token for an hour and print it."""
    order = {"login": login, "password": password}
    made = service.post("/v1/identity/sessions", order)
    service.show(made, made["token"])


@click.command("whoami")
@remote
def whoami(service: Remote) -> None:
    """Show whose token this is."""
    me = service.get("/v1/identity/me")
    posts = ", ".join(me["posts"]) or "no post"
    service.show(me, f"{me['person']}  {me['name']}  {posts}", f"of {_party_line(me['party'])}")


@click.group("token")
def token() -> None:
    """API tokens: shown once, with an expiry, revocable."""


@token.command("issue")
@click.argument("person")
@click.option("--expires", default="", help="Instant such as 2027-01-31T00:00:00Z.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the token to this new file (mode 0600) instead of the screen.",
)
@remote
def issue(service: Remote, person: str, expires: str, out: Path | None) -> None:
    """Issue a token to PERSON."""
    if out is not None and out.exists():
        raise click.UsageError(f"{out} exists; a token is never written over a file")
    made = service.post("/v1/identity/tokens", {"person": person, "expires": expires})
    if out is None:
        service.show(made, made["token"], f"token {made['id']}, until {made['expires']}")
        return
    write_private(out, made.pop("token"))
    service.show(made, f"token {made['id']}, until {made['expires']}, in {out}")


@token.command("list")
@click.argument("person")
@remote
def list_tokens(service: Remote, person: str) -> None:
    """List the tokens of PERSON."""
    found = list(service.items(f"/v1/identity/people/{person}/tokens"))
    service.show(found, *map(_token_line, found))


@token.command("revoke")
@click.argument("token_id")
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in TokenReason]),
    default=TokenReason.NOT_NEEDED.value,
    show_default=True,
    help="Why.",
)
@remote
def revoke_token(service: Remote, token_id: str, reason: str) -> None:
    """Revoke a token by its id."""
    made = service.post(f"/v1/identity/tokens/{token_id}/revocation", {"reason": reason})
    service.show(made, _token_line(made))


@click.group("key")
def key() -> None:
    """Signing keys of one's own party; private halves stay in files of one's own."""


@key.command("new")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def new_key(file: Path) -> None:
    """Make a signing key in the new FILE, for its owner alone (mode 0600)."""
    seed = fresh_bytes(SEED_BYTES)
    write_private(file, seed.hex())
    click.echo(to_base64(SigningKey(seed).public))


@key.command("register")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@remote
def register_key(service: Remote, file: Path) -> None:
    """Register the key in FILE for one's own party, proving that one holds it."""
    signing_key = read_key(file)
    home = service.get("/v1/identity/me")["party"]["id"]
    statement = possession_statement(home, to_base64(signing_key.public))
    signoff = sign(signing_key, statement)
    order = {"key": signoff.key, "signature": signoff.signature}
    made = service.post("/v1/identity/keys", order)
    service.show(made, f"{made['key']}  registered {made['registered']}")


@key.command("list")
@click.option("--party", "party_id", default="", help="Id of the party; by default one's own.")
@remote
def list_keys(service: Remote, party_id: str) -> None:
    """List a party's signing keys."""
    home = party_id or service.get("/v1/identity/me")["party"]["id"]
    found = list(service.items(f"/v1/identity/parties/{home}/keys"))
    service.show(found, *(f"{one['key']}  {one['revoked'] or 'current'}" for one in found))


@key.command("revoke")
@click.argument("public_key")
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in KeyReason]),
    required=True,
    help="superseded: what it signed stays good; compromised, lost: trust it no more.",
)
@remote
def revoke_key(service: Remote, public_key: str, reason: str) -> None:
    """Revoke PUBLIC_KEY (base64) of one's own party."""
    order = {"key": public_key, "reason": reason}
    made = service.post("/v1/identity/keys/revocation", order)
    service.show(made, f"{made['key']}  {made['revoked']}")


@click.command("trust")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; by default the screen.",
)
@remote
def trust(service: Remote, out: Path | None) -> None:
    """Fetch the trust file. Compare it with what you got by another way before you rely on it."""
    text = json.dumps(service.get("/v1/trust"), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    click.echo(f"{out}: compare its keys with what you got by another way", file=sys.stderr)


COMMANDS: tuple[click.Command, ...] = (party, user, whoami, token, key, trust)


def write_private(file: Path, text: str) -> None:
    """Write a text to a new file for its owner alone, down to the disk; never over another."""
    try:
        write_new(file, f"{text}\n".encode())
    except FileExistsError:
        raise click.UsageError(f"{file} exists; a secret is never written over a file") from None


def read_key(file: Path) -> SigningKey:
    """Return the signing key in a file that nobody else may read."""
    if file.stat().st_mode & 0o077:
        raise click.UsageError(f"{file} may be read by others: chmod 600 it, or make a fresh key")
    try:
        return SigningKey(unhex(file.read_text(encoding="ascii").strip(), SEED_BYTES))
    except ValueError:
        raise click.UsageError(f"{file} holds no signing key") from None


def _person_line(person: dict[str, Any]) -> str:
    return f"{person['id']}  {person['name']}  {', '.join(person['posts']) or 'no post'}"


def _party_line(home: dict[str, Any]) -> str:
    return f"{home['id']}  {home['role']}  {home['name']}"


def _token_line(made: dict[str, Any]) -> str:
    return f"{made['id']}  {'revoked' if made['revoked'] else 'until ' + made['expires']}"
