"""Draws that wait for public randomness: whole, late, with a silent contributor, seen or not."""

from __future__ import annotations

import msgspec
import pytest
from cosigned import COSIGNER, Cosigned
from draw_stage import Stage
from own_chain import CHAIN, chains_file, relay, relayed, signed
from published import BOOK

from api_spec import assembly
from bidding.bundle.rules import request_digest
from bidding.draw import queries as draws
from bidding.draw.schema import BreachOrder
from bidding.draw_record.queries import bundle
from bidding.lottery.rules import alpha_of, transcript
from bidding.reveal.commands import name_breach
from oversight.audit.engine import audit
from oversight.authority.rules import Post, Role
from oversight.beacon.commands import bring_round
from oversight.beacon.rules import round_second
from oversight.beacon.schema import RoundOrder
from oversight.configuration import use_settings
from oversight.errors import RuleBroken
from oversight.ledger.effect import seen_before
from oversight.ledger.notes import ED25519, VerifierKey, make_vkey
from oversight.ledger.terms import terms
from oversight.policy.commands import adopt_policy
from oversight.public_audit.engine import Trust, audit_log
from oversight.publication.source import open_source

SUPERVISOR, TENDERER = Role.ADMINISTRATIVE_SUPERVISOR, Role.TENDERER


class BeaconStage(Stage):
    """The stage, with a chain in use and a relay that has its rounds."""

    async def prepare(self, url, witnessed):
        await self.set_up()
        file = chains_file(self.house.directory)
        self.house.settings = msgspec.structs.replace(
            self.house.settings, beacon_chain=CHAIN.hash, beacon_chains_file=file,
            beacon_urls=(url,), effect_wait_seconds=0.05,
        )  # fmt: skip
        use_settings(self.house.settings)
        if witnessed:
            await self.adopt()
        return self

    async def adopt(self):
        own = make_vkey(terms().origin, self.house.ring.log.public)
        theirs = make_vkey(COSIGNER.name, COSIGNER.public, COSIGNER.type)
        text = f"log {own}\nwitness w {theirs} http://witness.invalid\nquorum w\n"
        admin = self.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
        await adopt_policy(admin, text, self.house.occasion())
        self.house = Cosigned(self.house)
        await self.house.settle()

    async def bound(self):
        return (await draws.case(self.draw)).beacon

    async def round_comes(self, late=0):
        """Let the round's second come; return it."""
        second = round_second(CHAIN, (await self.bound()).round)
        self.house.pass_time(seconds=second - self.house.now.timestamp() + late)
        return second

    async def reveals_are_over(self):
        found = await draws.case(self.draw)
        self.house.pass_time(seconds=(found.reveal_by - self.house.now).total_seconds() + 1)

    async def breach(self, role):
        order = BreachOrder(self.ids[role])
        receipt = await name_breach(self.operator, self.draw, order, self.house.occasion())
        await self.house.settle()
        return receipt

    async def refused(self, deed):
        """Return the code of the rule that refuses a deed, which leaves no entry."""
        before = await self.house.log_rows()
        with pytest.raises(RuleBroken) as refused:
            await deed
        assert await self.house.log_rows() == before
        assert refused.value.needed
        return refused.value.rule.code

    async def both_say(self, verdict, status):
        own, other = await self.verdicts()
        assert (own.verdict, other["verdict"], other["exit"]) == (verdict, verdict, status), (
            own.steps, other,
        )  # fmt: skip
        return own

    async def audited(self):
        """The audit finds every row to be as the entries say."""
        report = await audit(
            assembly.COVERAGE, assembly.REPLAYS, self.house.directory / "audit",
            silent=assembly.LEAVES_NO_ROW.keys(), concealed=assembly.CONCEALED,
        )  # fmt: skip
        assert report.differences == [], report.differences


@pytest.fixture
def honest():
    with relay() as server:
        yield server


@pytest.fixture
async def plain(house, honest):
    return await BeaconStage(house).prepare(honest.url, witnessed=False)


@pytest.fixture
async def witnessed(house, honest):
    return await BeaconStage(house).prepare(honest.url, witnessed=True)


