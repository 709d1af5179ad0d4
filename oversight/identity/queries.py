"""Who is who, who holds which posts, and who comes with a token."""

from datetime import datetime
from operator import attrgetter
from typing import Any

from oversight.authority.rules import TRUSTED_ROLE, Actor, Post, Role, require
from oversight.database import reading, run
from oversight.errors import RuleBroken
from oversight.identity.rules import (
    MANAGE_PEOPLE,
    PARTY_KNOWN,
    PERSON_KNOWN,
    SESSION_MARK,
    TOKEN_KNOWN,
    KeyReason,
    check_manager,
    token_digest,
)
from oversight.identity.schema import (
    KeyView,
    Myself,
    PartyView,
    PersonView,
    TokenView,
    TrustedParty,
)
from oversight.identity.tables import ApiToken, Party, Person, PersonPost, SigningKey
from oversight.keys.directory import ring
from oversight.values.instants import to_text
from oversight.wire import PAGE_LIMIT, Page, page_of, read_cursor

_HOLDER = (
    "SELECT person.id AS person, person.party AS party, party.role AS role,"
    " held.expires_at AS expires_at, person_post.post AS post FROM {table} AS held"
    " JOIN person ON person.id = held.person JOIN party ON party.id = person.party"
    " LEFT JOIN person_post ON person_post.person = person.id WHERE held.digest = {{}}"
)
_HOLDER_OF_TOKEN = _HOLDER.format(table="api_token") + " AND held.revoked_act IS NULL"
_HOLDER_OF_SESSION = _HOLDER.format(table="session")
_LIVE_ADMINISTRATOR = (
    "SELECT person.id AS person FROM person JOIN person_post ON person_post.person = person.id"
    " AND person_post.post = 'administrator' LEFT JOIN api_token ON api_token.person = person.id"
    " AND api_token.revoked_act IS NULL AND api_token.expires_at > {}"
    " WHERE person.party = {} AND (person.login IS NOT NULL OR api_token.id IS NOT NULL) LIMIT 1"
)


async def actor_of_token(token: str, now: datetime) -> Actor | None:
    """Return who bears the token, with the posts held now; None for any that opens nothing."""
    sql = _HOLDER_OF_SESSION if token.startswith(SESSION_MARK) else _HOLDER_OF_TOKEN
    rows = await run(sql, token_digest(token))
    if not rows or rows[0]["expires_at"] <= now:
        return None
    posts = frozenset(Post(row["post"]) for row in rows if row["post"] is not None)
    return Actor(rows[0]["party"], Role(rows[0]["role"]), rows[0]["person"], posts)


async def party(party_id: str) -> PartyView:
    """Return a party.

    Raises:
        RuleBroken: PARTY_KNOWN.
    """
    row = await Party.select().where(Party.id == party_id).first()
    if row is None:
        raise RuleBroken(PARTY_KNOWN, needed="the id of a registered party")
    return _party_view(row)


async def parties(cursor: str = "", limit: int = PAGE_LIMIT) -> Page[PartyView]:
    """Return a page of all parties, oldest first."""
    query = Party.select().order_by(Party.id).limit(limit + 1)
    if after := read_cursor(cursor, str):
        query = query.where(Party.id > after[0])
    return page_of([_party_view(row) for row in await query], limit, attrgetter("id"))


async def party_of_person(person_id: str) -> str:
    """Return the id of the party that a person belongs to.

    Raises:
        RuleBroken: PERSON_KNOWN.
    """
    row = await Person.select(Person.party).where(Person.id == person_id).first()
    if row is None:
        raise RuleBroken(PERSON_KNOWN, needed="the id of a registered person")
    return str(row["party"])


async def person_posts(person_id: str) -> frozenset[Post]:
    """Return the posts that a person holds now."""
    rows = await PersonPost.select(PersonPost.post).where(PersonPost.person == person_id)
    return frozenset(Post(row["post"]) for row in rows)


async def person(person_id: str) -> PersonView:
    """Return a person with his or her name.

    Raises:
        RuleBroken: PERSON_KNOWN.
    """
    row = await Person.select().where(Person.id == person_id).first()
    if row is None:
        raise RuleBroken(PERSON_KNOWN, needed="the id of a registered person")
    return _person_view(row, await person_posts(person_id))


async def people(party_id: str, cursor: str = "", limit: int = PAGE_LIMIT) -> Page[PersonView]:
    """Return a page of a party's people with their names, oldest first."""
    query = Person.select().where(Person.party == party_id)
    query = query.order_by(Person.id).limit(limit + 1)
    if after := read_cursor(cursor, str):
        query = query.where(Person.id > after[0])
    async with reading():
        rows = await query
        views = [_person_view(row, await person_posts(row["id"])) for row in rows]
    return page_of(views, limit, attrgetter("id"))


async def people_for(
    actor: Actor, party_id: str, cursor: str, limit: int, now: datetime
) -> Page[PersonView]:
    """Return a page of the people whom an administrator manages.

    Raises:
        RuleBroken: PARTY_KNOWN, PARTY_SELF_MANAGED.
    """
    await party(party_id)
    check_manager(actor, party_id, self_managed=await is_self_managed(party_id, now))
    return await people(party_id, cursor, limit)


