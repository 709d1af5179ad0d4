"""Parties, people and posts: who may register whom, and what the log says of it."""

from __future__ import annotations

import asyncio

import pytest
from concealed import payload_of

from oversight.authority.rules import Post, Role
from oversight.errors import RuleBroken
from oversight.identity import commands, queries
from oversight.identity.rules import KeyReason, possession_statement
from oversight.identity.tables import Person
from oversight.keys.signing import SigningKey
from oversight.keys.signoff import sign
from oversight.ledger.queries import entries
from oversight.values.digests import to_base64

CODE = "91110000600037341L"


class Town:
    """An instance with its center's administrator, and who else the test brings in."""

    def __init__(self, house):
        self.house = house

    async def found(self):
        receipt = await commands.found("示范中心", CODE, "张三", 90, self.house.occasion())
        self.token = receipt.token
        self.administrator = await self.actor(receipt.token)
        return self

    async def actor(self, token):
        return await queries.actor_of_token(token, self.house.clock())

    async def party(self, role, name="某单位"):
        return (
            await commands.register_party(
                self.administrator, role, name, occasion=self.house.occasion()
            )
        ).id

    async def person(self, party, *posts, by=None, name="李四"):
        made = await commands.register_person(
            by or self.administrator, party, name, posts, self.house.occasion()
        )
        return made.id

    async def enter(self, person, by=None):
        receipt = await commands.issue_token(
            by or self.administrator, person, occasion=self.house.occasion()
        )
        return await self.actor(receipt.token)


@pytest.fixture
async def town(house):
    return await Town(house).found()


async def test_an_instance_is_founded_once(town, house):
    before = await house.log_rows()
    with pytest.raises(RuleBroken, match=r"identity\.founded_once"):
        await commands.found("another", "", "somebody", 90, house.occasion())
    assert await house.log_rows() == before == 4


async def test_the_first_administrator_comes_in_with_the_token_shown_once(town):
    assert town.administrator.posts == {Post.ADMINISTRATOR}
    assert town.administrator.role is Role.TRADING_CENTER
    assert await queries.center() == town.administrator.party


async def test_there_is_one_trading_center(town):
    with pytest.raises(RuleBroken, match=r"identity\.center_alone"):
        await town.party(Role.TRADING_CENTER)


async def test_a_false_credit_code_is_refused_and_leaves_nothing(town, house):
    before = await house.log_rows(), await house.count("party")
    with pytest.raises(RuleBroken, match=r"identity\.code_valid"):
        await commands.register_party(
            town.administrator, Role.FIRM, "x", CODE[:-1] + "M", house.occasion()
        )
    assert (await house.log_rows(), await house.count("party")) == before


async def test_the_log_names_nobody(town, house):
    party = await town.party(Role.TENDERER, name="某某学校")
    person = await town.person(party, Post.DRAW_APPLICANT, name="王小明")
    await house.settle()
    everything = b"\n".join([logged.data for logged in await entries(0)])
    for text in ("某某学校", "王小明", "张三", "示范中心", person, CODE):
        assert text.encode() not in everything


async def test_what_the_log_conceals_can_be_opened_by_the_service(town, house):
    await town.party(Role.TENDERER, name="某某学校")
    await house.settle()
    logged = (await entries(0))[-1]
    assert (await payload_of(logged.act, logged.n))["name"].value == "某某学校"


async def test_a_person_s_name_lies_encrypted_in_the_database(town):
    party = await town.party(Role.TENDERER)
    person = await town.person(party, name="王小明")
    row = await Person.select().where(Person.id == person).first()
    assert "王小明".encode() not in row["name"]
    assert (await queries.person(person)).name == "王小明"


async def test_one_person_may_hold_several_posts(town):
    party = await town.party(Role.TENDERER)
    person = await town.person(party, Post.DRAW_APPLICANT, Post.DRAW_CONTRIBUTOR)
    assert (await town.enter(person)).posts == {Post.DRAW_APPLICANT, Post.DRAW_CONTRIBUTOR}


