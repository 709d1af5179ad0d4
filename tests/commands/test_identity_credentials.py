"""Tokens, passwords and sessions: what opens doors, for how long, and what is kept of it."""

from __future__ import annotations

import asyncio
import hashlib

import pytest
from argon2 import PasswordHasher

from oversight.authority.rules import Post, Role
from oversight.database import run
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Replayed
from oversight.identity import commands, passwords, queries, sessions, trust
from oversight.identity.rules import TokenReason
from oversight.identity.tables import ApiToken, Person, Session
from oversight.ledger.queries import entries

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Real argon2id at its lowest cost: two dozen hashes at the full one would take minutes."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
async def administrator(house):
    receipt = await commands.found("示范中心", "", "张三", 90, house.occasion())
    house.token = receipt.token
    return await queries.actor_of_token(receipt.token, house.clock())


async def test_a_token_is_256_random_bits_and_only_its_digest_is_kept(house, administrator):
    receipt = await commands.issue_token(
        administrator, administrator.person, occasion=house.occasion("a key")
    )
    assert receipt.token.startswith("dl_")
    assert len(bytes.fromhex(receipt.token.removeprefix("dl_"))) == 32
    await house.settle()
    row = await ApiToken.select().where(ApiToken.id == receipt.id).first()
    assert row["digest"] == hashlib.sha256(receipt.token.encode()).digest()
    everything = [logged.data for logged in await entries(0)]
    stored = await run("SELECT answer FROM answered_request")
    assert all(receipt.token.encode() not in text for text in everything)
    assert all(receipt.token.encode() not in bytes(row["answer"]) for row in stored)


async def test_a_repeated_request_gets_the_same_token_and_makes_no_second_one(house, administrator):
    first = await commands.issue_token(
        administrator, administrator.person, occasion=house.occasion("a key")
    )
    with pytest.raises(Replayed) as again:
        await commands.issue_token(
            administrator, administrator.person, occasion=house.occasion("a key")
        )
    assert first.token.encode() in again.value.answer
    assert await house.count("api_token") == 2


async def test_a_token_dies_at_its_expiry(house, administrator):
    assert await queries.actor_of_token(house.token, house.clock()) == administrator
    house.pass_time(days=90)
    assert await queries.actor_of_token(house.token, house.clock()) is None


@pytest.mark.parametrize(
    "expires", ["2026-03-02T08:00:00Z", "2020-01-01T00:00:00Z", "2027-03-04T08:00:00Z",
                "2026-02-30T00:00:00Z"]
)  # fmt: skip
async def test_an_expiry_lies_ahead_and_within_a_year(house, administrator, expires):
    before = await house.log_rows()
    with pytest.raises(RuleBroken, match=r"identity\.expiry_bounded"):
        await commands.issue_token(
            administrator, administrator.person, expires, occasion=house.occasion()
        )
    assert await house.log_rows() == before


async def test_a_revoked_token_opens_nothing_and_is_revoked_once(house, administrator):
    receipt = await commands.issue_token(
        administrator, administrator.person, occasion=house.occasion()
    )
    reason = TokenReason.COMPROMISED
    view = await commands.revoke_token(administrator, receipt.id, reason, house.occasion())
    assert view.revoked
    assert await queries.actor_of_token(receipt.token, house.clock()) is None
    before = await house.log_rows()
    with pytest.raises(RuleBroken, match=r"identity\.token_current"):
        await commands.revoke_token(administrator, receipt.id, reason, house.occasion())
    assert await house.log_rows() == before


async def test_nobody_issues_tokens_for_a_colleague_without_being_administrator(
    house, administrator
):
    clerk = await commands.register_person(
        administrator, administrator.party, "王五", [Post.POOL_KEEPER], house.occasion()
    )
    receipt = await commands.issue_token(administrator, clerk.id, occasion=house.occasion())
    actor = await queries.actor_of_token(receipt.token, house.clock())
    assert await commands.issue_token(actor, clerk.id, occasion=house.occasion())
    with pytest.raises(RuleBroken, match=r"authority\.permission_held"):
        await commands.issue_token(actor, administrator.person, occasion=house.occasion())
    with pytest.raises(RuleBroken, match=r"authority\.permission_held"):
        await commands.revoke_token(
            actor,
            (await queries.tokens(administrator.person)).items[0].id,
            TokenReason.LEFT,
            house.occasion(),
        )


async def test_the_center_s_administrator_may_stop_any_token(house, administrator):
    party = await commands.register_party(
        administrator, Role.TENDERER, "x", occasion=house.occasion()
    )
    chief = await commands.register_person(
        administrator, party.id, "李四", [Post.ADMINISTRATOR], house.occasion()
    )
    receipt = await commands.issue_token(administrator, chief.id, occasion=house.occasion())
    await commands.revoke_token(
        administrator, receipt.id, TokenReason.COMPROMISED, house.occasion()
    )
    assert await queries.actor_of_token(receipt.token, house.clock()) is None


@pytest.mark.parametrize("token", ["", "dl_", "dl_" + "0" * 64, "dls_" + "0" * 64, "x\0y", "é"])
async def test_what_was_never_issued_opens_nothing(house, administrator, token):
    assert await queries.actor_of_token(token, house.clock()) is None


