"""Importing a file: every line judged before any is taken; one act for all; one entry for each."""

from __future__ import annotations

import io

import pytest
from concealed import payload_of
from house import someone
from pool import KEEPER, REVIEWER, csv_file, gb18030_file, people, xlsx_file

from bidding.intake.commands import import_experts
from bidding.roster.commands import admit_experts
from bidding.roster.queries import expert
from bidding.roster.schema import Admission
from oversight.authority.rules import Post
from oversight.database import run
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Replayed
from oversight.ledger import queries as ledger
from oversight.ledger.facts import field_commitment

TABLES = ("expert", "former_employer", "intake", "payload")


async def nothing_was_kept(house):
    return not any([await house.count(table) for table in TABLES]) and not await house.log_rows()


@pytest.mark.parametrize("written", [csv_file, gb18030_file, xlsx_file])
async def test_a_good_file_registers_everybody_in_it(house, written):
    receipt = await import_experts(KEEPER, written(30), house.occasion())
    assert (receipt.lines, receipt.taken, receipt.skipped, receipt.faults) == (30, 30, 0, [])
    assert await house.count("expert") == 30
    rows = await run("SELECT DISTINCT status FROM expert")
    assert [row["status"] for row in rows] == ["proposed"]


async def test_one_file_is_one_act_with_an_entry_for_each_expert(house):
    receipt = await import_experts(KEEPER, csv_file(30), house.occasion())
    await house.settle()
    entries = [logged.entry() for logged in await ledger.entries_of_act(receipt.act)]
    assert [entry.kind for entry in entries] == (
        ["bidding.intake.imported"] + ["bidding.roster.registered"] * 30
    )
    assert entries[0].body["file"]["sha256"] == receipt.sha256
    assert (entries[0].body["taken"], entries[0].body["skipped"]) == (30, 0)


async def test_commitments_on_the_log_open_to_what_the_file_said(house):
    receipt = await import_experts(KEEPER, csv_file(3), house.occasion())
    await house.settle()
    first = (await ledger.entries_of_act(receipt.act))[1].entry()
    person = people(3)[0]
    opened = await payload_of(receipt.act, 1)
    expected = {
        "name": person.name,
        "id_number": person.id_number,
        "phone": person.phone,
        "employer": {"name": person.employer.name, "uscc": person.employer.uscc},
        "specialties": list(person.specialties),
        "region": person.region,
    }
    for field, value in expected.items():
        salt = opened[field].salt
        assert field_commitment(salt, field, value).hex() == first.body[field]


async def test_no_personal_field_stands_readable_in_rows_or_entries(house):
    receipt = await import_experts(KEEPER, csv_file(5), house.occasion())
    await house.settle()
    stored = b""
    for table in ("expert", "entry", "payload", "intake"):
        for row in await run(f"SELECT * FROM {table}"):
            stored += b"".join(
                bytes(value) if isinstance(value, bytes) else str(value).encode()
                for value in row.values()
            )
    for person in people(5):
        for private in (person.name, person.id_number, person.phone):
            assert private.encode() not in stored
    assert receipt.act.encode() in stored


async def test_nothing_is_imported_when_a_line_is_bad(house):
    def spoil(lines):
        lines[4][2] = "12345"
        lines[7][5] = "Q999"

    with pytest.raises(RuleBroken, match="intake.lines_good") as refusal:
        await import_experts(KEEPER, csv_file(10, change=spoil), house.occasion())
    faults = [(one["line"], one["column"]) for one in refusal.value.found["faults"]]
    assert faults == [(6, "手机号码"), (9, "评标专业")]
    assert refusal.value.found["bad_lines"] == 2
    assert await nothing_was_kept(house)


async def test_a_refusal_never_repeats_what_stood_in_the_cell(house):
    def spoil(lines):
        lines[0][1], lines[1][2], lines[2][0] = "410922198001019999", "13812345", "张3丰"

    with pytest.raises(RuleBroken) as refusal:
        await import_experts(KEEPER, csv_file(3, change=spoil), house.occasion())
    said = str(refusal.value.found) + refusal.value.needed
    assert not any(value in said for value in ("410922198001019999", "13812345", "张3丰"))


