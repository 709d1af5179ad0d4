"""The outsider's audit of what a real instance publishes of real draws."""

from __future__ import annotations

import pytest
from draw_stage import Stage
from house import someone
from published import BOOK

from oversight.act import begin
from oversight.authority.rules import Permission, Post
from oversight.blind.commands import close_uncounted, log_blind, open_uncounted
from oversight.blind.rules import due_before
from oversight.ledger.notes import ED25519, VerifierKey
from oversight.public_audit.engine import Trust, audit_log
from oversight.public_audit.report import CLEAN
from oversight.publication.source import open_source


@pytest.fixture
async def stage(house):
    return await Stage(house).set_up()


def audited(house, state=None):
    keys = [VerifierKey(house.settings.origin, ED25519, key.public) for key in house.ring.log_keys]
    with open_source(house.settings.public_dir) as source:
        return audit_log(source, Trust(keys), BOOK, state)


@pytest.mark.parametrize("word", ["sealed", "drawn", "identified"])
async def test_what_an_instance_publishes_of_a_draw_is_clean(stage, house, tmp_path, word):
    await stage.until(word)
    await house.settle()
    report = audited(house, tmp_path / "audit")
    assert (report.status, report.findings, report.unknown_kinds) == (CLEAN, [], {})
    assert report.checked == await house.count("entry")


@pytest.mark.parametrize("word", ["ordered", "revealed", "drawn"])
async def test_a_further_attempt_after_a_closing_is_clean(stage, house, word):
    await stage.until(word)
    await stage.void()
    await house.settle()
    await stage.until("drawn")
    await stage.lapse()
    await house.settle()
    report = audited(house)
    assert (report.status, report.findings) == (CLEAN, [])


KEEPER = someone(Post.ADMINISTRATOR)
OPENING = Permission("test.bids.open", frozenset({Post.ADMINISTRATOR}), None, "开", "Open")


@pytest.mark.parametrize("missing", [(), (3,)])
async def test_the_clock_of_an_instance_is_seen_from_outside(house, missing):
    house.pass_time(seconds=60 - house.now.timestamp() % 60)
    async with begin(KEEPER, OPENING, house.occasion()) as act:
        ident = await open_uncounted(act, "a lot")
    for minute in range(1, 6):
        house.pass_time(seconds=60)
        if minute not in missing:
            due = due_before(house.now.timestamp(), 60)
            await log_blind(KEEPER.party, due, house.occasion())
    async with begin(KEEPER, OPENING, house.occasion()) as act:
        await close_uncounted(act, ident)
    await house.settle()
    report = audited(house)
    told = [one.text for one in report.alerts if "blind entry" in one.text]
    assert (report.status, report.blinds, len(told)) == (CLEAN, 5 - len(missing), len(missing))
    assert all(text.startswith("1 intervals of 60 s") for text in told)
