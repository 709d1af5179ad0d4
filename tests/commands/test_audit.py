"""The audit: a true database is clean, what somebody changed in it is named, and it goes on."""

from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher
from behind_the_back import Intruder
from every_kind import everything
from house import someone
from pool import KEEPER, REVIEWER, csv_file

from api_spec import assembly
from bidding.intake.commands import import_experts
from bidding.roster.commands import admit_experts
from bidding.roster.schema import Admission
from oversight.act import begin
from oversight.audit import comparing, engine, log_rows, playing
from oversight.audit.engine import audit
from oversight.audit.report import Difference
from oversight.authority.rules import Permission, Post, Role
from oversight.custody.commands import erase
from oversight.database import run
from oversight.errors import RuleBroken
from oversight.identity import commands, passwords, queries
from oversight.identity.facts import PartyRegistered, PersonRegistered
from oversight.identity.tables import Party
from oversight.keys.directory import use_ring
from oversight.ledger.integrate import integrate

PASSWORD = "correct horse battery staple"
MANY = Permission("test.many.register", frozenset({Post.ADMINISTRATOR}), None, "多", "Many")


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Real argon2id at its lowest cost."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
async def town(house):
    """A house in which something of each kind happened to parties and people."""
    receipt = await commands.found("示范中心", "", "张三", 90, house.occasion())
    house.actor = await queries.actor_of_token(receipt.token, house.clock())
    bureau = await commands.register_party(
        house.actor, Role.ADMINISTRATIVE_SUPERVISOR, "住建局", "", house.occasion()
    )
    await commands.register_person(
        house.actor, bureau.id, "李四", [Post.DRAW_SUPERVISOR], house.occasion()
    )
    await commands.set_password(house.actor, "zhangsan", PASSWORD, house.occasion())
    await house.settle()
    return house


@pytest.fixture
async def intruder(town):
    """Somebody who changes rows of the town behind the service's back."""
    found = await Intruder(town).enter(assembly.COVERAGE)
    yield found
    await found.leave()


async def many_parties(house, count):
    """Register parties by one act: one entry and one row each."""
    clerk = someone(Post.ADMINISTRATOR)
    async with begin(clerk, MANY, house.occasion()) as act:
        for number in range(count):
            party, name = act.new_id(), f"Party {number}"
            fact = PartyRegistered(
                party, Role.FIRM, act.conceal("name", name), act.conceal("uscc", ""),
                act.conceal("by", clerk.person),
            )  # fmt: skip
            await act.record(fact, subject=party)
            await Party.insert(
                Party(id=party, role=Role.FIRM.value, name=name, uscc="", act=act.id)
            )


async def examined(house, say=lambda _: None, **more):
    return await audit(
        assembly.COVERAGE,
        assembly.REPLAYS,
        house.directory / "audit",
        say,
        silent=assembly.LEAVES_NO_ROW,
        concealed=assembly.CONCEALED,
        **more,
    )


def places(report):
    """Return table and column of each difference."""
    return {(one.table, one.column) for one in report.differences}


async def test_a_true_database_is_clean(town):
    report = await examined(town)
    assert report.differences == []
    assert (report.unchecked, report.status) == ([], 0)
    assert report.size == await town.count("entry")
    assert report.notices == ["no policy names a witness: the log is unwitnessed"]


async def test_what_the_log_does_not_cover_is_listed_with_its_reasons(town):
    listed = {(gap.table, gap.column) for gap in (await examined(town)).uncovered}
    assert {("session", ""), ("answered_request", "")} <= listed
    assert not {table for table, _ in listed} & {"party", "person", "entry", "node", "head"}


