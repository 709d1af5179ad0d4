"""The door on the day: yes and a room, or no; late, absent, another's card; two clerks at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from day_stage import REPRESENTATIVE, STARTS, STRANGER, DayStage

from bidding.sign_in import queries
from oversight.database import run
from oversight.errors import RuleBroken


@pytest.fixture
async def stage(house):
    return await DayStage(house).listed()


async def test_an_expected_card_opens_the_door_to_a_room_and_says_nothing_else(stage):
    told = await stage.card(await stage.card_of(0), method="card-reader")
    assert (told.told, told.room) == ("yes", "3")
    told = await stage.card(REPRESENTATIVE)
    assert (told.told, told.room) == ("yes", "3")
    rows = await queries.visits(stage.draw)
    assert [(row["line"], row["method"]) for row in rows] == [
        (await stage.at(0), "card-reader"),
        (None, "document-seen"),
    ]


async def test_a_strangers_card_is_turned_away_and_leaves_only_that(stage):
    told = await stage.card(STRANGER)
    assert (told.told, told.room) == ("no", "")
    (row,) = await queries.causes(stage.draw)
    assert row["cause"] == "unknown"
    assert await stage.house.count("sign_in_visit") == 0


async def test_an_expert_of_the_pool_who_was_not_drawn_hears_the_same_as_a_stranger(stage):
    seated = {(await stage.person_on(line)).expert for line in await stage.seated()}
    rows = await run("SELECT id FROM expert ORDER BY id")
    other = next(row["id"] for row in rows if row["id"] not in seated)
    sealed = (await run("SELECT sealed_id_number AS n FROM expert WHERE id = {}", other))[0]["n"]
    from oversight.keys.directory import ring

    number = ring().fields.open(bytes(sealed), f"expert/id_number/{other}").decode()
    assert await stage.card(number) == await stage.card(STRANGER)


async def test_another_persons_card_is_answered_no_and_proposed_as_identity_failed(stage):
    before = await stage.house.count("draw_proposal")
    told = await stage.card(await stage.card_of(1), own=False)
    assert told == await stage.card(STRANGER)
    assert await stage.house.count("draw_proposal") == before + 1
    proposed = await stage.waiting_at(1)
    assert (proposed.outcome, proposed.cause) == ("identity-failed", "house")
    assert (await stage.card(await stage.card_of(1))).told == "wait"


async def test_who_comes_late_waits_until_somebody_refuses_to_vouch_for_it(stage):
    number = await stage.card_of(2)
    stage.house.now = STARTS + timedelta(minutes=14, seconds=59)
    assert (await stage.card(await stage.card_of(0))).told == "yes"
    stage.house.now = STARTS + timedelta(minutes=15)
    assert (await stage.card(number)).told == "wait"
    proposal = await stage.waiting_at(2)
    assert proposal.outcome == "late"
    await stage.dismiss(proposal, reason="mistaken")
    assert (await stage.card(number)).told == "yes"


async def test_whoever_is_late_for_good_is_replaced_and_the_next_has_time_to_come(stage):
    number, before = await stage.card_of(2), await stage.seated()
    stage.house.now = STARTS + timedelta(minutes=20)
    await stage.card(number)
    await stage.countersign(await stage.waiting_at(2))
    assert (await stage.card(number)).told == "no"
    await stage.let_accept()
    (new,) = set(await stage.seated()) - set(before)
    stage.house.now = STARTS + timedelta(minutes=139)
    assert (await stage.card(await stage.number_of(new))).told == "yes"


async def test_absence_is_proposed_for_those_alone_whose_time_is_over(stage):
    numbers = await stage.numbers()
    await stage.card(numbers[0])
    stage.house.now = STARTS + timedelta(minutes=44, seconds=59)
    with pytest.raises(RuleBroken, match=r"sign_in\.somebody_absent"):
        await stage.say_absent()
    stage.house.now = STARTS + timedelta(minutes=45)
    made = await stage.say_absent()
    assert [(one.line, one.outcome) for one in made.items] == [
        (line, "absent") for line in (await stage.seated())[1:]
    ]
    with pytest.raises(RuleBroken, match=r"sign_in\.somebody_absent"):
        await stage.say_absent()


async def test_two_clerks_with_one_card_hear_yes_and_again(stage):
    number = await stage.card_of(0)
    told = await asyncio.gather(
        stage.card(number), stage.card(number, actor=stage.second_clerk), return_exceptions=True
    )
    assert sorted(one.told for one in told) == ["again", "yes"]
    assert await stage.house.count("sign_in_visit") == 1


async def test_a_door_that_is_felt_along_rests_and_the_supervisor_sees_it(stage):
    numbers = await stage.numbers()
    for _ in range(5):
        assert (await stage.card(STRANGER)).told == "no"
    with pytest.raises(RuleBroken, match=r"sign_in\.door_calm"):
        await stage.card(numbers[0])
    assert (await stage.card(numbers[0], actor=stage.second_clerk)).told == "yes"
    stage.house.pass_time(minutes=15)
    assert (await stage.card(numbers[1])).told == "yes"
    assert len(await queries.causes(stage.draw)) == 5


async def test_a_damaged_number_is_refused_without_being_repeated(stage):
    number = await stage.card_of(0)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    with pytest.raises(RuleBroken) as refused:
        await stage.card(wrong)
    assert refused.value.rule.code == "sign_in.card_readable"
    assert wrong not in f"{refused.value} {refused.value.needed} {refused.value.found}"


@pytest.mark.parametrize(
    ("method", "reference"),
    [("by-heart", None), ("biometric", None), ("document-seen", "ab" * 32)],
)
async def test_only_the_editions_ways_of_checking_count(stage, method, reference):
    with pytest.raises(RuleBroken, match=r"sign_in\.method_allowed"):
        await stage.card(STRANGER, method=method, reference=reference)


async def test_a_biometric_check_is_kept_by_reference(stage):
    number = await stage.card_of(0)
    await stage.card(number, method="biometric", reference="ab" * 32)
    (row,) = await queries.visits(stage.draw)
    assert row["reference"] == "ab" * 32


async def test_cards_are_checked_on_the_day_alone(stage):
    number = await stage.card_of(0)
    stage.house.now = STARTS + timedelta(hours=15)
    with pytest.raises(RuleBroken, match=r"sign_in\.open"):
        await stage.card(number)


async def test_times_in_and_out_are_kept_and_who_went_may_come_back(stage):
    number = await stage.card_of(0)
    await stage.card(number)
    stage.house.pass_time(minutes=30)
    assert (await stage.card_out(number)).told == "yes"
    assert (await stage.card_out(number)).told == "no"
    stage.house.now = STARTS + timedelta(hours=2)
    assert (await stage.card(number)).told == "yes"
    first, second = await queries.visits(stage.draw)
    assert first["departed_at"] - first["arrived_at"] == timedelta(minutes=30)
    assert second["departed_at"] is None


async def test_only_who_came_can_leave_or_be_removed(stage):
    with pytest.raises(RuleBroken, match=r"sign_in\.has_arrived"):
        await stage.say_departed(await stage.at(0))
    await stage.card(await stage.card_of(0))
    await stage.card(await stage.card_of(1))
    with pytest.raises(RuleBroken, match=r"sign_in\.departure_coded"):
        await stage.say_departed(await stage.at(0), "left", "misconduct")
    left = await stage.say_departed(await stage.at(0))
    removed = await stage.say_departed(
        await stage.at(1), "removed", "misconduct", actor=stage.supervisor
    )
    assert [left.items[0].outcome, removed.items[0].outcome] == ["left", "removed"]
    proposal = await stage.waiting_at(0)
    await stage.countersign(proposal)
    assert (await stage.card_out(await stage.card_of(0))).told == "yes"


async def test_at_a_guest_site_its_own_clerk_lets_in_its_own_guests(house):
    stage = await DayStage(house).accepted()
    await stage.plan(await stage.remote_form())
    await stage.represent()
    stage.house.now = STARTS
    home, away = await stage.card_of(0), await stage.card_of(3)
    assert (await stage.card(away)).told == "other-site"
    told = await stage.card(away, actor=stage.guest_clerk)
    assert (told.told, told.room) == ("yes", "G-7")
    assert (await stage.card(home, actor=stage.guest_clerk)).told == "other-site"
    assert (await stage.card(home)).told == "yes"


async def test_a_clerk_of_no_site_is_refused(stage):
    from oversight.authority.rules import Role

    await stage.remote_form()
    assert Role.DEPARTMENT in stage.ids
    with pytest.raises(RuleBroken, match=r"venue\.site_of_clerk"):
        await stage.card(STRANGER, actor=stage.guest_clerk)


async def test_nothing_that_is_kept_lets_a_card_be_found_without_the_keys(stage):
    number = await stage.card_of(0)
    await stage.card(number)
    await stage.card(STRANGER)
    for table in ("sign_in_visit", "sign_in_turned_away", "entry", "representative"):
        text = str(await run(f"SELECT * FROM {table}"))
        assert number not in text
        assert STRANGER not in text
        assert REPRESENTATIVE not in text
