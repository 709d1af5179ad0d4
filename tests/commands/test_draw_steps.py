"""Each step of a draw: in its order, by its party, under its key, once, or without a trace."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from draw_stage import BRIDGES, COUNTY, EVALUATION, ROADS, Stage

from bidding.bundle.rules import Request
from bidding.draw import commands
from bidding.draw import queries as draws
from bidding.draw.schema import Commitment, Recused, SealOrder, StratumOrder
from bidding.draw.tables import DrawRequest
from bidding.recusal.commands import declare_absence, declare_recusal
from bidding.recusal.rules import RecusalGround
from bidding.recusal.schema import AbsenceForm, RecusalForm
from bidding.roster.commands import change_standing
from bidding.roster.rules import Step as Standing
from bidding.roster.schema import StandingOrder
from bidding.terminal.commands import run_draw, seal_draw
from oversight.authority.rules import Post, Role
from oversight.configuration import use_settings
from oversight.errors import ProofRejected, RuleBroken
from oversight.idempotency.requests import Replayed
from oversight.keys.directory import make_ring, ring
from oversight.keys.signing import SigningKey
from oversight.ledger.queries import entry
from oversight.values.digests import to_base64

TABLES = (
    "draw", "draw_step", "draw_contributor", "draw_request", "sealed_block", "draw_result",
    "draw_line", "draw_closing", "draw_opening", "payload", "answered_request",
)  # fmt: skip
SUPERVISOR = Role.ADMINISTRATIVE_SUPERVISOR


@pytest.fixture
async def stage(house):
    return await Stage(house).set_up()


async def traces(stage):
    rows = {table: await stage.house.count(table) for table in TABLES}
    rows["log"] = await stage.house.log_rows()  # an entry may get its place meanwhile
    return rows, [await draws.case(stage.draw)] if stage.draw else []


async def refused(stage, deed, match, failure=RuleBroken):
    """Do a deed that must be refused; return the refusal, nothing having changed."""
    before = await traces(stage)
    with pytest.raises(failure, match=match) as refusal:
        await deed
    assert await traces(stage) == before
    return refusal.value


async def test_an_order_that_breaks_a_rule_is_refused_without_a_trace(stage):
    tenderer, supervisor = stage.ids[Role.TENDERER], stage.ids[SUPERVISOR]
    road, bridge = StratumOrder(ROADS, COUNTY, 2), StratumOrder(BRIDGES, COUNTY, 2)
    for changes, code in (
        ({"strata": [road, road]}, "draw.strata_ordered"),
        ({"strata": [StratumOrder("Z9", COUNTY, 4)]}, "classification.specialty_known"),
        ({"strata": [StratumOrder(ROADS, "999999", 4)]}, "classification.region_known"),
        ({"strata": [road]}, "draw_order.seats_fit"),
        ({"strata": [road, msgspec.structs.replace(bridge, seats=3)]}, "draw_order.seats_fit"),
        ({"caps": {"employer": 2}}, "draw_order.caps_lawful"),
        ({"caps": {"region": 2}}, "draw_order.caps_lawful"),
        ({"contributors": [tenderer, tenderer]}, "draw.contributors_enough"),
        ({"contributors": [supervisor, stage.ids[Role.TRADING_CENTER]]},
         "draw_order.applicant_itself"),
        ({"contributors": [tenderer, stage.ids[Role.TRADING_CENTER]]}, "draw.roles_contribute"),
        ({"contributors": [tenderer, supervisor, "nobody"]}, "draw_order.contributors_known"),
        ({"subject": stage.ids[Role.TENDERER]}, "committee.known"),
    ):  # fmt: skip
        await refused(stage, stage.order(**changes), code)
    await refused(stage, stage.order(actor=stage.operator), "authority.permission_held")


async def test_a_committee_is_ordered_once_and_only_the_newest_of_its_line(stage):
    await stage.order()
    await refused(stage, stage.order(), "draw.attempt_before_closed")
    old = stage.committee
    await stage.form(predecessor=old)
    await refused(stage, stage.order(subject=old), "draw.attempt_before_closed")
    await stage.lapse()
    await refused(stage, stage.order(subject=old), "draw_order.committee_current")
    receipt = await stage.order()
    assert receipt.attempt == 2, "attempts count along predecessors"


async def test_a_commitment_is_a_named_partys_own_signed_and_single(stage):
    await stage.order()
    good = stage.commitment(Role.TENDERER)
    await refused(stage, stage.commit(Role.AGENT), "draw.contributor_named")
    for sent in (
        Commitment(good.commitment, stage.commitment(SUPERVISOR).signature),
        Commitment("00" * 32, good.signature),
        Commitment(good.commitment, to_base64(SigningKey(bytes(32)).sign(b"x"))),
    ):
        await refused(stage, stage.commit(sent=sent), "signature", ProofRejected)
    await stage.commit(sent=good)
    again = stage.commitment(Role.TENDERER, nonce=bytes(32))
    await refused(stage, stage.commit(sent=again), "draw.committed_once")


async def test_a_draw_is_sealed_only_with_every_commitment(stage):
    await stage.order()
    refusal = await refused(stage, stage.seal(), "draw.commitments_complete")
    assert len(refusal.found["missing"]) == 2
    await refused(stage, stage.run(), "draw.step_lawful")
    await stage.commit(Role.TENDERER)
    await refused(stage, stage.seal(), "draw.commitments_complete")


async def test_a_stratum_that_is_too_small_does_not_seal_and_says_the_ways_out(stage):
    await stage.form(tender="tender-2", size=11, representatives=1)
    wide = [StratumOrder(ROADS, COUNTY, 6), StratumOrder(BRIDGES, COUNTY, 4)]
    await stage.until("committed", strata=wide)
    refusal = await refused(stage, stage.seal(), "draw.roster_large_enough")
    assert refusal.found["strata"] == [
        {"stratum": f"{ROADS}@{COUNTY}", "eligible": 15, "needed": 18}
    ]
    for way in ("parent specialty", "wider region", "remote", "direct appointment"):
        assert way in refusal.needed


async def test_who_must_stay_away_is_excluded_with_the_coded_ground(stage):
    keeper = stage.actor(Role.TRADING_CENTER, Post.POOL_KEEPER, person=3)
    reviewer = stage.actor(Role.TRADING_CENTER, Post.POOL_REVIEWER, person=4)
    away = await stage.fill_pool(6)
    now = stage.house.occasion()
    await change_standing(reviewer, away[0], Standing.SUSPEND, StandingOrder("investigation"), now)
    await declare_absence(keeper, away[2], AbsenceForm(EVALUATION, EVALUATION), now)
    related = RecusalForm(RecusalGround.CLOSE_RELATIVE, subject=stage.committee)
    await declare_recusal(keeper, away[4], related, now)
    await stage.house.settle()
    await stage.until("sealed", recused=[Recused(name="Employer 3")])
    grounds = dict(msgspec.json.decode(await _excluded(stage))["list"])
    assert grounds[away[0]] == "suspended"
    assert grounds[away[2]] == "unavailable"
    assert grounds[away[4]] == "recused"
    assert set(grounds.values()) == {"suspended", "unavailable", "recused", "employer-recused"}
    request = await draws.request(stage.draw)
    assert sum(one.size for one in request.strata) + len(grounds) == 36


async def _excluded(stage):
    row = await DrawRequest.select().where(DrawRequest.draw == stage.draw).first()
    return ring().fields.open(bytes(row["excluded"]), draws.excluded_context(stage.draw))


async def test_the_request_says_exactly_what_was_ordered(stage):
    await stage.until("sealed")
    request = await draws.request(stage.draw)
    assert isinstance(request, Request)
    view = await draws.view(stage.draw)
    index = {step.word: step.index for step in view.steps}
    assert index["ordered"] < request.pool.as_of <= index["sealed"]
    assert [(one.id, one.seats) for one in request.strata] == [
        (f"{ROADS}@{COUNTY}", 2), (f"{BRIDGES}@410900", 2),
    ]  # fmt: skip
    assert (request.caps, request.attempt, request.of) == ({"employer": 1}, 1, None)
    assert request.reveal_by == "2026-03-02T08:10:00Z"


async def test_a_reveal_is_for_this_request_by_its_party_in_time_and_single(stage):
    await stage.until("sealed")
    good = await stage.signed_reveal(Role.TENDERER)
    other = await stage.signed_reveal(SUPERVISOR)
    change = msgspec.structs.replace
    for sent, match, failure in (
        (change(good, request="00" * 32), "draw.reveal_of_this_request", RuleBroken),
        (change(good, nonce="00" * 32), "draw.nonce_opens", RuleBroken),
        (change(good, nonce=other.nonce), "draw.nonce_opens", RuleBroken),
        (change(good, signature=other.signature), "signature", ProofRejected),
        (change(good, party=stage.ids[Role.AGENT]), "draw.contributor_named", RuleBroken),
    ):
        await refused(stage, stage.reveal(sent=sent), match, failure)
    await refused(stage, stage.run(), "draw.reveals_complete")
    await stage.reveal(sent=good)
    await refused(stage, stage.reveal(sent=good), "draw.revealed_once")
    stage.house.pass_time(minutes=10, seconds=1)
    await refused(stage, stage.reveal(sent=other), "draw.revealed_in_time")


async def test_whoever_holds_a_signed_reveal_may_bring_it_and_the_party_is_the_actor(stage):
    await stage.until("sealed")
    sent = await stage.signed_reveal(Role.TENDERER)
    await stage.reveal(sent=sent, actor=stage.supervisor)
    step = (await draws.view(stage.draw)).steps[-1]
    said = (await entry(step.index)).entry()
    assert (said.actor, said.role) == (stage.ids[Role.TENDERER], "tenderer")


async def test_steps_out_of_their_order_are_refused(stage):
    await stage.order()
    for deed in (stage.run(), stage.open()):
        await refused(stage, deed, "draw.step_lawful")
    for role in (Role.TENDERER, SUPERVISOR):
        await stage.commit(role)
    await stage.seal()
    await refused(stage, stage.commit(Role.TENDERER), "draw.step_lawful")
    await refused(stage, stage.seal(), "draw.step_lawful")
    for role in (Role.TENDERER, SUPERVISOR):
        await stage.reveal(role)
    await stage.run()
    await refused(stage, stage.run(), "draw.step_lawful")
    await stage.open()
    await refused(stage, stage.void(), "draw.step_lawful")


async def test_a_step_waits_for_the_entry_before_and_then_asks_to_come_again(stage):
    use_settings(msgspec.structs.replace(stage.house.settings, effect_wait_seconds=0.05))
    await stage.order()
    sent = stage.commitment(Role.TENDERER)
    contributor = stage.actor(Role.TENDERER, Post.DRAW_CONTRIBUTOR)
    await commands.commit_contribution(contributor, stage.draw, sent, stage.house.occasion())
    refusal = await refused(stage, stage.commit(SUPERVISOR), "draw.prior_entry_effective")
    assert refusal.rule.ground == "busy"
    assert "checkpoint" in refusal.needed


async def test_every_previous_names_the_entry_before(stage):
    await stage.until("drawn")
    indexes = [step.index for step in (await draws.view(stage.draw)).steps]
    previous = [(await entry(index)).entry().body["previous"] for index in indexes]
    assert previous == [None, *indexes[:-1]]


async def test_identical_commands_at_once_take_effect_once(stage):
    await stage.until("committed")

    def seal():
        return seal_draw(
            stage.operator, stage.draw, SealOrder(), stage.house.occasion("one-key", b"seal")
        )

    ends = await asyncio.gather(seal(), seal(), return_exceptions=True)
    await stage.house.settle()
    done = [end for end in ends if not isinstance(end, BaseException)]
    replayed = [end for end in ends if isinstance(end, Replayed)]
    assert len(done) == 1, ends
    assert [msgspec.json.decode(end.answer)["act"] for end in replayed] == [done[0].act], ends
    assert await stage.house.count("draw_request") == 1


async def test_of_two_seals_at_once_one_wins(stage):
    await stage.until("committed")
    ends = await asyncio.gather(
        *(
            seal_draw(stage.operator, stage.draw, SealOrder(due), stage.house.occasion())
            for due in ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z")
        ),
        stage.house_hand(),
        return_exceptions=True,
    )
    done = [end for end in ends[:2] if not isinstance(end, BaseException)]
    refusals = [end for end in ends[:2] if isinstance(end, RuleBroken)]
    assert (len(done), len(refusals)) == (1, 1), ends
    assert refusals[0].rule.code == "draw.step_lawful"
    words = [step.word for step in (await draws.view(stage.draw)).steps]
    assert words.count("sealed") == 1


async def test_a_draw_runs_only_under_the_key_that_was_sealed(stage, tmp_path):
    await stage.until("revealed")
    true, other = ring(), make_ring(tmp_path / "other-keys")
    kept = true.vrf_secrets
    true.vrf_secrets = other.vrf_secrets
    try:
        await refused(
            stage, run_draw(stage.operator, stage.draw, stage.house.occasion()),
            "terminal.vrf_key_at_hand",
        )  # fmt: skip
    finally:
        true.vrf_secrets = kept


async def test_of_two_contributors_at_once_one_stands_behind_the_other(stage):
    await stage.order()
    ends = await asyncio.gather(
        *(
            commands.commit_contribution(
                stage.actor(role, Post.DRAW_CONTRIBUTOR), stage.draw, stage.commitment(role),
                stage.house.occasion(),
            )
            for role in (Role.TENDERER, SUPERVISOR)
        ),
        stage.house_hand(),
    )  # fmt: skip
    assert {end.step for end in ends[:2]} == {"committed"}
    indexes = [step.index for step in (await draws.view(stage.draw)).steps]
    previous = [(await entry(index)).entry().body["previous"] for index in indexes]
    assert previous == [None, *indexes[:-1]]