CHANGES = {
    "a party's name": ("UPDATE party SET name = 'Other Bureau'", {("party", "name")}),
    "a party's role": ("UPDATE party SET role = 'audit_office'", {("party", "role")}),
    "a credit code": ("UPDATE party SET uscc = '9'", {("party", "uscc")}),
    "a password": (
        "UPDATE person SET password = 'x' WHERE password = ''",
        {("person", "password")},
    ),
    "a token that expires later": (
        "UPDATE api_token SET expires_at = '2031-01-01 00:00:00+00:00'",
        {("api_token", "expires_at")},
    ),
    "a token of one's own": (
        "UPDATE api_token SET digest = leaf FROM entry",
        {("api_token", "digest")},
    ),
    "a post that nobody granted": (
        "INSERT INTO person_post SELECT id, 'auditor', act FROM person",
        {("person_post", "")},
    ),
    "a post that is gone": ("DELETE FROM person_post", {("person_post", "")}),
    "an entry's kind": ("UPDATE entry SET kind = 'x'", {("entry", "kind")}),
    "an entry's subject": ("UPDATE entry SET subject = 'x'", {("entry", "subject")}),
    "an entry's leaf": ("UPDATE entry SET leaf = body", {("entry", "leaf")}),
    "the head's root": (
        "UPDATE head SET root = (SELECT leaf FROM entry ORDER BY 1 LIMIT 1)",
        {("head", "root")},
    ),
    "the head's size": ("UPDATE head SET size = size + 4096", {("head", "size")}),
    "the head's edge": (
        "UPDATE head SET edge = (SELECT leaf FROM entry ORDER BY 1 LIMIT 1)",
        {("head", "edge")},
    ),
    "no head": ("DELETE FROM head", {("head", "")}),
    "a note": (
        "UPDATE checkpoint SET note = replace(note, 'demo', 'mode')",
        {("checkpoint", "note")},
    ),
    "a checkpoint's root": (
        "UPDATE checkpoint SET root = (SELECT leaf FROM entry ORDER BY 1 LIMIT 1)",
        {("checkpoint", "root")},
    ),
    "a salt": ("UPDATE payload SET salt = value", {("payload", "salt")}),
    "a concealed value": ("UPDATE payload SET value = salt", {("payload", "value")}),
    "a concealed value that is gone": ("DELETE FROM payload", {("payload", "")}),
    "an erasure without an entry": (
        "UPDATE payload SET salt = NULL, value = NULL, erased_at = '2026-01-01 00:00:00+00:00'",
        {("payload", "")},
    ),
    "a key of an act": ("DELETE FROM act_key", {("act_key", ""), ("entry", "n")}),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_behind_the_back_of_the_service_is_named(town, intruder, change):
    sql, named = CHANGES[change]
    await intruder._do(sql)
    report = await examined(town)
    assert named <= places(report)
    assert report.status == 1


async def test_an_entry_is_named_by_its_place_and_a_value_never(town, intruder):
    await intruder._do("UPDATE party SET name = 'Secret Works' WHERE role <> 'trading_center'")
    report = await examined(town)
    (found,) = report.differences
    rows = await run("SELECT id FROM party WHERE role <> 'trading_center'")
    entry = await run('SELECT "index" FROM entry WHERE subject = {} LIMIT 1', rows[0]["id"])
    assert found == Difference(
        "party", (rows[0]["id"],), "name", "differs from what the entry says", entry[0]["index"]
    )
    assert "Secret" not in repr(report)


async def test_nothing_personal_is_in_the_state_directory(town):
    await examined(town)
    kept = b"".join(file.read_bytes() for file in (town.directory / "audit").iterdir())
    for secret in ("住建局", "李四", "张三"):
        assert secret.encode() not in kept
    assert {file.stat().st_mode & 0o077 for file in (town.directory / "audit").iterdir()} == {0}


async def test_a_value_that_was_erased_by_an_act_is_no_difference(town):
    entry = (await run("SELECT act, n FROM entry WHERE kind = {}", PartyRegistered.kind))[-1]
    await erase(
        town.actor, entry["act"], entry["n"], fields=["name"], ground="retention-over",
        occasion=town.occasion(),
    )  # fmt: skip
    await town.settle()
    report = await examined(town)
    assert (report.differences, report.status) == ([], 0)
    why = "what they follow from is not told any more"
    assert f"1 rows were compared in part: {why}" in report.notices


async def test_a_row_whose_key_was_erased_is_told_not_to_be_judged(town):
    entry = (await run("SELECT act, n FROM entry WHERE kind = {}", PersonRegistered.kind))[-1]
    await erase(
        town.actor, entry["act"], entry["n"], fields=["person"], ground="retention-over",
        occasion=town.occasion(),
    )  # fmt: skip
    await town.settle()
    report = await examined(town)
    assert (report.differences, report.status) == ([], 0)
    assert any("1 rows cannot be judged" in notice for notice in report.notices)


async def test_an_erasure_that_is_taken_back_is_named(town, intruder):
    entry = (await run("SELECT act, n FROM entry WHERE kind = {}", PartyRegistered.kind))[-1]
    await erase(
        town.actor, entry["act"], entry["n"], fields=["name"], ground="retention-over",
        occasion=town.occasion(),
    )  # fmt: skip
    await town.settle()
    await intruder._do(
        "UPDATE payload SET salt = x.salt, value = x.value, erased_at = NULL FROM"
        " payload x WHERE payload.salt IS NULL AND x.salt IS NOT NULL"
    )
    assert ("payload", "") in places(await examined(town))


async def test_a_tile_is_named_where_entries_and_the_tile_above_agree(house):
    await many_parties(house, 600)
    await house.settle()
    intruder = await Intruder(house).enter(assembly.COVERAGE)
    await intruder._do(
        "UPDATE node SET data = (SELECT data FROM node WHERE level = 0 AND"
        ' "index" = 1) WHERE level = 0 AND "index" = 0'
    )
    report = await examined(house)
    assert [(d.table, d.key, d.column) for d in report.differences] == [("node", (0, 0), "data")]
    await intruder.leave()


async def test_a_forged_entry_with_its_leaf_is_named_and_the_tile_is_not(house):
    await many_parties(house, 600)
    await house.settle()
    intruder = await Intruder(house).enter(assembly.COVERAGE)
    await intruder._do(
        "UPDATE entry SET body = x.body, leaf = x.leaf FROM entry x WHERE"
        ' entry."index" = 5 AND x."index" = 6'
    )
    report = await examined(house)
    found = {(d.table, d.key, d.column) for d in report.differences}
    assert {("entry", (5,), "body"), ("entry", (5,), "leaf")} <= found
    assert not any(table == "node" for table, _, _ in found)
    await intruder.leave()


class Killed(BaseException):
    """The audit's process is gone."""


@pytest.mark.parametrize("phase", ["entries", "act_key", "rows of party"])
async def test_killed_it_goes_on_from_where_it_was(house, monkeypatch, phase):
    monkeypatch.setattr(engine, "STRETCH", 256)
    monkeypatch.setattr(engine, "SAY_SECONDS", 0)
    monkeypatch.setattr(comparing, "PAGE_ROWS", 200)
    monkeypatch.setattr(log_rows, "PAGE_ROWS", 200)
    await many_parties(house, 900)
    await house.settle()

    def killed(progress):
        if progress.phase == phase:
            raise Killed

    with pytest.raises(Killed):
        await examined(house, killed)
    told = []
    report = await examined(house, lambda progress: told.append(progress))
    assert (report.differences, report.size) == ([], 900)
    assert report.rows >= 900
    if phase == "entries":
        assert told[0].done == 512
    else:
        assert "entries" not in {progress.phase for progress in told}


async def test_what_was_found_before_it_was_killed_is_in_the_report(house, monkeypatch):
    monkeypatch.setattr(engine, "STRETCH", 256)
    monkeypatch.setattr(engine, "SAY_SECONDS", 0)
    await many_parties(house, 600)
    await house.settle()
    intruder = await Intruder(house).enter(assembly.COVERAGE)
    await intruder._do("UPDATE entry SET subject = 'x' WHERE \"index\" = 3")

    def killed(progress):
        raise Killed

    with pytest.raises(Killed):
        await examined(house, killed)
    assert ("entry", "subject") in places(await examined(house))
    await intruder.leave()


async def test_a_finished_audit_is_not_gone_on_with_but_begun_anew(town, intruder):
    assert (await examined(town)).status == 0
    await intruder._do("UPDATE party SET name = 'Other Bureau'")
    assert (await examined(town)).status == 1


async def test_two_audits_do_not_share_a_directory(town):
    scratch = engine.Scratch(town.directory / "audit")
    with pytest.raises(RuleBroken, match=r"audit\.state_free"):
        await examined(town)
    scratch.close()
    assert (await examined(town)).status == 0


async def test_a_service_that_goes_on_writing_is_no_difference(house, monkeypatch):
    """Between any two pages something new happens; on PostgreSQL some of it waits."""
    monkeypatch.setattr(engine, "STRETCH", 256)
    monkeypatch.setattr(engine, "SAY_SECONDS", 0)
    receipt = await commands.found("示范中心", "", "张三", 90, house.occasion())
    actor = await queries.actor_of_token(receipt.token, house.clock())
    await many_parties(house, 600)
    await house.settle()
    going = True

    async def work():
        number = 0
        while going:
            number += 1
            made = await commands.register_person(
                actor, actor.party, f"P{number}", [Post.POOL_KEEPER], house.occasion()
            )
            if number % 3 == 0:
                await integrate()
            if number % 5 == 0:
                await house.settle()
            await commands.revoke_post(actor, made.id, Post.POOL_KEEPER, house.occasion())
            await asyncio.sleep(0)

    worker = asyncio.create_task(work())
    try:
        for _ in range(3):
            report = await examined(house)
            assert report.differences == []
    finally:
        going = False
        await worker
    assert report.size > 600


async def test_rows_whose_entries_wait_for_their_place_are_no_difference(town):
    made = await commands.register_person(
        town.actor, town.actor.party, "王五", [Post.POOL_KEEPER], town.occasion()
    )
    await commands.revoke_post(town.actor, made.id, Post.POOL_KEEPER, town.occasion())
    assert (await town.count("pending") > 0) is (town.engine == "postgres")
    report = await examined(town)
    assert (report.differences, report.status) == ([], 0)


async def test_without_keys_it_says_loudly_what_it_did_not_check(town):
    use_ring(None)
    report = await examined(town, keys=False)
    assert (report.differences, report.status) == ([], 3)
    assert any("key directory" in text for text in report.unchecked)


async def test_without_keys_no_true_row_of_any_kind_is_called_different(sqlite_house, tmp_path):
    await everything(sqlite_house, tmp_path)
    use_ring(None)
    report = await examined(sqlite_house, keys=False)
    assert (report.differences, report.status) == ([], 3)


async def test_every_commitment_is_declared_and_every_declared_one_is_made(sqlite_house, tmp_path):
    await everything(sqlite_house, tmp_path)
    made = await run(
        "SELECT DISTINCT e.kind, p.field FROM payload p JOIN entry e ON e.act = p.act AND e.n = p.n"
    )
    declared = {(kind, name) for kind, names in assembly.CONCEALED.items() for name in names}
    assert {(row["kind"], row["field"]) for row in made} <= declared
    never = declared - {(row["kind"], row["field"]) for row in made}
    assert {name for _, name in never} <= {"statement"}, never  # said only where there is one


async def test_what_entries_are_played_with_is_fetched_together(sqlite_house, monkeypatch):
    """A question for each entry would make an audit of a large pool a matter of days."""
    monkeypatch.setattr(engine, "STRETCH", 256)
    monkeypatch.setattr(playing, "REMEMBERED", 600)
    asked = []
    true = playing.Player._fetched_all

    async def counting(self, where, *values):
        asked.append(len(values))
        return await true(self, where, *values)

    monkeypatch.setattr(playing.Player, "_fetched_all", counting)
    imported = await import_experts(KEEPER, csv_file(1_500), sqlite_house.occasion())
    await admit_experts(REVIEWER, Admission(registered_by=imported.act), sqlite_house.occasion())
    await sqlite_house.settle()
    report = await examined(sqlite_house)
    assert report.differences == []
    assert len(asked) < 300


async def test_without_keys_the_tree_is_still_checked(town, intruder):
    await intruder._do("UPDATE entry SET leaf = body")
    use_ring(None)
    report = await examined(town, keys=False)
    assert ("entry", "leaf") in places(report)
    assert report.status == 1


async def test_the_memory_that_it_holds_does_not_grow_with_the_log(sqlite_house, monkeypatch):
    """However long the log: never more entries, payloads or rows at once than one batch."""
    largest = {}

    def watched(module, name):
        true = getattr(module, name)

        async def counting(*args, **options):
            found = await true(*args, **options)
            size = len(getattr(found, "rows", found))
            largest[name] = max(largest.get(name, 0), size)
            return found

        monkeypatch.setattr(module, name, counting)

    monkeypatch.setattr(engine, "STRETCH", 256)
    watched(engine, "read_stretch")
    watched(engine, "payload_rows")
    watched(engine.checkpoints, "read_checkpoints")
    watched(comparing, "read_page")
    watched(log_rows, "read_page")
    await many_parties(sqlite_house, 3_000)
    await sqlite_house.settle()
    report = await examined(sqlite_house)
    assert report.differences == []
    assert largest["read_stretch"] == 256
    assert largest["payload_rows"] == 3 * 256
    assert largest["read_page"] == 1_000