async def test_a_draw_with_a_round_is_valid_for_both_verifiers(plain, honest):
    await plain.until("revealed")
    assert await plain.refused(plain.run()) == "beacon.round_due"
    assert honest.asked == []
    await plain.round_comes()
    await plain.run()
    await plain.open()
    report = await plain.both_say("valid", 0)
    assert not [step for step in report.steps if step.outcome != "ok"]
    bound = await plain.bound()
    assert honest.asked == [f"/{CHAIN.hash}/public/{bound.round}"]
    given = await bundle(plain.auditor, plain.draw)
    assert given.beacon.signature == signed(bound.round).hex()
    nonces = [(one.party, bytes.fromhex(one.nonce)) for one in given.reveals]
    inputs = transcript(request_digest(given.request), nonces, signed(bound.round))
    assert given.vrf.alpha == alpha_of(inputs).hex()
    assert given.log.early is None


async def test_nobody_chooses_the_round(plain):
    await plain.until("sealed")
    found = await draws.case(plain.draw)
    due = round_second(CHAIN, found.beacon.round)
    earliest = found.reveal_by.timestamp() + 60  # the demo edition's lead
    assert earliest <= due < earliest + CHAIN.period
    view = await draws.view(plain.draw)
    assert (view.beacon.chain, view.beacon.round) == (CHAIN.hash, found.beacon.round)
    assert view.beacon.due > view.reveal_by


async def test_without_a_chain_a_draw_is_sealed_without_a_round(plain):
    plain.house.settings = msgspec.structs.replace(plain.house.settings, beacon_chain="")
    use_settings(plain.house.settings)
    await plain.until("drawn")
    assert (await bundle(plain.auditor, plain.draw)).beacon is None


async def test_a_draw_is_run_with_its_own_round_however_late(plain, honest):
    await plain.until("revealed")
    bound = await plain.bound()
    use_settings(msgspec.structs.replace(plain.house.settings, beacon_urls=()))
    await plain.round_comes(late=3 * 24 * 3600)
    assert await plain.refused(plain.run()) == "beacon.round_at_hand"
    other = RoundOrder(bound.round + 1, CHAIN.hash, signed(bound.round + 1).hex())
    await bring_round(plain.operator, other, plain.house.occasion())
    assert await plain.refused(plain.run()) == "beacon.round_at_hand"
    carried = RoundOrder(bound.round, CHAIN.hash, signed(bound.round).hex())
    await bring_round(plain.supervisor, carried, plain.house.occasion())
    await plain.run()
    await plain.both_say("valid", 0)


async def test_a_forged_round_draws_nothing(plain):
    await plain.until("revealed")
    await plain.round_comes()
    number = (await plain.bound()).round
    forged = relayed(number, signed(number + 1))
    with relay(lambda _: (200, forged)) as liar:
        use_settings(msgspec.structs.replace(plain.house.settings, beacon_urls=(liar.url,)))
        assert await plain.refused(plain.run()) == "beacon.round_at_hand"
        assert liar.asked
    assert await plain.house.count("beacon_round") == 0
    assert (await draws.case(plain.draw)).state == "sealed"


async def test_without_witnesses_a_missing_reveal_voids(plain):
    await plain.until("sealed")
    await plain.reveal(TENDERER)
    await plain.reveals_are_over()
    assert await plain.refused(plain.breach(SUPERVISOR)) == "draw.breach_lawful"
    await plain.round_comes()
    assert await plain.refused(plain.run()) == "draw.reveals_complete"


async def test_with_a_quorum_a_silent_contributor_is_named_and_the_draw_goes_on(witnessed):
    await witnessed.until("sealed")
    await witnessed.reveal(TENDERER)
    assert await witnessed.refused(witnessed.breach(SUPERVISOR)) == "draw.breach_lawful"
    await witnessed.reveals_are_over()
    assert await witnessed.refused(witnessed.run()) == "draw.reveals_complete"
    assert await witnessed.refused(witnessed.breach(TENDERER)) == "draw.revealed_once"
    await witnessed.breach(SUPERVISOR)
    assert await witnessed.refused(witnessed.breach(SUPERVISOR)) == "draw.revealed_once"
    assert await witnessed.refused(witnessed.reveal(SUPERVISOR)) == "draw.revealed_in_time"
    await witnessed.round_comes()
    await witnessed.run()
    await witnessed.open()
    report = await witnessed.both_say("valid", 0)
    assert (report.cosigned, report.quorum) == (1, 1)
    given = await bundle(witnessed.auditor, witnessed.draw)
    nonces = {one.party: one.nonce for one in given.reveals}
    assert nonces[witnessed.ids[SUPERVISOR]] is None
    assert nonces[witnessed.ids[TENDERER]]
    assert given.log.early is not None
    view = await draws.view(witnessed.draw)
    assert {one.party for one in view.contributors if one.breached} == {witnessed.ids[SUPERVISOR]}
    await witnessed.audited()
    keys = [VerifierKey(terms().origin, ED25519, witnessed.house.ring.log.public)]
    with open_source(witnessed.house.settings.public_dir) as source:
        report = audit_log(source, Trust(keys), BOOK, None)
    assert (report.findings, report.unknown_kinds) == ([], {})
    assert report.checked == await witnessed.house.count("entry")