async def tokens_for(actor: Actor, person_id: str, cursor: str, limit: int) -> Page[TokenView]:
    """Return a page of one's own tokens, or of a person's in a party that one may stop.

    Raises:
        RuleBroken: PERSON_KNOWN, PERMISSION_HELD, PARTY_SELF_MANAGED.
    """
    home = await party_of_person(person_id)
    if person_id != actor.person:
        require(actor, MANAGE_PEOPLE)
        check_manager(actor, home, self_managed=False)
    return await tokens(person_id, cursor, limit)


async def myself(actor: Actor) -> Myself:
    """Return who the actor is."""
    async with reading():
        own, home = await person(actor.person), await party(actor.party)
    return Myself(own.id, own.name, own.posts, home)


async def is_self_managed(party_id: str, now: datetime) -> bool:
    """Tell whether an administrator of the party can come in: by a current token or a password."""
    return bool(await run(_LIVE_ADMINISTRATOR, now, party_id))


async def administrators(party_id: str) -> int:
    """Return how many people of the party are administrators."""
    rows = await run(
        "SELECT count(*) AS many FROM person JOIN person_post ON person_post.person = person.id"
        " WHERE person.party = {} AND person_post.post = 'administrator'",
        party_id,
    )
    return int(rows[0]["many"])


async def token(token_id: str) -> TokenView:
    """Return what may be known of a token.

    Raises:
        RuleBroken: TOKEN_KNOWN.
    """
    row = await ApiToken.select().where(ApiToken.id == token_id).first()
    if row is None:
        raise RuleBroken(TOKEN_KNOWN, needed="the id that came with the token")
    return _token_view(row)


async def tokens(person_id: str, cursor: str = "", limit: int = PAGE_LIMIT) -> Page[TokenView]:
    """Return a page of a person's tokens, oldest first."""
    query = ApiToken.select().where(ApiToken.person == person_id)
    query = query.order_by(ApiToken.id).limit(limit + 1)
    if after := read_cursor(cursor, str):
        query = query.where(ApiToken.id > after[0])
    return page_of([_token_view(row) for row in await query], limit, attrgetter("id"))


async def keys(party_id: str) -> list[KeyView]:
    """Return all signing keys that a party ever registered, oldest first."""
    rows = await SigningKey.select().where(SigningKey.party == party_id)
    ordered = sorted(rows, key=lambda row: (row["registered_at"], row["key"]))
    return [
        KeyView(row["key"], row["party"], to_text(row["registered_at"]), row["reason"])
        for row in ordered
    ]


async def keys_page(party_id: str, cursor: str = "", limit: int = PAGE_LIMIT) -> Page[KeyView]:
    """Return a page of a party's signing keys, oldest first.

    Raises:
        RuleBroken: PARTY_KNOWN.
    """
    await party(party_id)
    after = read_cursor(cursor, str)
    views = sorted(await keys(party_id), key=_key_order)
    found = [view for view in views if after is None or _key_order(view) > after[0]]
    return page_of(found, limit, _key_order)


def _key_order(view: KeyView) -> str:
    return f"{view.registered} {view.key}"


async def party_keys(party_id: str) -> list[str]:
    """Return the party's current signing keys (base64): those that it may sign with now."""
    return [view.key for view in await keys(party_id) if not view.revoked]


async def trust_parties() -> dict[str, TrustedParty]:
    """Return every party as a verifier sees it.

    Superseded keys stay: what they signed in their time is good. Keys that were compromised
    or lost are left out, and whatever rests on them becomes incomplete.
    """
    async with reading():
        homes = await Party.select().order_by(Party.id)
        rows = await SigningKey.select().order_by(SigningKey.registered_at, SigningKey.key)
    trusted = [row for row in rows if row["reason"] in ("", KeyReason.SUPERSEDED)]
    return {
        home["id"]: TrustedParty(
            home["name"],
            TRUSTED_ROLE[Role(home["role"])],
            [row["key"] for row in trusted if row["party"] == home["id"]],
        )
        for home in homes
    }


async def center() -> str:
    """Return the id of the trading center that runs this instance.

    Raises:
        RuleBroken: PARTY_KNOWN, when the instance has not been founded.
    """
    rows = await Party.select(Party.id).where(Party.role == Role.TRADING_CENTER.value)
    if not rows:
        raise RuleBroken(PARTY_KNOWN, needed="an instance made by `daylight init`")
    return str(rows[0]["id"])


def name_context(person_id: str) -> str:
    """Return the context in which a person's name is sealed."""
    return f"person/name/{person_id}"


def _party_view(row: dict[str, Any]) -> PartyView:
    return PartyView(row["id"], Role(row["role"]), row["name"], row["uscc"])


def _person_view(row: dict[str, Any], posts: frozenset[Post]) -> PersonView:
    name = ring().fields.open(row["name"], name_context(row["id"])).decode()
    return PersonView(row["id"], row["party"], name, sorted(posts))


def _token_view(row: dict[str, Any]) -> TokenView:
    revoked = row["revoked_act"] is not None
    return TokenView(row["id"], row["person"], to_text(row["expires_at"]), revoked)
