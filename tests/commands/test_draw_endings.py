"""Closing in public, drawing again, opening identities, and what both verifiers make of it."""

from __future__ import annotations

import json

import msgspec
import pytest
from draw_stage import BRIDGES, ROADS, Stage

from bidding.draw import queries as draws
from bidding.draw.schema import Reason, StratumOrder
from bidding.draw_end.commands import close_draw, open_identities
from bidding.draw_end.queries import public_openings
from bidding.draw_record import queries as record
from bidding.draw_record.commands import (
    release_auditor_file,
    request_auditor_file,
    show_auditor_file,
    show_bundle,
)
from bidding.draw_record.schema import AuditorFileOrder
from oversight.authority.rules import Post, Role
from oversight.database import run
from oversight.errors import ProofRejected, RuleBroken
from oversight.keys.directory import make_ring, ring
from oversight.ledger.queries import entries_of_act
from oversight.rulebook.rules import EDITIONS

SUPERVISOR = Role.ADMINISTRATIVE_SUPERVISOR


@pytest.fixture
async def stage(house):
    return await Stage(house).set_up()


async def logged(stage, receipt):
    (entry,) = await entries_of_act(receipt.act)
    return entry.entry().body


async def test_a_void_hides_nothing_and_the_next_attempt_carries_it(stage):
    await stage.until("revealed")
    first = stage.draw
    body = await logged(stage, await stage.void())
    assert None not in (body["alpha"], body["pi"], body["walk"]), "all inputs were in"
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("void", 4), (own.steps, offline)
    await stage.until("identified")
    assert (await draws.case(stage.draw)).attempt == 2
    bundle, _ = await stage.files()
    assert [one["request"]["draw"] for one in json.loads(bundle)["earlier"]] == [first]
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("valid", 0), (own.steps, offline)


async def test_attempts_end_at_the_editions_limit_and_keep_their_contributors(stage):
    await stage.order()
    await stage.lapse()
    agent = [stage.ids[Role.TENDERER], stage.ids[SUPERVISOR], stage.ids[Role.AGENT]]
    await stage.order(contributors=agent)
    await stage.commit(Role.TENDERER)
    await stage.lapse()
    with pytest.raises(RuleBroken, match="draw.contributors_kept"):
        await stage.order()
    await stage.order(contributors=agent)
    for role in (Role.TENDERER, SUPERVISOR, Role.AGENT):
        await stage.commit(role)
    await stage.seal()
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("incomplete", 3), (own.steps, offline)
    await stage.reveal(Role.TENDERER)
    await stage.lapse()
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("void", 4), (own.steps, offline)
    with pytest.raises(RuleBroken, match="draw.attempts_limited"):
        await stage.order(contributors=agent)


async def test_a_closing_is_for_whom_the_protocol_names_and_for_its_reasons(stage):
    await stage.until("sealed")
    await stage.reveal(SUPERVISOR)
    void = await stage.closing(SUPERVISOR, "voided", "missing-reveal")
    change = msgspec.structs.replace
    occasion = stage.house.occasion()
    lapse = await stage.closing(Role.TENDERER, "lapsed", "postponed")
    for actor, closing, match, failure in (
        (stage.tenderer, lapse, "draw.closer_entitled", RuleBroken),  # its own reveal is missing
        (stage.operator, void, "draw.closer_entitled", RuleBroken),
        (stage.supervisor, change(void, state="lapsed"), "authority.permission_held", RuleBroken),
        (stage.supervisor, change(void, reason="postponed"), "draw.closing_reasoned", RuleBroken),
        (stage.supervisor, change(void, reason="no-proof"), "draw.proof_overdue", RuleBroken),
        (stage.supervisor, change(void, text="Other words."), "signature", ProofRejected),
        (stage.supervisor, change(void, signature=lapse.signature), "signature", ProofRejected),
    ):
        before = await stage.house.log_rows()
        with pytest.raises(failure, match=match):
            await close_draw(actor, stage.draw, closing, occasion)
        assert await stage.house.log_rows() == before
    assert await stage.house.count("draw_closing") == 0
    body = await logged(stage, await stage.void("missing-reveal"))
    assert (body["alpha"], body["pi"], body["walk"]) == (None, None, None)
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("void", 4), (own.steps, offline)