async def test_a_silent_center_alone_beside_nobody_is_no_draw(witnessed):
    roles = [Role.TRADING_CENTER, TENDERER, SUPERVISOR]
    await witnessed.order(contributors=[witnessed.ids[role] for role in roles])
    for role in roles:
        await witnessed.commit(role)
    await witnessed.seal()
    await witnessed.reveal(Role.TRADING_CENTER)
    await witnessed.reveals_are_over()
    for role in (TENDERER, SUPERVISOR):
        assert await witnessed.refused(witnessed.breach(role)) == "draw.breach_lawful"


async def test_a_breach_after_the_round_is_none(witnessed):
    await witnessed.until("sealed")
    await witnessed.reveal(TENDERER)
    await witnessed.round_comes()
    assert await witnessed.refused(witnessed.breach(SUPERVISOR)) == "draw.breach_lawful"


async def test_a_cosignature_at_the_rounds_second_is_too_late(witnessed):
    await witnessed.until("sealed")
    await witnessed.reveal(TENDERER)
    witnessed.house.awake = False
    await witnessed.reveal(SUPERVISOR)
    witnessed.house.awake = True
    second = await witnessed.round_comes()
    index = (await witnessed.house.settle()).size - 1
    assert await seen_before(index, second) is None
    assert await seen_before(index, second + 1) is not None
    assert await witnessed.refused(witnessed.run()) == "draw.reveals_seen"


@pytest.mark.parametrize("silent", [False, True])
async def test_reveals_that_no_quorum_saw_before_the_round_void_the_draw(witnessed, silent):
    await witnessed.until("sealed")
    await witnessed.reveal(TENDERER)
    witnessed.house.awake = False
    if silent:
        await witnessed.reveals_are_over()
        await witnessed.breach(SUPERVISOR)
    else:
        await witnessed.reveal(SUPERVISOR)
    await witnessed.round_comes()
    witnessed.house.awake = True
    await witnessed.house.settle()
    assert await witnessed.refused(witnessed.run()) == "draw.reveals_seen"
    number = (await witnessed.bound()).round
    fetched = RoundOrder(number, CHAIN.hash)
    await bring_round(witnessed.operator, fetched, witnessed.house.occasion())
    await witnessed.house.settle()
    assert await witnessed.refused(witnessed.run()) == "draw.reveals_seen"
    await witnessed.lapse()
    await witnessed.both_say("void", 4)


async def test_a_closing_hides_no_result_that_a_round_has_fixed(plain):
    await plain.until("revealed")
    await plain.round_comes()
    assert await plain.refused(plain.void("leak")) == "beacon.round_at_hand"
    order = RoundOrder((await plain.bound()).round)
    await bring_round(plain.operator, order, plain.house.occasion())
    await plain.house.settle()
    await plain.void("leak")
    given = await bundle(plain.auditor, plain.draw)
    assert given.vrf is not None
    assert given.beacon.signature is not None
    await plain.both_say("void", 4)
    await plain.audited()


async def test_a_closing_before_the_round_needs_none_and_a_later_round_changes_nothing(plain):
    await plain.until("revealed")
    await plain.void("leak")
    number = (await plain.bound()).round
    await plain.round_comes()
    await bring_round(plain.operator, RoundOrder(number), plain.house.occasion())
    await plain.house.settle()
    given = await bundle(plain.auditor, plain.draw)
    assert (given.vrf, given.beacon.signature) == (None, None)
    await plain.both_say("void", 4)


async def test_a_chain_that_is_silent_for_a_day_holds_no_closing_up(plain):
    await plain.until("revealed")
    await plain.round_comes(late=24 * 3600)
    await plain.void("leak")
    await plain.both_say("void", 4)


async def test_a_second_attempt_waits_for_a_round_of_its_own(plain):
    await plain.until("revealed")
    first = (await plain.bound()).round
    await plain.void("leak")
    await plain.until("revealed")
    assert (await plain.bound()).round >= first
    await plain.round_comes()
    await plain.run()
    await plain.both_say("valid", 0)