async def test_a_post_needs_a_party_with_its_duties(town):
    party = await town.party(Role.TENDERER)
    with pytest.raises(RuleBroken, match=r"identity\.post_fits_role"):
        await town.person(party, Post.DRAW_SUPERVISOR)


async def test_whoever_runs_draws_opens_no_identities(town, house):
    person = await town.person(town.administrator.party, Post.DRAW_OPERATOR)
    before = await house.log_rows()
    with pytest.raises(RuleBroken, match=r"identity\.posts_separate"):
        await commands.grant_post(
            town.administrator, person, Post.IDENTITY_OPENER, house.occasion()
        )
    assert await house.log_rows() == before


async def test_a_post_is_granted_once_and_revoked_once(town, house):
    person = await town.person(town.administrator.party, Post.POOL_KEEPER)
    with pytest.raises(RuleBroken, match=r"identity\.post_free"):
        await commands.grant_post(town.administrator, person, Post.POOL_KEEPER, house.occasion())
    view = await commands.revoke_post(
        town.administrator, person, Post.POOL_KEEPER, house.occasion()
    )
    assert view.posts == []
    with pytest.raises(RuleBroken, match=r"identity\.post_held"):
        await commands.revoke_post(town.administrator, person, Post.POOL_KEEPER, house.occasion())


async def test_a_revoked_post_opens_nothing_from_the_next_request_on(town, house):
    person = await town.person(town.administrator.party, Post.POOL_KEEPER, Post.ARCHIVE_READER)
    receipt = await commands.issue_token(town.administrator, person, occasion=house.occasion())
    await commands.revoke_post(town.administrator, person, Post.POOL_KEEPER, house.occasion())
    assert (await town.actor(receipt.token)).posts == {Post.ARCHIVE_READER}


async def test_the_center_keeps_an_administrator(town, house):
    mine = town.administrator.person
    with pytest.raises(RuleBroken, match=r"identity\.administrator_remains"):
        await commands.revoke_post(town.administrator, mine, Post.ADMINISTRATOR, house.occasion())


async def test_the_center_cannot_act_for_a_party_that_manages_itself(town, house):
    party = await town.party(Role.ADMINISTRATIVE_SUPERVISOR)
    chief = await town.person(party, Post.ADMINISTRATOR)
    own = await town.enter(chief)
    for forbidden in (
        town.person(party, Post.DRAW_SUPERVISOR),
        town.enter(chief),
        commands.grant_post(town.administrator, chief, Post.DRAW_SUPERVISOR, house.occasion()),
    ):
        with pytest.raises(RuleBroken, match=r"identity\.party_self_managed"):
            await forbidden
    assert await town.person(party, Post.DRAW_SUPERVISOR, by=own)


async def test_the_center_helps_again_when_the_last_administrator_is_locked_out(town, house):
    party = await town.party(Role.ADMINISTRATIVE_SUPERVISOR)
    chief = await town.person(party, Post.ADMINISTRATOR)
    await town.enter(chief)
    house.pass_time(days=91)
    assert await queries.is_self_managed(party, house.clock()) is False
    renewed = await commands.issue_token(town.administrator, chief, occasion=house.occasion())
    assert (await town.actor(renewed.token)).person == chief


async def test_an_administrator_manages_nobody_elsewhere(town):
    first, second = await town.party(Role.TENDERER), await town.party(Role.AGENT)
    own = await town.enter(await town.person(first, Post.ADMINISTRATOR))
    with pytest.raises(RuleBroken, match=r"identity\.party_self_managed"):
        await town.person(second, by=own)


async def test_only_the_center_registers_parties(town, house):
    first = await town.party(Role.TENDERER)
    own = await town.enter(await town.person(first, Post.ADMINISTRATOR))
    with pytest.raises(RuleBroken, match=r"authority\.permission_held"):
        await commands.register_party(own, Role.FIRM, "x", occasion=house.occasion())


