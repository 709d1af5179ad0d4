"""The laboratory on a real database: pool and recorded draws read whole, and nobody named."""

from __future__ import annotations

import msgspec
import pytest
from draw_stage import BRIDGES, COUNTY, ROADS, Stage

from bidding.draw import queries as draws
from bidding.fairness import queries as fairness
from bidding.fairness.console import render
from bidding.fairness.rules import audit
from bidding.roster.commands import change_standing
from bidding.roster.rules import Step
from bidding.roster.schema import StandingOrder
from bidding.sealing.queries import everyone
from bidding.simulation import queries as simulation
from bidding.simulation.detectors import judge, record
from bidding.simulation.rules import Stratum, plan_of
from oversight.authority.rules import Post, Role
from oversight.database import run
from oversight.errors import RuleBroken
from oversight.keys.directory import ring, use_ring

STRATA = [Stratum(ROADS, COUNTY, 2), Stratum(BRIDGES, "410900", 2)]


@pytest.fixture
async def stage(house):
    return await Stage(house).set_up()


async def first_seated(stage):
    """Return the number of the first line that holds a seat."""
    lines = await draws.lines(stage.draw)
    return next(number for number, line in enumerate(lines) if line.holds_seat())


async def told(book):
    """Return everything that an audit of the book would say, as one text."""
    report = audit(book, {"tender-1": frozenset({"Works"})}, 0.001, 100)
    return msgspec.json.encode(report).decode() + "\n".join(render(report))


async def test_a_recorded_draw_is_read_as_it_was_drawn(stage):
    await stage.until("drawn")
    freed = await first_seated(stage)
    await stage.answer(freed)
    found = await fairness.book(True)
    request, lines = await draws.request(stage.draw), await draws.lines(stage.draw)
    assert [(one.stratum, one.seats, one.size) for one in found.rosters] == [
        (one.id, one.seats, one.size) for one in request.strata
    ]
    assert [(one.line, one.roster) for one in found.places] == [
        (number, line.stratum) for number, line in enumerate(lines)
    ]
    assert [one.holds for one in found.places] == [line.holds_seat() for line in lines]
    assert [one.seated for one in found.places] == [line.was_seated() for line in lines]
    assert sum(one.holds for one in found.places) == 4
    for roster in (0, 1):
        first = [one.first for one in found.places if one.roster == roster]
        assert first == [True, True] + [False] * (len(first) - 2)
    assert not found.places[freed].holds
    (reply,) = found.replies
    assert (reply.outcome, reply.party) == ("declined", stage.ids[Role.ADMINISTRATIVE_SUPERVISOR])
    (drawn,) = found.draws
    assert (drawn.committee, drawn.tender) == (stage.committee, "tender-1")
    assert (drawn.applicant, drawn.closed, drawn.known) == (stage.ids[Role.TENDERER], False, True)
    assert drawn.countersigners == (stage.ids[Role.ADMINISTRATIVE_SUPERVISOR],)


async def test_an_expert_has_one_pseudonym_in_all_draws_and_none_is_an_id_or_a_name(stage):
    await stage.until("drawn")
    first = stage.draw
    await stage.form(tender="tender-2")
    await stage.until("identified")
    found = await fairness.book(True)
    assert {len(rosters) for rosters in found.members.values()} == {2}
    listed = [[one async for one in everyone(first, place, ring().fields)] for place in (0, 1)]
    assert len(found.members) == sum(map(len, listed))
    told_all = await told(found)
    for one in (one for each in listed for one in each):
        assert one.expert not in told_all
        assert one.name not in told_all
    (line, *_) = [one for one in found.places if found.draws[one.draw].id == first]
    position = (await draws.lines(first))[0].position
    expert = listed[0][position].expert
    assert line.expert == ring().blind.index("fairness/expert", expert).hex()[:16]


async def test_an_attempt_that_was_closed_counts_for_its_applicant(stage):
    await stage.until("drawn")
    await stage.void()
    await stage.until("ordered")
    await stage.lapse()
    found = await fairness.book(True)
    assert sorted((one.attempt, one.closed, one.known) for one in found.draws) == [
        (1, True, True),
        (2, True, False),
    ]
    assert {found.draws[one.draw].attempt for one in found.rosters} == {1}


async def test_without_keys_no_expert_is_told_apart_and_the_rest_is_read(stage):
    await stage.until("drawn")
    await stage.answer(await first_seated(stage))
    kept = ring()
    use_ring(None)
    try:
        found = await fairness.book(False)
    finally:
        use_ring(kept)
    assert {one.expert for one in found.places} == {None}
    assert (len(found.replies), len(found.rosters), found.members) == (1, 2, {})
    assert audit(found, None, 0.001, 5).status == 3


async def test_reading_everything_changes_nothing(stage):
    await stage.until("drawn")
    before = await stage.house.log_rows(), await stage.house.count("reading")
    await fairness.book(True)
    await simulation.pool(STRATA, stage.house.now.date())
    assert (await stage.house.log_rows(), await stage.house.count("reading")) == before


async def test_the_services_pool_is_simulated_by_rows_and_not_by_people(stage):
    found = await simulation.pool(STRATA, stage.house.now.date())
    ids = {row["id"] for row in await run("SELECT id FROM expert")}
    assert len(found) == len(ids) == 30
    assert {one.expert for one in found}.isdisjoint(ids)
    plan = plan_of(found, STRATA, {"employer": 1})
    assert list(plan.sizes.values()) == [15, 15]
    verdict = judge(plan, record(plan, b"s", range(400)), 0.001)
    assert verdict.suspicious == []
    assert ids.isdisjoint(msgspec.json.encode(verdict).decode().split('"'))


async def test_who_is_suspended_is_not_simulated(stage):
    (row,) = await run("SELECT id FROM expert ORDER BY id LIMIT 1")
    reviewer = stage.actor(Role.TRADING_CENTER, Post.POOL_REVIEWER, person=4)
    order, now = StandingOrder("investigation"), stage.house.occasion()
    await change_standing(reviewer, row["id"], Step.SUSPEND, order, now)
    assert len(await simulation.pool(STRATA, stage.house.now.date())) == 29


async def test_a_stratum_in_no_form_is_refused(stage):
    with pytest.raises(RuleBroken, match=r"eligibility\.stratum_formed"):
        await simulation.pool([Stratum("?", COUNTY, 1)], stage.house.now.date())
