"""Backups: one state of everything while others write; restored whole, or refused by name."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import ClassVar

import asyncpg
import msgspec
import pytest
from engines import named_database
from house import someone

from api_spec import assembly
from oversight.act import begin
from oversight.authority.rules import Permission, Post
from oversight.database import close_database, open_database, run
from oversight.errors import ProofRejected, RuleBroken
from oversight.keys.directory import FILES, open_ring
from oversight.ledger import queries
from oversight.ledger.facts import Fact
from oversight.ledger.integrate import integrate
from oversight.ledger.nodes import root_at
from oversight.ledger.rules import root_of
from oversight.publication.signing import sign_checkpoint
from oversight.recovery.backup import back_up_keys, take_backup
from oversight.recovery.manifest import MANIFEST, read_manifest, require_whole
from oversight.recovery.restore import restore, restore_settings

COUNT = Permission("test.sheep.count", frozenset({Post.ADMINISTRATOR}), None, "数羊", "Count")
CLERK = someone(Post.ADMINISTRATOR)


class Counted(Fact, frozen=True):
    """A sheep was counted."""

    kind: ClassVar[str] = "test.sheep.counted"

    number: int
    name: str  # hex commitment


async def count(house, entries=1):
    async with begin(CLERK, COUNT, house.occasion()) as act:
        for number in range(entries):
            await act.record(Counted(number, act.conceal("name", f"sheep {number}")), "fold")
    return act.id


async def backed_up(house, out, settings_file=None):
    return (await take_backup(house.settings, settings_file, out, house.clock))[0]


async def restored(house, backup, settings):
    """Restore and open what came of it."""
    await house.close()
    done = await restore(backup, settings, assembly.TABLES, assembly.MIGRATED)
    house.settings, house.dsn = settings, settings.dsn
    await house.open()
    return done


async def dump():
    """Return all rows of all tables, as texts."""
    return {
        table._meta.tablename: sorted(
            json.dumps({key: str(value) for key, value in dict(row).items()}, sort_keys=True)
            for row in await run(f"SELECT * FROM {table._meta.tablename}")
        )
        for table in assembly.TABLES
    }


async def test_what_is_restored_is_what_was_backed_up_and_the_log_goes_on(
    house, elsewhere, tmp_path
):
    await count(house, 300)
    await house.settle()
    manifest = await backed_up(house, tmp_path / "backup")
    before = await dump()
    done = await restored(house, tmp_path / "backup", elsewhere)
    assert (done.size, done.migrated, done.left_alone) == (300, (), ())
    assert manifest.log.size == 300
    assert await dump() == before
    act = await count(house, 2)
    assert [await queries.wait_index(act, n) for n in range(2)] == [300, 301]
    leaves = [entry.leaf for entry in await queries.entries(0)]
    assert await root_at(302) == root_of(leaves)


async def test_numbers_that_count_by_themselves_go_on_where_they_were(house, elsewhere, tmp_path):
    await count(house, 5)
    await house.settle()
    await backed_up(house, tmp_path / "backup")
    await restored(house, tmp_path / "backup", elsewhere)
    if house.engine == "sqlite":
        given = await run("SELECT seq AS last FROM sqlite_sequence WHERE name = 'pending'")
        last = given[0]["last"] if given else 0
    else:
        last = (await run("SELECT pg_sequence_last_value('pending_id_seq') AS last"))[0]["last"]
        assert last == 5
    await count(house)
    if house.engine == "postgres":
        assert (await run("SELECT max(id) AS id FROM pending"))[0]["id"] == last + 1


async def test_the_triggers_still_guard_what_was_restored(house, elsewhere, tmp_path):
    await count(house, 3)
    await house.settle()
    triggers = {
        "sqlite": "SELECT name AS t, sql AS s FROM sqlite_schema WHERE type = 'trigger' ORDER BY 1",
        "postgres": "SELECT tgname::text AS t, tgenabled::text AS s FROM pg_trigger"
        " WHERE NOT tgisinternal ORDER BY 1",
    }[house.engine]
    before = [tuple(dict(row).values()) for row in await run(triggers)]
    await backed_up(house, tmp_path / "backup")
    await restored(house, tmp_path / "backup", elsewhere)
    assert [tuple(dict(row).values()) for row in await run(triggers)] == before != []


async def test_a_backup_under_load_is_one_state_of_rows_and_log(house, elsewhere, tmp_path):
    going = True

    async def work():
        while going:
            await count(house, 20)
            await integrate()

    async def sign():
        while going:
            await sign_checkpoint()
            await asyncio.sleep(0)

    workers = [asyncio.create_task(deed()) for deed in (work, work, sign)]
    await asyncio.sleep(0.3)
    manifest = await asyncio.to_thread(
        lambda: asyncio.run(take_backup(house.settings, None, tmp_path / "backup"))
    )
    going = False
    await asyncio.gather(*workers)
    await house.settle()
    whole = await house.log_rows()
    await restored(house, tmp_path / "backup", elsewhere)
    assert 0 < manifest[0].log.size < whole
    for table in ("act_key", "payload"):
        assert await house.count(table) == await house.log_rows()
    assert (await house.log_rows()) % 20 == 0
    shown = await asyncio.to_thread(Path(elsewhere.public_dir, "checkpoint").read_text)
    kept = await run("SELECT note FROM checkpoint")
    assert shown in [row["note"] for row in kept], "the public checkpoint is ahead of the rows"


async def test_neither_keys_nor_the_signers_state_are_in_a_backup(house, keys, tmp_path):
    await count(house)
    await house.settle()
    assert (Path(house.settings.signer_dir) / "state.json").exists()
    await backed_up(house, tmp_path / "backup")
    secrets = [
        line.split()[-1].encode()
        for name in FILES
        for line in (keys / name).read_text().splitlines()
    ]
    for file in (tmp_path / "backup").rglob("*"):
        assert file.name not in {"state.json", "signer"}
        if file.is_file():
            assert not any(secret in file.read_bytes() for secret in secrets), file.name
            assert file.stat().st_mode & 0o777 == 0o600
        else:
            assert file.stat().st_mode & 0o777 == 0o700


async def test_documents_public_files_and_settings_go_along(house, elsewhere, tmp_path):
    home = Path(house.settings.data_dir)
    for name in (
        "blobs/ab/abcd",
        "public/checkpoint",
        "public/tile/0/000.p/3",
        "public/.x.partial",
    ):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(name)
    (home / "daylight.toml").write_text("port = 1234\n")
    await backed_up(house, tmp_path / "backup", home / "daylight.toml")
    names = {file.path for file in read_manifest(tmp_path / "backup").files}
    assert "public/.x.partial" not in names
    await restored(house, tmp_path / "backup", elsewhere)
    there = Path(elsewhere.data_dir)
    assert (there / "blobs/ab/abcd").read_text() == "blobs/ab/abcd"
    assert (there / "public/tile/0/000.p/3").read_text() == "public/tile/0/000.p/3"
    assert (there / "public/checkpoint").stat().st_mode & 0o777 == 0o644
    assert (there / "public/tile").stat().st_mode & 0o777 == 0o755
    assert restore_settings(tmp_path / "backup", tmp_path / "again.toml")
    assert (tmp_path / "again.toml").read_text() == "port = 1234\n"


async def test_public_files_that_are_there_are_left_alone(house, elsewhere, tmp_path):
    home = Path(house.settings.data_dir)
    (home / "public").mkdir()
    (home / "public/checkpoint").write_text("old")
    await backed_up(house, tmp_path / "backup")
    newer = tmp_path / "elsewhere" / "public"
    newer.mkdir(parents=True)
    (newer / "checkpoint").write_text("newer")
    done = await restored(house, tmp_path / "backup", elsewhere)
    assert done.left_alone == (elsewhere.public_dir,)
    assert (newer / "checkpoint").read_text() == "newer"


async def test_an_older_backup_is_brought_up_to_date(house, elsewhere, tmp_path, empty_database):
    engine, dsn, _ = empty_database
    if engine != house.engine:
        pytest.skip("the other engine's turn")
    await house.close()
    await open_database(dsn, assembly.TABLES, ["oversight"])
    await close_database()
    old = msgspec.structs.replace(house.settings, dsn=dsn)
    manifest, _ = await take_backup(old, None, tmp_path / "backup")
    done = await restore(tmp_path / "backup", elsewhere, assembly.TABLES, assembly.MIGRATED)
    assert all(name.startswith("bidding_") for name in done.migrated)
    assert all(name.startswith("oversight_") for name in manifest.migrations)
    house.dsn = elsewhere.dsn
    await house.open()
    assert await house.count("expert") == 0


async def test_every_damaged_file_is_refused_by_its_name(house, elsewhere, tmp_path):
    await count(house, 3)
    (Path(house.settings.data_dir) / "blobs").mkdir()
    (Path(house.settings.data_dir) / "blobs" / "a").write_text("document")
    await backed_up(house, tmp_path / "backup")
    manifest = read_manifest(tmp_path / "backup")
    await house.close()
    for file in manifest.files:
        place = tmp_path / "backup" / file.path
        whole = place.read_bytes()
        if not whole:
            continue
        for damaged in (whole[:-1], whole + b"x", bytes([whole[0] ^ 1]) + whole[1:], None):
            place.unlink()
            if damaged is not None:
                place.write_bytes(damaged)
            with pytest.raises(RuleBroken, match=r"recovery\.backup_whole") as refusal:
                await restore(tmp_path / "backup", elsewhere, assembly.TABLES, assembly.MIGRATED)
            assert refusal.value.found["files"] == file.path
            place.write_bytes(whole)
    require_whole(tmp_path / "backup", manifest)
    assert not (Path(elsewhere.data_dir) / "blobs").exists()
    house.dsn = elsewhere.dsn  # nothing was loaded
    await restore(tmp_path / "backup", elsewhere, assembly.TABLES, assembly.MIGRATED)
    await house.open()


@pytest.mark.parametrize("damage", ["absent", "cut", "other format", "outside", "unknown field"])
async def test_a_backup_without_its_manifest_is_none(sqlite_house, tmp_path, damage):
    house = sqlite_house
    await backed_up(house, tmp_path / "backup")
    file = tmp_path / "backup" / MANIFEST
    said = json.loads(file.read_text())
    if damage == "absent":
        file.unlink()
    elif damage == "cut":
        file.write_text(file.read_text()[:-20])
    else:
        said |= {
            "other format": {"format": "daylight-backup/2"},
            "outside": {"files": [{"path": "../x", "bytes": 0, "sha256": "0" * 64}]},
            "unknown field": {"more": 1},
        }[damage]
        file.write_text(json.dumps(said))
    with pytest.raises(RuleBroken, match=r"recovery\.backup_whole"):
        read_manifest(tmp_path / "backup")


async def test_a_manifest_that_names_another_head_is_refused(house, elsewhere, tmp_path):
    await count(house, 3)
    await house.settle()
    await backed_up(house, tmp_path / "backup")
    file = tmp_path / "backup" / MANIFEST
    said = json.loads(file.read_text())
    said["log"]["size"] = 2
    file.write_text(json.dumps(said))
    await house.close()
    with pytest.raises(ProofRejected, match="manifest names"):
        await restore(tmp_path / "backup", elsewhere, assembly.TABLES, assembly.MIGRATED)
    assert not (tmp_path / "elsewhere" / "daylight.sqlite").exists()
    await house.open()


async def test_a_backup_is_never_restored_over_a_database(house, elsewhere, tmp_path):
    await backed_up(house, tmp_path / "backup")
    with pytest.raises(RuleBroken, match=r"recovery\.restored_into_empty"):
        await restore(tmp_path / "backup", house.settings, assembly.TABLES, assembly.MIGRATED)
    await house.open()
    assert await house.count("entry") == 0


async def test_a_backup_fits_its_own_log_and_engine_only(house, elsewhere, tmp_path):
    await backed_up(house, tmp_path / "backup")
    other = "sqlite:////nowhere/x" if house.engine == "postgres" else "postgresql://h/x"
    for odd in (
        msgspec.structs.replace(elsewhere, origin="other.invalid/log"),
        msgspec.structs.replace(elsewhere, dsn=other),
    ):
        with pytest.raises(RuleBroken, match=r"recovery\.backup_fits"):
            await restore(tmp_path / "backup", odd, assembly.TABLES, assembly.MIGRATED)
    with pytest.raises(RuleBroken, match=r"recovery\.backup_fits") as refusal:
        await restore(tmp_path / "backup", elsewhere, assembly.TABLES, ["oversight"])
    assert "bidding_0001" in refusal.value.found["migrations"]


async def test_a_backup_never_goes_over_what_is_there(house, tmp_path):
    (tmp_path / "backup").mkdir()
    with pytest.raises(RuleBroken, match=r"recovery\.backup_place_new"):
        await backed_up(house, tmp_path / "backup")
    with pytest.raises(RuleBroken, match=r"recovery\.backup_place_new"):
        back_up_keys(Path(house.settings.key_dir), tmp_path / "backup")


async def test_a_backup_that_fails_leaves_nothing_behind(house, tmp_path):
    missing = "sqlite:////nowhere/at/all.sqlite"
    if house.engine == "postgres":
        missing = named_database(house.dsn, "daylight_test_nowhere")
    settings = msgspec.structs.replace(house.settings, dsn=missing)
    with pytest.raises((FileNotFoundError, asyncpg.InvalidCatalogNameError)):
        await take_backup(settings, None, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_keys_have_a_backup_of_their_own(keys, tmp_path):
    copy = back_up_keys(keys, tmp_path / "copy")
    assert copy.log.public == open_ring(keys).log.public
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "copy").iterdir()} == {0o600}
