"""Doors to parties, people and credentials, and to the trust file."""

from typing import Any

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from oversight.addresses import Cursor, IdInPath, Limit
from oversight.authority.rules import Actor, Post
from oversight.configuration import settings
from oversight.idempotency.requests import Occasion
from oversight.identity import commands, queries, sessions, trust
from oversight.identity.rules import (
    MANAGE_CREDENTIALS,
    MANAGE_KEYS,
    MANAGE_PARTIES,
    MANAGE_PEOPLE,
    SEE_ONESELF,
)
from oversight.identity.schema import (
    KeyOrder,
    KeyRevocation,
    KeyView,
    Myself,
    PartyOrder,
    PartyView,
    PasswordOrder,
    PersonOrder,
    PersonView,
    PostOrder,
    SessionReceipt,
    SignIn,
    TokenOrder,
    TokenReceipt,
    TokenRevocation,
    TokenView,
    Trust,
)
from oversight.wire import PAGE_LIMIT, Page

TAGS = ["identity"]


@post(
    "/v1/identity/parties",
    opt={"permission": MANAGE_PARTIES},
    operation_id="registerParty",
    summary="Register a party",
    tags=TAGS,
)
async def post_party(
    data: JSONBody[PartyOrder], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> PartyView:
    """Register an organisation that takes part: buyers, agents, supervisors, departments."""
    return await commands.register_party(actor, data.role, data.name, data.uscc, occasion)


@get(
    "/v1/identity/parties",
    opt={"public": True},
    operation_id="listParties",
    summary="List parties",
    tags=TAGS,
)
async def get_parties(cursor: Cursor = "", limit: Limit = PAGE_LIMIT) -> Page[PartyView]:
    """List all parties, oldest first. Who takes part is public."""
    return await queries.parties(cursor, limit)


@get(
    "/v1/identity/parties/{party:str}",
    opt={"public": True},
    operation_id="getParty",
    summary="Show a party",
    tags=TAGS,
)
async def get_party(party: IdInPath) -> PartyView:
    """Show one party."""
    return await queries.party(party)


@get(
    "/v1/identity/parties/{party:str}/keys",
    opt={"public": True},
    operation_id="listPartyKeys",
    summary="List a party's signing keys",
    tags=TAGS,
)
async def get_keys(
    party: IdInPath, cursor: Cursor = "", limit: Limit = PAGE_LIMIT
) -> Page[KeyView]:
    """List every signing key the party ever registered, with what became of it; oldest first."""
    return await queries.keys_page(party, cursor, limit)


@get(
    "/v1/identity/parties/{party:str}/people",
    opt={"permission": MANAGE_PEOPLE},
    operation_id="listPeople",
    summary="List a party's people",
    tags=TAGS,
)
async def get_people(
    request: Request[Any, Any, Any],
    party: IdInPath,
    actor: NamedDependency[Actor],
    cursor: Cursor = "",
    limit: Limit = PAGE_LIMIT,
) -> Page[PersonView]:
    """List the people of one's own party, with names; the center's administrators see any party's
    people as long as they manage them.
    """
    return await queries.people_for(actor, party, cursor, limit, request.app.state.clock())


@post(
    "/v1/identity/people",
    opt={"permission": MANAGE_PEOPLE},
    operation_id="registerPerson",
    summary="Register a person",
    tags=TAGS,
)
async def post_person(
    data: JSONBody[PersonOrder], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> PersonView:
    """Register a person of a party, with the first posts."""
    return await commands.register_person(actor, data.party, data.name, data.posts, occasion)


@post(
    "/v1/identity/people/{person:str}/posts",
    opt={"permission": MANAGE_PEOPLE},
    operation_id="grantPost",
    summary="Grant a post",
    tags=TAGS,
)
async def post_post(
    person: IdInPath,
    data: JSONBody[PostOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> PersonView:
    """Give a person one more post; posts that check each other are refused to one person."""
    return await commands.grant_post(actor, person, data.post, occasion)


@delete(
    "/v1/identity/people/{person:str}/posts/{name:str}",
    status_code=200,
    opt={"permission": MANAGE_PEOPLE},
    operation_id="revokePost",
    summary="Revoke a post",
    tags=TAGS,
)
async def delete_post(
    person: IdInPath,
    name: FromPath[Post],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> PersonView:
    """Take a post away."""
    return await commands.revoke_post(actor, person, name, occasion)


@post(
    "/v1/identity/tokens",
    opt={"permission": MANAGE_CREDENTIALS},
    operation_id="issueToken",
    summary="Issue an API token",
    tags=TAGS,
)
async def post_token(
    data: JSONBody[TokenOrder], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> TokenReceipt:
    """Hand out a token. It is shown this once; the service keeps its SHA-256 only."""
    days = settings().token_days
    return await commands.issue_token(actor, data.person, data.expires, days, occasion)


@get(
    "/v1/identity/people/{person:str}/tokens",
    opt={"permission": MANAGE_CREDENTIALS},
    operation_id="listTokens",
    summary="List a person's tokens",
    tags=TAGS,
)
async def get_tokens(
    person: IdInPath,
    actor: NamedDependency[Actor],
    cursor: Cursor = "",
    limit: Limit = PAGE_LIMIT,
) -> Page[TokenView]:
    """List one's own tokens, or those of a person whom one manages."""
    return await queries.tokens_for(actor, person, cursor, limit)


@post(
    "/v1/identity/tokens/{token:str}/revocation",
    opt={"permission": MANAGE_CREDENTIALS},
    operation_id="revokeToken",
    summary="Revoke a token",
    tags=TAGS,
)
async def post_revocation(
    token: IdInPath,
    data: JSONBody[TokenRevocation],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> TokenView:
    """Revoke a token by its id; it opens nothing from the next request on."""
    return await commands.revoke_token(actor, token, data.reason, occasion)


@put(
    "/v1/identity/password",
    opt={"permission": MANAGE_CREDENTIALS},
    operation_id="setPassword",
    summary="Set one's own password",
    tags=TAGS,
)
async def put_password(
    data: JSONBody[PasswordOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> Myself:
    """Choose or change one's own login and password; all sessions end."""
    return await commands.set_password(actor, data.login, data.password, occasion)


@post(
    "/v1/identity/sessions",
    opt={"public": True},
    operation_id="signIn",
    summary="Sign in with a password",
    tags=TAGS,
)
async def post_session(
    data: JSONBody[SignIn], occasion: NamedDependency[Occasion]
) -> SessionReceipt:
    """Get a token for an hour. It is shown this once, so a repetition under the same
    Idempotency-Key is refused with 409: sign in under a fresh key.
    """
    assert occasion.once is not None
    return await sessions.sign_in(data.login, data.password, occasion.once.key, occasion.clock())


@delete(
    "/v1/identity/sessions/current",
    status_code=200,
    opt={"permission": SEE_ONESELF},
    operation_id="signOut",
    summary="Sign out",
    tags=TAGS,
)
async def delete_session(
    request: Request[Any, Any, Any],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> Myself:
    """End the session whose token asks; an API token stays as it is."""
    token = request.headers["authorization"].partition(" ")[2].strip()
    await sessions.sign_out(token)
    return await queries.myself(actor)


@post(
    "/v1/identity/keys",
    opt={"permission": MANAGE_KEYS},
    operation_id="registerKey",
    summary="Register a signing key",
    tags=TAGS,
)
async def post_key(
    data: JSONBody[KeyOrder], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> KeyView:
    """Register an Ed25519 key of one's own party.

    The signature is the key's, over `SHA-256("daylight/sign-off/v1" || 0x0A || canon(statement))`
    with the statement `{"statement": "daylight/identity/v1/possession", "party", "key"}`, in
    canonical JSON (RFC 8785).
    """
    return await commands.register_signing_key(actor, data.key, data.signature, occasion)


@post(
    "/v1/identity/keys/revocation",
    opt={"permission": MANAGE_KEYS},
    operation_id="revokeKey",
    summary="Revoke a signing key",
    tags=TAGS,
)
async def post_key_revocation(
    data: JSONBody[KeyRevocation],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> KeyView:
    """Revoke a key of one's own party. A superseded key stays in trust files, because what it
    signed in its time is good; a compromised or lost one leaves them.
    """
    return await commands.revoke_signing_key(actor, data.key, data.reason, occasion)


@get(
    "/v1/identity/me",
    opt={"permission": SEE_ONESELF},
    operation_id="getMyself",
    summary="Show who I am",
    tags=TAGS,
)
async def get_myself(actor: NamedDependency[Actor]) -> Myself:
    """Show the bearer of the token: person, posts, party."""
    return await queries.myself(actor)


@get(
    "/v1/trust",
    opt={"public": True},
    operation_id="getTrust",
    summary="Give the trust file",
    tags=["verification"],
)
async def get_trust() -> Trust:
    """Give the trust file as this service would have it.

    **Do not verify this service with what this service alone tells you.** A trust file comes
    from the verifier's own hands: get the log's key, the witnesses' keys and the parties' keys by
    another way too (from the parties themselves, in print, from an earlier visit) and compare.
    This door spares typing, not that comparison.
    """
    return await trust.trust_file()
