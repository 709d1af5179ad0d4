"""The sealed list: when it is sealed and opened, by whom, and who reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from day_stage import DECLARATION, LETTER, REPRESENTATIVE, STARTS, DayStage, card_number
from draw_stage import BRIDGES, ROADS

from bidding.answer import queries as answers
from bidding.draw.schema import StratumOrder
from bidding.representative.commands import withdraw_representative
from bidding.sealed_list.commands import show_list
from bidding.sealed_list.queries import lists_for, newest
from bidding.sign_in.queries import visits
from oversight.authority.rules import Actor, Post, Role
from oversight.database import run
from oversight.errors import RuleBroken


@pytest.fixture
async def stage(house):
    return await DayStage(house).listed()


def watcher(stage, person):
    """Return another supervisor of the same party."""
    return stage.actor(Role.ADMINISTRATIVE_SUPERVISOR, Post.DRAW_SUPERVISOR, person=person)


async def test_a_list_is_sealed_once_everything_is_in_place_and_not_before(house):
    stage = await DayStage(house).ready()
    with pytest.raises(RuleBroken, match=r"contact\.open"):
        await stage.seal_list()
    await stage.open_contact()
    with pytest.raises(RuleBroken, match=r"venue\.plan_known"):
        await stage.seal_list()
    await stage.plan()
    with pytest.raises(RuleBroken, match=r"sealed_list\.due") as refused:
        await stage.seal_list()
    assert (refused.value.found["unaccepted"], refused.value.found["unnamed"]) == (4, 1)
    await stage.let_accept()
    await stage.represent()
    assert (await stage.seal_list()).number == 1
    with pytest.raises(RuleBroken, match=r"sealed_list\.due"):
        await stage.seal_list()


async def test_a_list_that_waits_for_nobody_is_opened_by_the_operator(stage):
    numbers = [*await stage.numbers(), REPRESENTATIVE]
    for number in numbers[:-1]:
        await stage.card(number)
    with pytest.raises(RuleBroken, match=r"sealed_list\.opening_due"):
        await stage.open_list()
    await stage.card(numbers[-1])
    opened = await stage.open_list()
    assert (opened.early, opened.reason) == (False, "")
    with pytest.raises(RuleBroken, match=r"sealed_list\.opened_once"):
        await stage.open_list()


async def test_earlier_only_the_supervisor_opens_it_with_a_coded_reason(stage):
    for actor, reason in (
        (stage.operator, "complaint"),
        (stage.supervisor, None),
        (stage.supervisor, "curiosity"),
    ):
        with pytest.raises(RuleBroken, match=r"sealed_list\.opening_due"):
            await stage.open_list(actor, reason)
    opened = await stage.open_list(stage.supervisor, "complaint")
    assert (opened.early, opened.reason) == (True, "complaint")


async def test_whoever_sealed_it_does_not_open_it_early_in_another_post(stage):
    same = Actor(
        stage.supervisor.party, stage.supervisor.role, stage.operator.person, stage.supervisor.posts
    )
    with pytest.raises(RuleBroken, match=r"sealed_list\.early_by_another"):
        await stage.open_list(same, "complaint")


async def test_before_the_opening_nobody_reads_it_and_after_it_each_reading_is_on_record(stage):
    readers = (stage.operator, stage.supervisor, stage.auditor)
    for reader in (*readers, stage.tenderer):
        with pytest.raises(RuleBroken, match=r"sealed_list\.open"):
            await show_list(reader, stage.draw, 1)
    await stage.everybody_comes()
    await stage.open_list()
    names = {(await stage.person_on(line)).name for line in await stage.seated()} | {"王代表"}
    for reader in readers:
        shown = await show_list(reader, stage.draw, 1, stage.house.clock)
        assert {one.name for one in shown.members} == names
        assert all(len(one.times) == 1 for one in shown.members)
    rows = await run("SELECT person, fields FROM reading")
    assert len(rows) == len(readers) * len(names)
    assert {row["fields"] for row in rows} == {"name"}
    with pytest.raises(RuleBroken, match=r"sealed_list\.reader"):
        await show_list(stage.tenderer, stage.draw, 1)


async def test_after_a_replacement_the_list_is_sealed_anew_under_the_next_number(stage):
    before = await stage.seated()
    await stage.everybody_comes()
    await stage.say_departed(await stage.at(1), "removed", "unfit")
    await stage.countersign(await stage.waiting_at(1))
    with pytest.raises(RuleBroken, match=r"sealed_list\.opening_due") as refused:
        await stage.open_list()
    assert refused.value.found["changed_since"] is True
    stage.house.now = STARTS + timedelta(minutes=5)
    await stage.let_accept()
    assert (await stage.seal_list()).number == 2
    (new,) = set(await stage.seated()) - set(before)
    assert (await stage.card(await stage.number_of(new))).told == "yes"
    opened = await stage.open_list()
    assert (opened.number, opened.early) == (2, False)
    first, second = await lists_for(stage.auditor, stage.draw)
    assert (first.opened_at, bool(second.opened_at)) == ("", True)


async def test_another_room_makes_another_list(stage):
    form = stage.plan_form()
    form.sites[0].rooms[0] = stage.rooms(1, 2, 3, 4, name="5")
    await stage.plan(form)
    assert (await stage.card(await stage.card_of(0))).room == "5"
    assert (await stage.seal_list()).number == 2


async def test_the_row_holds_no_name_in_clear(stage):
    text = str(dict(await newest(stage.draw)))
    for line in await stage.seated():
        assert (await stage.person_on(line)).name not in text
    assert "王代表" not in text


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda form, stage: form.sites[0].rooms[0].seats.remove(3), "each seat"),
        (lambda form, stage: form.sites[0].rooms[0].seats.append(3), "each seat"),
        (lambda form, stage: form.sites.append(form.sites[0]), "one home site"),
        (lambda form, stage: form.sites[0].rooms.append(form.sites[0].rooms[0]), "each room"),
        (lambda form, stage: form.sites[0].rooms.clear(), "a room at each site"),
    ],
)
async def test_a_plan_in_which_somebody_sits_nowhere_or_twice_is_refused(house, change, wanted):
    stage = await DayStage(house).ready()
    form = stage.plan_form()
    change(form, stage)
    with pytest.raises(RuleBroken, match=r"venue\.plan_sound") as refused:
        await stage.plan(form)
    assert wanted in refused.value.needed


async def test_the_buyer_names_as_many_as_the_committee_has_and_may_send_another(house):
    stage = await DayStage(house).ready()
    agent = stage.actor(Role.AGENT, Post.DRAW_APPLICANT)
    with pytest.raises(RuleBroken, match=r"representative\.named_by_buyer"):
        await stage.represent(agent)
    with pytest.raises(RuleBroken, match=r"representative\.readable") as refused:
        await stage.represent(number="1234")
    assert "1234" not in f"{refused.value.found}{refused.value.needed}"
    made = await stage.represent()
    assert (made.letter, made.declaration) == (LETTER, DECLARATION)
    with pytest.raises(RuleBroken, match=r"representative\.within"):
        await stage.represent(number=card_number(998))
    gone = await withdraw_representative(
        stage.tenderer, stage.draw, made.id, stage.house.occasion()
    )
    assert gone.state == "withdrawn"
    with pytest.raises(RuleBroken, match=r"representative\.known"):
        await withdraw_representative(stage.tenderer, stage.draw, made.id, stage.house.occasion())
    assert (await stage.represent(number=card_number(998))).state == "named"


async def test_naming_an_expert_of_the_draw_tells_the_buyer_nothing(house):
    stage = await DayStage(house).ready()
    assert (await stage.represent(number=await stage.card_of(0))).state == "named"


async def test_who_fills_a_seat_by_a_supplement_stands_on_the_list_of_its_parent(sqlite_house):
    stage = await DayStage(sqlite_house).set_up(experts=12)
    await stage.fill_pool(12, employers=100, region="411000")
    stage.configure()
    narrow = [StratumOrder(ROADS, "410900", 2), StratumOrder(BRIDGES, "410900", 2)]
    await stage.until("drawn", strata=narrow)
    parent = stage.draw
    while all(one.state != "exhausted" for one in await answers.seats(parent)):
        await stage.answer((await answers.seats(parent))[0].line)
    await stage.until("drawn", of=parent, strata=[StratumOrder(ROADS, "410000", 1)])
    supplement = stage.draw
    for draw in (parent, supplement):
        stage.draw = draw
        await stage.open_contact()
        await stage.let_accept()
    stage.draw = parent
    await stage.plan()
    await stage.plan(stage.plan_form(seats=1, representatives=False), draw=supplement)
    await stage.represent()
    await stage.seal_list()
    line = (await stage.seated_of(supplement))[0]
    assert (await stage.card(await stage.number_of(line, supplement))).told == "yes"
    (visit,) = await visits(parent)
    assert (visit["session"], visit["draw"]) == (parent, supplement)
    await stage.everybody_comes()
    assert (await stage.open_list()).early is False
    shown = await show_list(stage.auditor, supplement, 1, sqlite_house.clock)
    assert sorted(one.kind for one in shown.members) == ["expert"] * 4 + ["representative"]