async def test_bad_lines_are_skipped_on_request_and_named(house):
    def spoil(lines):
        lines[4][2] = "12345"

    receipt = await import_experts(
        KEEPER, csv_file(10, change=spoil), house.occasion(), skip_bad=True
    )
    assert (receipt.taken, receipt.skipped) == (9, 1)
    assert [(fault.line, fault.column) for fault in receipt.faults] == [(6, "手机号码")]
    assert await house.count("expert") == 9


async def test_a_person_who_stands_twice_in_a_file_is_refused(house):
    def double(lines):
        lines[5] = list(lines[1])

    with pytest.raises(RuleBroken) as refusal:
        await import_experts(KEEPER, csv_file(8, change=double), house.occasion())
    (fault,) = refusal.value.found["faults"]
    assert (fault["line"], fault["column"]) == (7, "证件号码")
    assert "line 3" in fault["cause"]


async def test_a_person_who_stands_in_the_pool_is_refused(house):
    await import_experts(KEEPER, csv_file(5), house.occasion())
    entries = await house.log_rows()
    with pytest.raises(RuleBroken) as refusal:
        await import_experts(KEEPER, csv_file(6), house.occasion())
    assert [fault["line"] for fault in refusal.value.found["faults"]] == [2, 3, 4, 5, 6]
    assert (await house.count("expert"), await house.log_rows()) == (5, entries)


async def test_a_repeated_request_imports_once(house):
    first = await import_experts(KEEPER, csv_file(4), house.occasion("key", b"digest"))
    with pytest.raises(Replayed) as replay:
        await import_experts(KEEPER, csv_file(4), house.occasion("key", b"digest"))
    assert replay.value.act == first.act
    assert await house.count("expert") == 4


async def test_only_a_keeper_imports(house):
    with pytest.raises(RuleBroken, match="authority.permission_held"):
        await import_experts(someone(Post.DRAW_OPERATOR), csv_file(2), house.occasion())
    assert await nothing_was_kept(house)


async def test_a_file_without_lines_is_refused(house):
    with pytest.raises(RuleBroken, match="intake.lines_present"):
        await import_experts(KEEPER, csv_file(0), house.occasion())


async def test_a_file_without_the_columns_is_told_which(house):
    file = io.BytesIO("姓名,手机\n张三,15400000000\n".encode())
    with pytest.raises(RuleBroken, match="intake.columns_present") as refusal:
        await import_experts(KEEPER, file, house.occasion())
    assert "证件号码" in refusal.value.found["missing"]
    assert "手机号码" not in refusal.value.found["missing"]


async def test_progress_is_told_for_both_phases(house):
    told = []
    await import_experts(
        KEEPER, csv_file(2500), house.occasion(), report=lambda *one: told.append(one)
    )
    assert ("checking", 2000, 0) in told
    assert told[-1] == ("writing", 2500, 2500)


async def test_all_experts_of_a_file_are_admitted_by_a_second_person(house):
    receipt = await import_experts(KEEPER, csv_file(2100), house.occasion())
    admission = await admit_experts(
        REVIEWER, Admission(registered_by=receipt.act), house.occasion()
    )
    assert admission.admitted == 2100
    rows = await run("SELECT status, count(*) AS many FROM expert GROUP BY status")
    assert [(row["status"], row["many"]) for row in rows] == [("admitted", 2100)]
    await house.settle()
    kinds = [one.entry().kind for one in await ledger.entries_of_act(admission.act)]
    assert kinds[0] == "bidding.roster.admission_reviewed"
    assert set(kinds[1:]) == {"bidding.roster.admitted"}
    assert len(kinds) == 2101


async def test_whoever_imported_admits_nobody_of_the_file(house):
    both = someone(Post.POOL_KEEPER, Post.POOL_REVIEWER, name="both")
    receipt = await import_experts(both, csv_file(3), house.occasion())
    with pytest.raises(RuleBroken, match="roster.two_people"):
        await admit_experts(both, Admission(registered_by=receipt.act), house.occasion())
    rows = await run("SELECT id FROM expert")
    assert (await expert(rows[0]["id"]))["status"] == "proposed"