async def test_parties_come_in_pages_that_miss_none(town):
    made = {town.administrator.party} | {await town.party(Role.FIRM) for _ in range(4)}
    seen, cursor = [], ""
    while True:
        page = await queries.parties(cursor, limit=2)
        seen += [view.id for view in page.items]
        if not (cursor := page.next):
            break
    assert len(seen) == 5
    assert set(seen) == made


async def registered(town, party_actor, seed=b"\1" * 32):
    signing_key = SigningKey(seed)
    public = to_base64(signing_key.public)
    signoff = sign(signing_key, possession_statement(party_actor.party, public))
    return await commands.register_signing_key(
        party_actor, signoff.key, signoff.signature, town.house.occasion()
    )


async def contributor(town, role=Role.TENDERER):
    party = await town.party(role)
    return await town.enter(await town.person(party, Post.DRAW_CONTRIBUTOR))


async def test_a_key_is_registered_by_who_shows_that_he_holds_it(town):
    own = await contributor(town)
    view = await registered(town, own)
    assert await queries.party_keys(own.party) == [view.key]
    assert (await queries.trust_parties())[own.party].keys == [view.key]


async def test_a_partys_keys_come_page_by_page_oldest_first(town):
    own = await contributor(town)
    made = {(await registered(town, own, bytes([number]) * 32)).key for number in (1, 2, 3)}
    first = await queries.keys_page(own.party, limit=2)
    rest = await queries.keys_page(own.party, first.next, limit=2)
    assert {view.key for view in (*first.items, *rest.items)} == made
    assert (len(first.items), rest.next) == (2, "")
    with pytest.raises(RuleBroken, match=r"identity\.party_known"):
        await queries.keys_page("nobody")


async def test_a_key_of_which_somebody_else_signed_is_refused(town, house):
    own, other = await contributor(town), await contributor(town)
    signing_key = SigningKey(b"\2" * 32)
    public = to_base64(signing_key.public)
    stolen = sign(signing_key, possession_statement(other.party, public))
    before = await house.log_rows()
    with pytest.raises(RuleBroken, match=r"identity\.possession_shown"):
        await commands.register_signing_key(own, public, stolen.signature, house.occasion())
    assert await house.log_rows() == before


async def test_one_key_belongs_to_one_party_for_ever(town, house):
    first, second = await contributor(town), await contributor(town)
    view = await registered(town, first)
    before = await house.log_rows()
    with pytest.raises(RuleBroken, match=r"identity\.key_free"):
        await registered(town, second)
    await commands.revoke_signing_key(first, view.key, KeyReason.LOST, house.occasion())
    with pytest.raises(RuleBroken, match=r"identity\.key_free"):
        await registered(town, first)
    assert await house.log_rows() == before + 1


@pytest.mark.parametrize(
    ("reason", "trusted"),
    [(KeyReason.SUPERSEDED, True), (KeyReason.COMPROMISED, False), (KeyReason.LOST, False)],
)
async def test_a_revoked_key_signs_no_more_and_is_trusted_only_if_superseded(
    town, house, reason, trusted
):
    own = await contributor(town)
    view = await registered(town, own)
    await commands.revoke_signing_key(own, view.key, reason, house.occasion())
    assert await queries.party_keys(own.party) == []
    assert ((await queries.trust_parties())[own.party].keys == [view.key]) is trusted
    with pytest.raises(RuleBroken, match=r"identity\.key_current"):
        await commands.revoke_signing_key(own, view.key, reason, house.occasion())


async def test_a_party_revokes_its_own_keys_only(town, house):
    first, second = await contributor(town), await contributor(town)
    view = await registered(town, first)
    with pytest.raises(RuleBroken, match=r"identity\.key_known"):
        await commands.revoke_signing_key(second, view.key, KeyReason.COMPROMISED, house.occasion())


async def test_the_same_grant_from_two_sides_at_once_takes_effect_once(town, house):
    person = await town.person(town.administrator.party)
    results = await asyncio.gather(
        *(
            commands.grant_post(town.administrator, person, Post.POOL_KEEPER, house.occasion())
            for _ in range(4)
        ),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, RuleBroken)]
    assert len(refused) == 3, results
    assert await house.count("person_post") == 2
