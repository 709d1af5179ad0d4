"""Deeds: registering parties and people, granting posts, handing out and revoking credentials."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from oversight.act import Act, begin
from oversight.ambient import fresh_bytes, new_id
from oversight.authority.rules import Actor, Post, Role, require
from oversight.database import is_postgres, run
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.identity import facts, passwords, queries
from oversight.identity.rules import (
    ADMINISTRATOR_REMAINS,
    CENTER_ALONE,
    CODE_VALID,
    EXPIRY_BOUNDED,
    FOUNDED_ONCE,
    KEY_CURRENT,
    KEY_FREE,
    KEY_KNOWN,
    LOGIN_FREE,
    MANAGE_CREDENTIALS,
    MANAGE_KEYS,
    MANAGE_PARTIES,
    MANAGE_PEOPLE,
    POST_FREE,
    POST_HELD,
    TOKEN_BYTES,
    TOKEN_CURRENT,
    KeyReason,
    TokenReason,
    check_expiry,
    check_manager,
    check_password,
    check_possession,
    check_posts,
    token_digest,
    token_text,
)
from oversight.identity.schema import (
    KeyView,
    Myself,
    PartyView,
    PersonView,
    TokenReceipt,
    TokenView,
)
from oversight.identity.sessions import LOGIN
from oversight.identity.tables import ApiToken, Party, Person, PersonPost, SigningKey
from oversight.keys.directory import ring
from oversight.values.identifiers import check_uscc
from oversight.values.instants import from_text, to_text

NOW = Occasion()  # at this moment, under no request


async def found(
    center: str, uscc: str, administrator: str, token_days: int, occasion: Occasion = NOW
) -> TokenReceipt:
    """Make the trading center and its first administrator in an empty instance: one act.

    Returns the administrator's first token.

    Raises:
        RuleBroken: FOUNDED_ONCE, CODE_VALID, EXPIRY_BOUNDED.
    """
    code, now = _code(uscc), occasion.clock()
    posts = frozenset({Post.ADMINISTRATOR})
    actor = Actor(new_id(now), Role.TRADING_CENTER, new_id(now), posts)
    async with begin(actor, MANAGE_PARTIES, occasion) as act:
        if (await queries.parties(limit=1)).items:
            raise RuleBroken(FOUNDED_ONCE, needed="an empty database")
        view = PartyView(actor.party, actor.role, center, code)
        await _record_party(act, view)
        await _record_person(act, PersonView(actor.person, actor.party, administrator, []))
        await _grant(act, actor.party, actor.person, Post.ADMINISTRATOR)
        return act.answered(await _issue(act, actor.party, actor.person, _in_days(act, token_days)))


async def register_party(
    actor: Actor, role: Role, name: str, uscc: str = "", occasion: Occasion = NOW
) -> PartyView:
    """Register a party; only the center's administrators do.

    Raises:
        RuleBroken: PERMISSION_HELD, CODE_VALID, CENTER_ALONE.
    """
    code = _code(uscc)
    async with begin(actor, MANAGE_PARTIES, occasion) as act:
        if role is Role.TRADING_CENTER:
            raise RuleBroken(CENTER_ALONE, needed="another role")
        view = PartyView(act.new_id(), role, name, code)
        await _record_party(act, view)
        return act.answered(view)


async def register_person(
    actor: Actor,
    party: str,
    name: str,
    posts: Iterable[Post] = (),
    occasion: Occasion = NOW,
) -> PersonView:
    """Register a person of a party, with the first posts.

    Raises:
        RuleBroken: PERMISSION_HELD, PARTY_KNOWN, PARTY_SELF_MANAGED, POST_FITS_ROLE,
            POSTS_SEPARATE.
    """
    wanted = sorted(set(posts))
    async with begin(actor, MANAGE_PEOPLE, occasion) as act:
        home = await queries.party(party)
        await _check_manager(act, party)
        check_posts(home.role, wanted)
        view = PersonView(act.new_id(), party, name, wanted)
        await _record_person(act, view)
        for post in wanted:
            await _grant(act, party, view.id, post)
        return act.answered(view)


async def grant_post(actor: Actor, person: str, post: Post, occasion: Occasion = NOW) -> PersonView:
    """Give a person one more post.

    Raises:
        RuleBroken: PERMISSION_HELD, PERSON_KNOWN, PARTY_SELF_MANAGED, POST_FITS_ROLE,
            POSTS_SEPARATE, POST_FREE.
    """
    async with begin(actor, MANAGE_PEOPLE, occasion) as act:
        party = await _managed_party(act, person)
        held = await queries.person_posts(person)
        check_posts((await queries.party(party)).role, held | {post})
        if post in held:
            raise RuleBroken(POST_FREE, needed="nothing: the post is held", post=post)
        await _grant(act, party, person, post)
        return act.answered(await queries.person(person))


async def revoke_post(
    actor: Actor, person: str, post: Post, occasion: Occasion = NOW
) -> PersonView:
    """Take a post away; it opens nothing from the next request on.

    Raises:
        RuleBroken: PERMISSION_HELD, PERSON_KNOWN, PARTY_SELF_MANAGED, POST_HELD,
            ADMINISTRATOR_REMAINS.
    """
    async with begin(actor, MANAGE_PEOPLE, occasion) as act:
        party = await _managed_party(act, person)
        if post not in await queries.person_posts(person):
            raise RuleBroken(POST_HELD, needed="a post that the person holds", post=post)
        if post is Post.ADMINISTRATOR:
            await _require_another_administrator(party)
        hidden = act.conceal("person", person)
        by = act.conceal("by", actor.person)
        await act.record(facts.PostRevoked(party, hidden, post, by), subject=party)
        await PersonPost.delete().where(
            (PersonPost.person == person) & (PersonPost.post == post.value)
        )
        return act.answered(await queries.person(person))


async def issue_token(
    actor: Actor,
    person: str,
    expires: str = "",
    token_days: int = 90,
    occasion: Occasion = NOW,
) -> TokenReceipt:
    """Hand out a token: 256 random bits, of which only the SHA-256 is kept.

    Whoever holds a post issues his or her own; an administrator, those of the party's people.

    Args:
        expires: instant; empty for `token_days` from now.

    Raises:
        RuleBroken: PERMISSION_HELD, PERSON_KNOWN, PARTY_SELF_MANAGED, EXPIRY_BOUNDED.
    """
    async with begin(actor, MANAGE_CREDENTIALS, occasion) as act:
        party = await _party_for_credentials(act, person)
        until = _instant(expires) if expires else _in_days(act, token_days)
        return act.answered(await _issue(act, party, person, until))


async def revoke_token(
    actor: Actor, token: str, reason: TokenReason, occasion: Occasion = NOW
) -> TokenView:
    """Revoke a token by its id; it opens nothing from the next request on.

    The center's administrators may always: it is the emergency stop, and it is on the log.

    Raises:
        RuleBroken: PERMISSION_HELD, TOKEN_KNOWN, PARTY_SELF_MANAGED, TOKEN_CURRENT.
    """
    async with begin(actor, MANAGE_CREDENTIALS, occasion) as act:
        person = (await queries.token(token)).person
        party = await queries.party_of_person(person)
        if person != actor.person:
            require(actor, MANAGE_PEOPLE)
            check_manager(actor, party, self_managed=False)
        by = act.conceal("by", actor.person)
        await act.record(facts.TokenRevoked(party, token, reason, by), subject=party)
        revoked = await (
            ApiToken.update({ApiToken.revoked_act: act.id})
            .where((ApiToken.id == token) & ApiToken.revoked_act.is_null())
            .returning(ApiToken.id)
        )
        if not revoked:
            raise RuleBroken(TOKEN_CURRENT, needed="nothing: the token is revoked")
        return act.answered(await queries.token(token))


async def set_password(actor: Actor, login: str, password: str, occasion: Occasion = NOW) -> Myself:
    """Choose or change one's own login and password.

    Raises:
        RuleBroken: PERMISSION_HELD, PASSWORD_LONG, LOGIN_FREE, LOGIN_QUEUE.
    """
    check_password(login, password)
    hashed = await passwords.hash_password(password)
    index = ring().blind.index(LOGIN, login)
    async with begin(actor, MANAGE_CREDENTIALS, occasion) as act:
        holder = await Person.select(Person.id).where(Person.login == index).first()
        if holder is not None and holder["id"] != actor.person:
            raise RuleBroken(LOGIN_FREE, needed="another login")
        person, by = act.conceal("person", actor.person), act.conceal("by", actor.person)
        chosen = act.conceal("login", index.hex()), act.conceal("password", hashed)
        await act.record(facts.PasswordSet(actor.party, person, by, *chosen), subject=actor.party)
        await Person.update({Person.login: index, Person.password: hashed}).where(
            Person.id == actor.person
        )
        await run("DELETE FROM session WHERE person = {}", actor.person)
        return act.answered(await queries.myself(actor))


async def register_signing_key(
    actor: Actor, key: str, signature: str, occasion: Occasion = NOW
) -> KeyView:
    """Register a key of the actor's own party, on proof that somebody there holds it.

    Args:
        key: base64 of the 32-byte Ed25519 public key.
        signature: base64; the sign-off of `rules.possession_statement` by that key.

    Raises:
        RuleBroken: PERMISSION_HELD, POSSESSION_SHOWN, KEY_FREE.
    """
    check_possession(actor.party, key, signature)
    async with begin(actor, MANAGE_KEYS, occasion) as act:
        by = act.conceal("by", actor.person)
        fact = facts.KeyRegistered(actor.party, key, signature, by)
        await act.record(fact, subject=actor.party)
        made = await (
            SigningKey.insert(
                SigningKey(key=key, party=actor.party, registered_at=act.at, reason="", act=act.id)
            )
            .on_conflict(action="DO NOTHING")
            .returning(SigningKey.key)
        )
        if not made:
            raise RuleBroken(KEY_FREE, needed="a fresh key")
        return act.answered(KeyView(key, actor.party, to_text(act.at), ""))


async def revoke_signing_key(
    actor: Actor, key: str, reason: KeyReason, occasion: Occasion = NOW
) -> KeyView:
    """Revoke a key of the actor's own party; it signs nothing from now on.

    Raises:
        RuleBroken: PERMISSION_HELD, KEY_KNOWN, KEY_CURRENT.
    """
    async with begin(actor, MANAGE_KEYS, occasion) as act:
        own = {view.key: view for view in await queries.keys(actor.party)}
        if key not in own:
            raise RuleBroken(KEY_KNOWN, needed="a key of the own party")
        by = act.conceal("by", actor.person)
        await act.record(facts.KeyRevoked(actor.party, key, reason, by), subject=actor.party)
        revoked = await (
            SigningKey.update({SigningKey.revoked_act: act.id, SigningKey.reason: reason.value})
            .where((SigningKey.key == key) & SigningKey.revoked_act.is_null())
            .returning(SigningKey.key)
        )
        if not revoked:
            raise RuleBroken(KEY_CURRENT, needed="nothing: the key is revoked")
        return act.answered(KeyView(key, actor.party, own[key].registered, reason))


def _code(uscc: str) -> str:
    try:
        return check_uscc(uscc) if uscc else ""
    except ValueError as error:
        raise RuleBroken(CODE_VALID, needed=str(error)) from None


def _instant(text: str) -> datetime:
    try:
        return from_text(text)
    except ValueError:
        raise RuleBroken(EXPIRY_BOUNDED, needed="a day and hour that exist") from None


def _in_days(act: Act, days: int) -> datetime:
    return (act.at + timedelta(days=days)).replace(microsecond=0)


async def _check_manager(act: Act, party: str) -> None:
    managed = await queries.is_self_managed(party, act.at)
    check_manager(act.actor, party, self_managed=managed)


async def _managed_party(act: Act, person: str) -> str:
    """Return the person's party, which the actor manages; hold the person's row until the end."""
    party = await queries.party_of_person(person)
    await _check_manager(act, party)
    if is_postgres():
        await run("SELECT id FROM person WHERE id = {} FOR UPDATE", person)
    return party


async def _party_for_credentials(act: Act, person: str) -> str:
    party = await queries.party_of_person(person)
    if person != act.actor.person:
        require(act.actor, MANAGE_PEOPLE)
        await _check_manager(act, party)
    return party


async def _require_another_administrator(party: str) -> None:
    if party == await queries.center() and await queries.administrators(party) == 1:
        raise RuleBroken(ADMINISTRATOR_REMAINS, needed="another administrator first")


async def _record_party(act: Act, view: PartyView) -> None:
    name, uscc = act.conceal("name", view.name), act.conceal("uscc", view.uscc)
    by = act.conceal("by", act.actor.person)
    await act.record(facts.PartyRegistered(view.id, view.role, name, uscc, by), subject=view.id)
    await Party.insert(
        Party(id=view.id, role=view.role.value, name=view.name, uscc=view.uscc, act=act.id)
    )


async def _record_person(act: Act, view: PersonView) -> None:
    person, name = act.conceal("person", view.id), act.conceal("name", view.name)
    by = act.conceal("by", act.actor.person)
    fact = facts.PersonRegistered(view.party, person, name, by)
    await act.record(fact, subject=view.party)
    sealed = ring().fields.seal(view.name.encode(), queries.name_context(view.id))
    await Person.insert(Person(id=view.id, party=view.party, name=sealed, password="", act=act.id))


async def _grant(act: Act, party: str, person: str, post: Post) -> None:
    hidden, by = act.conceal("person", person), act.conceal("by", act.actor.person)
    await act.record(facts.PostGranted(party, hidden, post, by), subject=party)
    await PersonPost.insert(PersonPost(person=person, post=post.value, act=act.id))


async def _issue(act: Act, party: str, person: str, expires: datetime) -> TokenReceipt:
    check_expiry(act.at, expires)
    token, token_id, until = token_text(fresh_bytes(TOKEN_BYTES)), act.new_id(), to_text(expires)
    hidden, by = act.conceal("person", person), act.conceal("by", act.actor.person)
    digest = token_digest(token)
    opens = act.conceal("digest", digest.hex())
    await act.record(facts.TokenIssued(party, token_id, hidden, until, by, opens), subject=party)
    await ApiToken.insert(
        ApiToken(
            id=token_id,
            person=person,
            digest=digest,
            expires_at=expires,
            act=act.id,
        )
    )
    return TokenReceipt(token_id, person, token, until)
