"""How rows about parties, people and credentials follow from entries."""

from oversight.identity import facts
from oversight.identity.queries import name_context
from oversight.identity.tables import (
    ApiToken,
    Party,
    Person,
    PersonPost,
    Session,
    SigningKey,
    WrongPassword,
)
from oversight.ledger.coverage import NOT_TOLD, Covered, NotCovered, Replays, Rows, Said, sealed

COVERAGE = (
    Covered(Party, key=("id",), said=("role", "name", "uscc", "act")),
    Covered(
        Person,
        key=("id",),
        said=("party", "login", "password", "act"),
        opened={"name": sealed("name", name_context, "id", bytes.decode)},
    ),
    Covered(PersonPost, key=("person", "post"), said=("act",)),
    Covered(ApiToken, key=("id",), said=("person", "digest", "expires_at", "revoked_act", "act")),
    Covered(
        SigningKey, key=("key",), said=("party", "registered_at", "revoked_act", "reason", "act")
    ),
    NotCovered(
        Session,
        "a sign-in lasts an hour and leaves no entry; a row that somebody adds "
        "opens doors for that hour as that person",
    ),
    NotCovered(WrongPassword, "a count of wrong passwords, forgotten after a quarter of an hour"),
)


async def _party_registered(said: Said, rows: Rows) -> None:
    rows.put(
        Party,
        (said.body["party"],),
        role=said.body["role"],
        name=said.opened("name"),
        uscc=said.opened("uscc"),
        act=said.logged.act,
    )


async def _person_registered(said: Said, rows: Rows) -> None:
    rows.put(
        Person,
        (said.opened("person"),),
        party=said.body["party"],
        name=said.opened("name"),
        login=None,
        password="",
        act=said.logged.act,
    )


async def _post_granted(said: Said, rows: Rows) -> None:
    rows.put(PersonPost, (said.opened("person"), said.body["post"]), act=said.logged.act)


async def _post_revoked(said: Said, rows: Rows) -> None:
    rows.drop(PersonPost, (said.opened("person"), said.body["post"]))


async def _token_issued(said: Said, rows: Rows) -> None:
    rows.put(
        ApiToken,
        (said.body["token"],),
        person=said.opened("person"),
        digest=said.opened("digest"),
        expires_at=said.body["expires"],
        revoked_act=None,
        act=said.logged.act,
    )


async def _token_revoked(said: Said, rows: Rows) -> None:
    rows.change(ApiToken, (said.body["token"],), revoked_act=said.logged.act)


async def _password_set(said: Said, rows: Rows) -> None:
    person = said.opened("person")
    if person is NOT_TOLD:  # one of the party's people, and it is not told which
        rows.untold(Person, party=said.body["party"])
        return
    rows.change(Person, (person,), login=said.opened("login"), password=said.opened("password"))


async def _key_registered(said: Said, rows: Rows) -> None:
    rows.put(
        SigningKey,
        (said.body["key"],),
        party=said.body["party"],
        registered_at=said.at,
        revoked_act=None,
        reason="",
        act=said.logged.act,
    )


async def _key_revoked(said: Said, rows: Rows) -> None:
    rows.change(
        SigningKey,
        (said.body["key"],),
        revoked_act=said.logged.act,
        reason=said.body["reason"],
    )


REPLAYS: Replays = {
    facts.PartyRegistered.kind: _party_registered,
    facts.PersonRegistered.kind: _person_registered,
    facts.PostGranted.kind: _post_granted,
    facts.PostRevoked.kind: _post_revoked,
    facts.TokenIssued.kind: _token_issued,
    facts.TokenRevoked.kind: _token_revoked,
    facts.PasswordSet.kind: _password_set,
    facts.KeyRegistered.kind: _key_registered,
    facts.KeyRevoked.kind: _key_revoked,
}
LEAVES_NO_ROW: dict[str, str] = {}
