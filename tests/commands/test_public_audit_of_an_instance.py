"""The outsider's audit of what a real instance publishes of real draws."""

from __future__ import annotations

import pytest
from draw_stage import Stage
from published import BOOK

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
