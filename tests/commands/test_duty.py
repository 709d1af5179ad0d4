"""The duty roster: planned by the office for its own people; who can be called now."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from draw_stage import Stage

from bidding.duty import queries
from bidding.duty.commands import cancel_shift, hand_over, plan_shift
from bidding.duty.schema import ShiftForm
from oversight.authority.rules import Post, Role
from oversight.database import run
from oversight.errors import RuleBroken
from oversight.identity import commands as identity

OFFICE = Role.ADMINISTRATIVE_SUPERVISOR
NINE = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)


@pytest.fixture
async def stage(house):
    return await Stage(house).set_up(experts=2)


async def somebody(stage, name, post=Post.DRAW_SUPERVISOR, role=OFFICE):
    admin = stage.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
    made = await identity.register_person(
        admin, stage.ids[role], name, [post], stage.house.occasion()
    )
    return made.id


async def form(stage, **changes):
    made = ShiftForm(
        await somebody(stage, "王五"), await somebody(stage, "赵六"),
        "2026-03-04T00:30:00Z", "2026-03-04T10:00:00Z",
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


async def plan(stage, planned):
    made = await plan_shift(stage.supervisor, planned, stage.house.occasion())
    await stage.house.settle()
    return made


async def test_who_is_on_duty_is_told_until_the_deputy_takes_over(stage):
    planned = await form(stage)
    made = await plan(stage, planned)
    assert (made.person_name, made.deputy_name, made.state) == ("王五", "赵六", "planned")
    office = stage.ids[OFFICE]
    assert [one.on_duty() for one in await queries.on_duty(office, NINE)] == [planned.person]
    assert await queries.on_duty(office, datetime(2026, 3, 4, 10, 0, tzinfo=UTC)) == []
    assert await queries.on_duty(stage.ids[Role.TENDERER], NINE) == []
    await hand_over(stage.supervisor, made.id, stage.house.occasion())
    assert [one.on_duty() for one in await queries.on_duty(office, NINE)] == [planned.deputy]
    stage.house.pass_time(days=1, hours=17)
    assert [one.on_duty for one in await queries.on_duty_now(office, stage.house.clock)] == [
        planned.deputy
    ]
    await cancel_shift(stage.supervisor, made.id, stage.house.occasion())
    assert await queries.on_duty(office, NINE) == []
    assert [one.state for one in (await queries.shifts(office)).items] == ["cancelled"]


async def test_a_shift_is_for_two_people_of_the_office_who_supervise_and_lies_ahead(stage):
    planned = await form(stage)
    stranger = await somebody(stage, "外人", Post.DRAW_CONTRIBUTOR, Role.TENDERER)
    clerk = await somebody(stage, "文员", Post.DRAW_CONTRIBUTOR)
    for changes, code in (
        ({"deputy": planned.person}, "duty.shift_sound"),
        ({"ends": planned.starts}, "duty.shift_sound"),
        ({"ends": "2026-03-19T00:30:00Z"}, "duty.shift_sound"),
        ({"starts": "2026-03-01T00:30:00Z", "ends": "2026-03-01T10:00:00Z"}, "duty.shift_sound"),
        ({"starts": "2026-02-30T00:30:00Z"}, "duty.shift_sound"),
        ({"deputy": stranger}, "duty.supervises"),
        ({"person": clerk}, "duty.supervises"),
        ({"person": "019a5c7e-6f00-7000-8000-00000000aaaa"}, "identity.person_known"),
    ):
        before = await stage.house.log_rows()
        with pytest.raises(RuleBroken) as refused:
            await plan(stage, msgspec.structs.replace(planned, **changes))
        assert refused.value.rule.code == code, changes
        assert await stage.house.log_rows() == before
    assert await stage.house.count("duty_shift") == 0


async def test_only_the_office_changes_its_shifts_and_only_while_they_run(stage):
    made = await plan(stage, await form(stage))
    other = msgspec.structs.replace(stage.supervisor, party=stage.ids[Role.AUDIT_OFFICE])
    with pytest.raises(RuleBroken, match="duty.shift_known"):
        await hand_over(other, made.id, stage.house.occasion())
    with pytest.raises(RuleBroken, match="authority.permission_held"):
        await hand_over(stage.operator, made.id, stage.house.occasion())
    await hand_over(stage.supervisor, made.id, stage.house.occasion())
    with pytest.raises(RuleBroken, match="duty.shift_open"):
        await hand_over(stage.supervisor, made.id, stage.house.occasion())
    stage.house.pass_time(days=3)
    with pytest.raises(RuleBroken, match="duty.shift_open"):
        await cancel_shift(stage.supervisor, made.id, stage.house.occasion())


async def test_the_log_says_of_duty_when_and_where_and_never_who(stage):
    planned = await form(stage)
    made = await plan(stage, planned)
    await hand_over(stage.supervisor, made.id, stage.house.occasion())
    await stage.house.settle()
    rows = await run("SELECT body FROM entry WHERE kind LIKE 'bidding.duty.%'")
    said = b"".join(bytes(row["body"]) for row in rows)
    assert len(rows) == 2
    for person in (planned.person, planned.deputy, stage.supervisor.person):
        assert person.encode() not in said
