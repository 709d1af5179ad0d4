"""The audit: a true database is clean, and what somebody changed in it is named."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from oversight.audit import coverage as log_coverage
from oversight.audit.engine import audit
from oversight.authority.rules import Post, Role
from oversight.custody import coverage as custody_coverage
from oversight.identity import commands, passwords, queries
from oversight.identity import coverage as identity_coverage

ROOMS = (log_coverage, custody_coverage, identity_coverage)
COVERAGE = tuple(one for room in ROOMS for one in room.COVERAGE)
REPLAYS = {**custody_coverage.REPLAYS, **identity_coverage.REPLAYS}
SILENT = custody_coverage.LEAVES_NO_ROW
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Real argon2id at its lowest cost."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


async def furnish(house):
    """Found the instance, and let something of every kind happen to parties and people."""
    receipt = await commands.found("示范中心", "", "张三", 90, house.occasion())
    actor = await queries.actor_of_token(receipt.token, house.clock())
    supervisor = await commands.register_party(
        actor, Role.ADMINISTRATIVE_SUPERVISOR, "住建局", "", house.occasion("p")
    )
    person = await commands.register_person(
        actor, supervisor.id, "李四", [Post.DRAW_SUPERVISOR], house.occasion("q")
    )
    await commands.set_password(actor, "zhangsan", PASSWORD, house.occasion("r"))
    await house.settle()
    return actor, person


async def examined(house, **more):
    return await audit(COVERAGE, REPLAYS, house.directory / "audit", silent=SILENT, **more)


async def test_a_true_database_is_clean(house):
    await furnish(house)
    report = await examined(house)
    assert report.differences == []
    assert (report.unchecked, report.status) == ([], 0)
    assert report.size == await house.count("entry")
