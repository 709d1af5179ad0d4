"""The printed record of a draw: a PDF in Chinese, without names, its digest on the log."""

from __future__ import annotations

import hashlib
import shutil
import subprocess

import pytest
from draw_stage import BRIDGES, ROADS, Stage

from bidding.draw.schema import Recused, StratumOrder
from bidding.draw_record.queries import bundle
from bidding.draw_sheet import queries
from bidding.draw_sheet.commands import print_sheet
from bidding.draw_sheet.schema import SheetOrder
from oversight.authority.rules import Post, Role
from oversight.errors import RuleBroken
from oversight.ledger.queries import entries_of_act

BOTH = [StratumOrder(ROADS, "410922", 3), StratumOrder(BRIDGES, "410922", 2)]


@pytest.fixture
async def stage(house):
    stage = await Stage(house).set_up(experts=40)
    await stage.form(tender="HNTZ-2026-017", size=7, representatives=2)
    await stage.until("drawn", strata=BOTH, recused=[Recused(name="濮阳某某建设有限公司")])
    return stage


async def made(stage, actor, remarks=""):
    receipt = await print_sheet(actor, stage.draw, SheetOrder(remarks), stage.house.occasion())
    return receipt, await queries.file_for(actor, stage.draw, receipt.number)


async def test_a_record_is_a_pdf_whose_digest_is_on_the_log(stage):
    receipt, file = await made(stage, stage.tenderer)
    assert file.startswith(b"%PDF-1.7")
    assert hashlib.sha256(file).hexdigest() == receipt.digest
    await stage.house.settle()
    (entry,) = await entries_of_act(receipt.act)
    assert entry.entry().body["digest"] == receipt.digest


def text_of(file, place):
    """Return what a reader of the file finds, by a program that is not ours."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (Debian: poppler-utils) is not on this machine")
    (place / "sheet.pdf").write_bytes(file)
    done = subprocess.run(
        [tool, "-layout", "-enc", "UTF-8", "sheet.pdf", "-"],
        cwd=place,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


async def test_a_record_reads_as_chinese_and_says_what_the_paper_form_asks(stage, tmp_path):
    await stage.answer(0, "unreachable")
    _, file = await made(stage, stage.tenderer, remarks="第 1 席补抽。")
    read = text_of(file, tmp_path)
    for said in (
        "抽取记录表", "HNTZ-2026-017", "tenderer", "Center", "A080104",
        "410922", "清丰县", "2026-03-04",
        "入选 seated → 未联系上 unreachable", "濮阳某某建设有限公司", "第 1 席补抽。",
        "监督部门",
        "申请人 Applicant", "监督人 Supervisor",
    ):  # fmt: skip
        assert said in read, said


async def test_a_record_names_nobody_of_the_pool(stage, tmp_path):
    await stage.open()
    openings = (await bundle(stage.auditor, stage.draw)).openings
    names = {one.identity["value"]["name"] for one in openings if "value" in one.identity}
    assert names
    for actor in (stage.tenderer, stage.operator, stage.auditor):
        _, file = await made(stage, actor)
        read = text_of(file, tmp_path)
        assert not [name for name in names if name in read]


async def test_the_terminals_copy_does_not_tell_which_units_were_avoided(stage, tmp_path):
    whole, _ = await made(stage, stage.supervisor)
    _, file = await made(stage, stage.operator)
    assert "濮阳某某" not in text_of(file, tmp_path)
    with pytest.raises(RuleBroken, match="copy_entitled"):
        await queries.file_for(stage.operator, stage.draw, whole.number)
    assert await queries.file_for(stage.supervisor, stage.draw, 2) == file


async def test_a_character_that_no_font_shows_is_refused_and_leaves_nothing(stage):
    before = await stage.house.log_rows(), await stage.house.count("draw_sheet")
    with pytest.raises(RuleBroken, match="characters_printable") as caught:
        await made(stage, stage.operator, remarks="\U00020bb7 野家")
    assert caught.value.found == {"characters": ["U+20BB7"]}
    with pytest.raises(RuleBroken, match="characters_printable"):
        await made(stage, stage.operator, remarks="\u202e reversed")
    assert (await stage.house.log_rows(), await stage.house.count("draw_sheet")) == before


async def test_a_draw_that_was_not_run_has_no_record(house):
    stage = await Stage(house).set_up()
    await stage.until("revealed")
    with pytest.raises(RuleBroken, match="record_complete"):
        await made(stage, stage.tenderer)


async def test_a_stranger_prints_and_reads_no_record(stage):
    await made(stage, stage.tenderer)
    stranger = stage.actor(Role.AGENT, Post.DRAW_APPLICANT)
    with pytest.raises(RuleBroken, match="reader_entitled"):
        await made(stage, stranger)
    with pytest.raises(RuleBroken, match="reader_entitled"):
        await queries.file_for(stranger, stage.draw, 1)


async def test_markup_in_a_text_is_printed_as_it_is(stage, tmp_path):
    hostile = '#panic("x") *b* $x$ `raw` <label> @ref // comment'
    _, file = await made(stage, stage.tenderer, remarks=hostile)
    assert hostile in " ".join(text_of(file, tmp_path).split())