async def test_who_ordered_a_draw_does_not_void_it(stage):
    await stage.order()
    closing = await stage.closing(SUPERVISOR, "voided", "irregular")
    same = msgspec.structs.replace(stage.supervisor, person=stage.tenderer.person)
    with pytest.raises(RuleBroken, match="draw.orderer_does_not_void"):
        await close_draw(same, stage.draw, closing, stage.house.occasion())


async def test_a_center_without_its_key_owes_the_proof_and_is_voided_after_a_day(stage, tmp_path):
    await stage.until("revealed")
    true, other = ring(), make_ring(tmp_path / "other-keys")
    kept = true.vrf_secrets
    true.vrf_secrets = other.vrf_secrets
    try:
        with pytest.raises(RuleBroken, match="terminal.vrf_key_at_hand"):
            await stage.void("irregular")
        with pytest.raises(RuleBroken, match="draw.proof_overdue"):
            await stage.void("no-proof")
        stage.house.pass_time(hours=24)
        body = await logged(stage, await stage.void("no-proof"))
    finally:
        true.vrf_secrets = kept
    assert (body["alpha"] is None, body["pi"], body["walk"]) == (False, None, None)
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("void", 4), (own.steps, offline)


async def test_a_drawn_draw_may_still_be_closed_and_keeps_its_result(stage):
    await stage.until("drawn")
    before = await draws.lines(stage.draw)
    body = await logged(stage, await stage.lapse("tender-failed"))
    assert None not in (body["alpha"], body["pi"], body["walk"])
    assert await draws.lines(stage.draw) == before
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("void", 4), (own.steps, offline)


async def test_identities_are_closed_before_and_then_open_to_whom_the_edition_says(stage):
    await stage.until("drawn")
    for reader in (stage.auditor, stage.tenderer, stage.operator):
        assert (await record.bundle(reader, stage.draw)).openings == []
    assert EDITIONS["demo"].draw.identities == "parties"
    await stage.open()
    opened = (await record.bundle(stage.tenderer, stage.draw)).openings
    seated = [line for line in await draws.lines(stage.draw) if line.holds_seat()]
    named = [one for one in opened if "value" in one.identity]
    assert len(named) == len(seated) == 4
    assert await stage.house.count("reading") == 0
    await show_bundle(stage.tenderer, stage.draw)
    assert await stage.house.count("reading") == 4, "every name that was shown is on record"
    assert (await record.bundle(stage.operator, stage.draw)).openings == []
    assert (await record.bundle(stage.supervisor, stage.draw)).openings == opened
    own, offline = await stage.verdicts(stage.operator)
    assert (own.verdict, offline["exit"]) == ("incomplete", 3)
    assert any(step.step == "openings" and step.outcome == "incomplete" for step in own.steps)


async def test_a_cap_passes_over_whose_employer_sits_already(stage):
    await stage.fill_pool(30, employers=2)
    await stage.form(tender="tender-2", size=7, representatives=1)
    strata = [StratumOrder(ROADS, "410922", 3), StratumOrder(BRIDGES, "410922", 3)]
    await stage.until("identified", strata=strata)
    lines = await draws.lines(stage.draw)
    employers = [
        one.attributes["value"]["employer"]
        for one in (await record.bundle(stage.auditor, stage.draw)).openings
        if "value" in one.identity
    ]
    assert len(employers) == len(set(employers)) == 6
    assert {line.outcomes[0] for line in lines} <= {"seated", "cap"}
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("valid", 0), (own.steps, offline)


async def test_only_the_opener_opens_and_the_operator_never(stage):
    await stage.until("drawn")
    with pytest.raises(RuleBroken, match="authority.permission_held"):
        await open_identities(stage.operator, stage.draw, stage.house.occasion())


async def test_nobody_else_reads_order_request_or_bundle(stage):
    await stage.until("sealed")
    stranger = stage.actor(Role.AGENT, Post.DRAW_CONTRIBUTOR)
    for question in (record.order_for, record.request_for, record.bundle):
        with pytest.raises(RuleBroken, match="draw_record.reader_entitled"):
            await question(stranger, stage.draw)
        for reader in (stage.tenderer, stage.supervisor, stage.operator, stage.auditor):
            assert await question(reader, stage.draw)