async def test_a_password_gives_a_token_for_an_hour(house, administrator):
    await commands.set_password(administrator, "zhang.san", PASSWORD, house.occasion())
    receipt = await sessions.sign_in("zhang.san", PASSWORD, "key-0001", house.clock())
    assert await queries.actor_of_token(receipt.token, house.clock()) == administrator
    house.pass_time(minutes=60)
    assert await queries.actor_of_token(receipt.token, house.clock()) is None


async def test_a_session_ends_when_its_person_signs_out(house, administrator):
    await commands.set_password(administrator, "zhang.san", PASSWORD, house.occasion())
    receipt = await sessions.sign_in("zhang.san", PASSWORD, "key-0001", house.clock())
    await sessions.sign_out(receipt.token)
    assert await queries.actor_of_token(receipt.token, house.clock()) is None


async def test_a_session_token_is_shown_once(house, administrator):
    await commands.set_password(administrator, "zhang.san", PASSWORD, house.occasion())
    await sessions.sign_in("zhang.san", PASSWORD, "key-0001", house.clock())
    with pytest.raises(RuleBroken, match=r"identity\.session_key_fresh"):
        await sessions.sign_in("zhang.san", PASSWORD, "key-0001", house.clock())
    assert await house.count("session") == 1


async def test_neither_password_nor_login_nor_session_token_is_stored(house, administrator):
    await commands.set_password(administrator, "zhang.san", PASSWORD, house.occasion("k"))
    receipt = await sessions.sign_in("zhang.san", PASSWORD, "key-0001", house.clock())
    row = await Person.select().where(Person.id == administrator.person).first()
    assert row["password"].startswith("$argon2id$")
    assert b"zhang.san" not in row["login"]
    stored = await Session.select().first()
    assert stored["digest"] == hashlib.sha256(receipt.token.encode()).digest()


async def test_a_wrong_login_and_a_wrong_password_get_the_same_answer(house, administrator):
    await commands.set_password(administrator, "zhang.san", PASSWORD, house.occasion())
    answers = []
    for login, password in (("zhang.san", "wrong"), ("nobody", PASSWORD)):
        with pytest.raises(RuleBroken) as refused:
            await sessions.sign_in(login, password, "key-0001", house.clock())
        answers.append((refused.value.rule, refused.value.found, refused.value.needed))
    assert answers[0] == answers[1]


async def test_a_person_without_a_password_cannot_sign_in_with_the_stand_in(house, administrator):
    for guess in ("", "x", "0123456789abcdef"):
        assert not await passwords.matches("", guess)


async def test_after_ten_wrong_passwords_a_login_rests(house, administrator):
    await commands.set_password(administrator, "zhang.san", PASSWORD, house.occasion())
    for _ in range(10):
        with pytest.raises(RuleBroken, match=r"identity\.login_right"):
            await sessions.sign_in("zhang.san", "wrong", "key-0001", house.clock())
    with pytest.raises(RuleBroken, match=r"identity\.login_calm"):
        await sessions.sign_in("zhang.san", PASSWORD, "key-0001", house.clock())
    house.pass_time(minutes=15)
    assert await sessions.sign_in("zhang.san", PASSWORD, "key-0001", house.clock())


async def test_a_login_belongs_to_one_person(house, administrator):
    await commands.set_password(administrator, "zhang.san", PASSWORD, house.occasion())
    clerk = await commands.register_person(
        administrator, administrator.party, "王五", [Post.POOL_KEEPER], house.occasion()
    )
    receipt = await commands.issue_token(administrator, clerk.id, occasion=house.occasion())
    actor = await queries.actor_of_token(receipt.token, house.clock())
    with pytest.raises(RuleBroken, match=r"identity\.login_free"):
        await commands.set_password(actor, "zhang.san", PASSWORD, house.occasion())


@pytest.mark.parametrize("password", ["short", "zhang.san.login"])
async def test_a_weak_password_is_refused(house, administrator, password):
    with pytest.raises(RuleBroken, match=r"identity\.password_long"):
        await commands.set_password(administrator, "zhang.san.login", password, house.occasion())


async def test_a_new_password_ends_all_sessions(house, administrator):
    await commands.set_password(administrator, "zhang.san", PASSWORD, house.occasion())
    receipt = await sessions.sign_in("zhang.san", PASSWORD, "key-0001", house.clock())
    await commands.set_password(administrator, "zhang.san", PASSWORD + "!", house.occasion())
    assert await queries.actor_of_token(receipt.token, house.clock()) is None


async def test_a_flood_of_sign_ins_is_told_to_come_later(monkeypatch):
    monkeypatch.setattr(passwords, "WAITING_MAX", 0)
    results = await asyncio.gather(
        *(passwords.matches("", "x") for _ in range(3)), return_exceptions=True
    )
    assert [type(result) for result in results] == [bool, bool, RuleBroken]


async def test_the_trust_file_names_log_key_center_parties_and_editions(house, administrator):
    found = await trust.trust_file()
    assert found.center == administrator.party
    assert found.parties[found.center].role == "center"
    assert found.log_keys[0].startswith(house.settings.origin + "+")
    assert found.editions.keys() == set(house.settings.editions)
    assert found.witnesses.quorum == 0