async def test_the_public_view_names_no_stratum_and_no_person(stage):
    await stage.until("identified")
    seen = msgspec.json.encode(await draws.view(stage.draw)).decode()
    assert ROADS not in seen
    assert "专家" not in seen
    assert "Employer" not in seen


async def test_the_auditors_file_leaves_by_two_people_and_opens_every_roster(stage):
    await stage.until("drawn")
    other = stage.actor(Role.AUDIT_OFFICE, Post.AUDITOR, person=5)
    order, occasion = AuditorFileOrder("a complaint"), stage.house.occasion()
    with pytest.raises(RuleBroken, match="draw_record.auditor_file_released"):
        await record.may_take(stage.auditor, stage.draw)
    with pytest.raises(RuleBroken, match="draw_record.auditor_file_asked"):
        await release_auditor_file(stage.supervisor, stage.draw, occasion)
    await request_auditor_file(stage.auditor, stage.draw, order, occasion)
    with pytest.raises(RuleBroken, match="draw_record.auditor_file_asked_once"):
        await request_auditor_file(other, stage.draw, order, occasion)
    with pytest.raises(RuleBroken, match="authority.persons_differ"):
        await release_auditor_file(stage.auditor, stage.draw, occasion)
    await release_auditor_file(stage.supervisor, stage.draw, occasion)
    await stage.house.settle()
    with pytest.raises(RuleBroken, match="draw_record.auditor_file_released"):
        await record.may_take(other, stage.draw)
    pieces = await show_auditor_file(stage.auditor, stage.draw)
    assert await stage.house.count("reading") == 1
    whole = b"".join([piece async for piece in pieces])
    own, offline = await stage.verdicts(auditor_file=whole)
    steps = {step.step: step.outcome for step in own.steps}
    assert (steps["rosters"], steps["eligibility"]) == ("ok", "incomplete"), own.steps
    assert (own.verdict, offline["exit"]) == ("incomplete", 3), offline
    tampered = whole.replace("专家000000".encode(), "专家999999".encode())
    own, offline = await stage.verdicts(auditor_file=tampered)
    assert (own.verdict, own.refused_at, offline["exit"]) == ("failed", "rosters", 1)


async def test_nothing_personal_or_secret_is_on_the_log_or_in_the_clear(stage):
    await stage.until("identified")
    for table, columns in (
        ("entry", ("body",)),
        ("draw_request", ("secret", "excluded")),
        ("sealed_block", ("people",)),
        ("draw_opening", ("openings",)),
        ("draw", ("conditions",)),
    ):
        for row in await run(f"SELECT {', '.join(columns)} FROM {table}"):
            data = b"".join(bytes(row[column]) for column in columns)
            for telling in ("专家", "Employer", "Bidder Works"):
                assert telling.encode() not in data, (table, telling)


async def test_under_the_procurement_law_a_day_passes_first_and_names_are_public_in_the_end(house):
    stage = await Stage(house).set_up(editions=("demo", "P-2025"))
    await stage.form(tender="t-p", rulebook="P-2025")
    await stage.until("committed", region_reason=Reason("local-conditions"))
    with pytest.raises(RuleBroken, match="draw.vrf_key_settled"):
        await stage.seal()
    stage.house.pass_time(hours=24)
    await stage.seal()
    for role in (Role.TENDERER, SUPERVISOR):
        await stage.reveal(role)
    await stage.run()
    with pytest.raises(RuleBroken, match="draw.identities_allowed"):
        await public_openings(stage.draw)
    await stage.open()
    assert len([one for one in await public_openings(stage.draw) if "value" in one.identity]) == 4
    assert (await record.bundle(stage.operator, stage.draw)).openings
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("valid", 0), (own.steps, offline)
    assert not own.demo


async def test_names_that_are_for_the_parties_are_never_public(stage):
    await stage.until("identified")
    with pytest.raises(RuleBroken, match="draw.identities_allowed"):
        await public_openings(stage.draw)
