"""Recovering: what was signed comes back verbatim at its own index, or nothing goes on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest
from house import someone

from api_spec import assembly
from oversight.act import begin
from oversight.authority.rules import Permission, Post
from oversight.custody.commands import erase
from oversight.database import engine, run, writing
from oversight.errors import ProofRejected, RuleBroken
from oversight.keys.signing import SigningKey
from oversight.ledger import queries
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.cosignatures import cosign_ed25519
from oversight.ledger.effect import effective_size
from oversight.ledger.facts import Fact
from oversight.ledger.integrate import integrate
from oversight.ledger.news import CHANNEL
from oversight.ledger.nodes import consistency_path, root_at
from oversight.ledger.notes import COSIGNATURE_ED25519, VerifierKey, make_vkey
from oversight.ledger.rules import EMPTY_ROOT, check_consistency, root_of
from oversight.policy.commands import adopt_policy
from oversight.publication.adopting import adopted_state
from oversight.publication.collecting import store_cosignature
from oversight.publication.signing import sign_checkpoint, tell_checkpoint
from oversight.publication.source import open_source
from oversight.recovery import presence
from oversight.recovery.backup import take_backup
from oversight.recovery.recover import recover
from oversight.recovery.restore import restore
from oversight.signer.state import SignerState, hold_state, make_state, read_state

COUNT = Permission("test.sheep.count", frozenset({Post.ADMINISTRATOR}), None, "数羊", "Count")
CLERK = someone(Post.ADMINISTRATOR)


class Counted(Fact, frozen=True):
    """A sheep was counted."""

    kind: ClassVar[str] = "test.sheep.counted"

    number: int


class Named(Fact, frozen=True):
    """A sheep was given a name and an owner."""

    kind: ClassVar[str] = "test.sheep.named"

    name: str  # hex commitment
    owner: str  # hex commitment


async def count(house, entries=1):
    async with begin(CLERK, COUNT, house.occasion()) as act:
        for number in range(entries):
            await act.record(Counted(number), "fold")
    return act.id


async def rows_of(table, order):
    return [dict(row) for row in await run(f"SELECT * FROM {table} ORDER BY {order}")]


async def log():
    return await rows_of("entry", '"index"')


@pytest.fixture
def elsewhere(elsewhere, house):
    """The same, where the signer's state is the old one."""
    return msgspec.structs.replace(elsewhere, signer_dir=house.settings.signer_dir)


class Drill:
    """An instance that went on after its backup, was lost, and was restored."""

    def __init__(self, house, elsewhere, directory):
        self.house, self.elsewhere, self.directory = house, elsewhere, directory

    async def lose(self, before=300, after=700):
        """Back up after `before` entries, sign `after` more, lose the database, restore."""
        house = self.house
        await count(house, before)
        self.old = await house.settle()
        await take_backup(house.settings, None, self.directory / "backup")
        for _ in range(2):
            await count(house, after // 2)
            self.newest = await house.settle()
        self.entries = await log()
        self.public = Path(house.settings.public_dir)
        await self.restore()
        return self

    async def restore(self):
        await self.house.close()
        await restore(self.directory / "backup", self.elsewhere, assembly.TABLES, assembly.MIGRATED)
        self.house.settings, self.house.dsn = self.elsewhere, self.elsewhere.dsn
        await self.house.open()

    async def recover(self, *names):
        sources = [open_source(str(name)) for name in names or (self.public,)]
        return await recover(self.house.settings, sources)

    async def require_whole(self):
        """Everything is back, verbatim, and the log goes on."""
        assert await log() == self.entries
        keys = [(row["act"], row["n"]) for row in self.entries]
        assert sorted((r["act"], r["n"]) for r in await rows_of("act_key", "act")) == sorted(keys)
        assert await queries.newest_checkpoint() == self.newest
        size, root = await queries.head_of()
        assert (size, root) == (self.newest.size, self.newest.root)
        assert await self.house.count("pending") == 0
        state = read_state(Path(self.elsewhere.signer_dir))
        assert (state.size, state.root) == (size, root.hex())
        act = await count(self.house, 2)
        assert [await queries.wait_index(act, n) for n in range(2)] == [size, size + 1]
        later = await self.house.settle()
        assert later.size == size + 2
        leaves = [bytes(row["leaf"]) for row in await log()]
        assert later.root == await root_at(size + 2) == root_of(leaves)
        path = await consistency_path(self.old.size, later.size)
        check_consistency(self.old.size, self.old.root, later.size, later.root, path)


@pytest.fixture
async def drill(house, elsewhere, tmp_path):
    return Drill(house, elsewhere, tmp_path)


async def test_after_an_old_backup_nothing_is_added_or_signed_until_all_is_back(drill):
    await drill.lose()
    checkpoint = (drill.public / "checkpoint").read_bytes()
    with pytest.raises(RuleBroken, match=r"ledger\.unbroken"):
        await count(drill.house)
        await integrate()
    with pytest.raises((ProofRejected, RuleBroken)):
        await count(drill.house)
        await integrate()
        await sign_checkpoint()
    assert (drill.public / "checkpoint").read_bytes() == checkpoint
    done = await drill.recover()
    assert (done.before, done.size, done.signed, done.lost, done.troubles) == (
        300, 1000, 1000, range(1000, 1000), (),
    )  # fmt: skip


async def test_what_was_signed_comes_back_verbatim_and_the_log_goes_on(drill):
    await drill.lose()
    await drill.recover()
    await drill.require_whole()


async def test_recovering_twice_changes_nothing(drill):
    await drill.lose()
    await drill.recover()
    with (
        pytest.raises(RuleBroken, match=r"recovery\.finished"),  # its list was not told yet
        presence.running(Path(drill.elsewhere.data_dir)),
    ):
        pass
    assert (await drill.recover()).before == 300
    presence.finish(Path(drill.elsewhere.data_dir))
    with presence.running(Path(drill.elsewhere.data_dir)):
        pass
    done = await drill.recover()
    assert (done.before, done.size) == (1000, 1000)
    await drill.require_whole()


async def test_the_public_checkpoint_is_never_taken_back_by_an_old_database(drill):
    await drill.lose(3, 4)
    checkpoint = (drill.public / "checkpoint").read_bytes()
    shutil.copytree(drill.public, drill.elsewhere.public_dir, dirs_exist_ok=True)
    for _ in range(2):
        with pytest.raises(ProofRejected, match="below the signed size 7"):
            await sign_checkpoint()
        await tell_checkpoint()
    assert (drill.directory / "elsewhere/public/checkpoint").read_bytes() == checkpoint


async def test_entries_that_nobody_holds_are_named_and_the_log_stays_stopped(drill, tmp_path):
    house = drill.house
    await count(house, 300)
    await house.settle()
    await take_backup(house.settings, None, tmp_path / "backup")
    await count(house, 2)
    await house.settle()
    shutil.copytree(house.settings.public_dir, tmp_path / "older")
    await count(house, 5)  # signed, and then every copy of it is lost
    await house.settle()
    await drill.restore()
    done = await drill.recover(tmp_path / "older")
    assert (done.before, done.size, done.lost) == (300, 302, range(302, 307))
    with pytest.raises(RuleBroken, match=r"ledger\.unbroken"):
        await count(house)
        await integrate()
    assert read_state(Path(house.settings.signer_dir)).size == 307


async def test_what_was_published_but_not_told_is_found_by_the_signers_state(drill):
    await drill.lose(3, 4)
    shown = drill.old.note
    (drill.public / "checkpoint").write_text(shown)  # a crash before the newest one was told
    drill.newest = drill.old
    done = await drill.recover()
    assert (done.size, done.signed) == (7, 7)
    assert await log() == drill.entries
    signed = await sign_checkpoint()
    assert signed.size == 7


async def test_the_larger_of_two_sources_is_used_and_a_damaged_one_is_said_to_be(drill, tmp_path):
    await drill.lose()
    shutil.copytree(drill.public, tmp_path / "damaged")
    tile = tmp_path / "damaged" / "tile" / "entries" / "002"
    data = tile.read_bytes()
    tile.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    done = await drill.recover(tmp_path / "absent", tmp_path / "damaged", drill.public)
    assert f"{tmp_path}/absent: checkpoint" in done.troubles[0]
    assert "tile/entries/002" in done.troubles[-1]
    await drill.require_whole()


async def test_no_source_with_a_checkpoint_of_this_log_is_refused(drill, tmp_path):
    await drill.lose(3, 4)
    (tmp_path / "empty").mkdir()
    with pytest.raises(RuleBroken, match=r"recovery\.source_signed"):
        await drill.recover(tmp_path / "empty")
    lines = (drill.public / "checkpoint").read_text().splitlines(keepends=True)
    (tmp_path / "empty" / "checkpoint").write_text("".join(["other\n", *lines[1:]]))
    with pytest.raises(RuleBroken, match=r"recovery\.source_signed"):
        await drill.recover(tmp_path / "empty")


async def test_a_fork_is_refused_and_named(drill):
    await drill.lose(3, 4)
    state = Path(drill.elsewhere.signer_dir)
    kept = (state / "state.json").read_bytes()
    shutil.rmtree(state)  # somebody goes on from the backup on a host that knows of nothing
    await drill.house.close()
    await drill.house.open()
    for _ in range(7):
        await count(drill.house)
        while await integrate():
            pass
    (state / "state.json").write_bytes(kept)
    before = await log()
    with pytest.raises(ProofRejected, match="forked.*at size 7"):
        await drill.recover()
    assert await log() == before
    assert (state / "state.json").read_bytes() == kept


async def test_a_waiting_row_that_the_log_has_gives_way(drill):
    await drill.lose(3, 4)
    entry = drill.entries[5]
    await wait(entry, entry["leaf"])
    await drill.recover()
    await drill.require_whole()


async def test_what_waited_when_the_backup_was_made_gets_the_place_that_it_had(drill):
    house = drill.house
    await count(house, 3)
    drill.old = await house.settle()
    act = await count(house, 5)  # on PostgreSQL it waits for the sequencer
    await take_backup(house.settings, None, drill.directory / "backup")
    await count(house, 2)
    drill.newest = await house.settle()
    drill.entries, drill.public = await log(), Path(house.settings.public_dir)
    await drill.restore()
    assert await house.count("pending") == (5 if house.engine == "postgres" else 0)
    await drill.recover()
    assert [await queries.index_of(act, n) for n in range(5)] == [3, 4, 5, 6, 7]
    await drill.require_whole()


async def test_a_waiting_row_that_contradicts_the_log_is_refused_and_named(drill):
    await drill.lose(3, 4)
    entry = drill.entries[5]
    await wait(entry, b"\1" * 32)
    with pytest.raises(ProofRejected, match=f"act {entry['act']}, ordinal {entry['n']}"):
        await drill.recover()
    assert len(await log()) == 3


async def wait(entry, leaf):
    """Put an entry among the waiting ones, as its act did before the backup."""
    columns = ("act", "n", "kind", "subject", "body")
    async with writing():
        await run("INSERT INTO act_key (act, n) VALUES ({}, {})", entry["act"], entry["n"])
        await run(
            "INSERT INTO pending (act, n, kind, subject, body, leaf)"
            " VALUES ({}, {}, {}, {}, {}, {})",
            *(entry[name] for name in columns),
            leaf,
        )


async def test_a_running_service_or_another_recovery_keeps_it_out(drill):
    await drill.lose(3, 4)
    with (
        presence.running(Path(drill.elsewhere.data_dir)),
        pytest.raises(RuleBroken, match=r"recovery\.service_stopped"),
    ):
        await drill.recover()
    with (
        hold_state(Path(drill.elsewhere.signer_dir), drill.elsewhere.origin),
        pytest.raises(RuleBroken, match=r"recovery\.service_stopped"),
    ):
        await drill.recover()
    if drill.house.engine == "postgres":
        listening = await engine().get_new_connection()
        await listening.add_listener(CHANNEL, print)
        with pytest.raises(RuleBroken, match=r"recovery\.service_stopped") as refusal:
            await drill.recover()
        assert "sequencer" in refusal.value.found["found"]
        await listening.close()
    with presence.alone_here(Path(drill.elsewhere.data_dir)):  # noqa: SIM117
        with pytest.raises(RuleBroken, match=r"recovery\.service_stopped"):
            with presence.running(Path(drill.elsewhere.data_dir)):
                pass
    assert len(await log()) == 3
    await drill.recover()
    await drill.require_whole()


async def test_a_host_that_lost_everything_recovers_first_and_adopts_a_state_afterwards(drill):
    await drill.lose(3, 4)
    lost = Path(drill.elsewhere.signer_dir)
    shutil.rmtree(lost)
    done = await drill.recover()
    assert (done.before, done.size) == (3, 7)
    assert read_state(lost) is None
    state = await adopted_state()
    assert (state.size, state.root) == (7, drill.newest.root.hex())
    make_state(lost, state)
    await drill.require_whole()


async def test_policies_and_cosignatures_come_back_and_so_does_effect(drill):
    house = drill.house
    await count(house, 3)
    await house.settle()
    await take_backup(house.settings, None, drill.directory / "backup")
    witness = SigningKey(b"witness".ljust(32))
    key = VerifierKey("witness.example", COSIGNATURE_ED25519, witness.public)
    ours = make_vkey(house.settings.origin, house.ring.log.public)
    named = make_vkey(key.name, key.public, key.type)
    policy = f"log {ours}\nwitness w {named} http://witness.invalid\nquorum w\n"
    await adopt_policy(CLERK, policy, house.occasion())
    await house.settle()
    await count(house, 2)
    point = await house.settle()
    text = Checkpoint(house.settings.origin, point.size, point.root).text()
    line = cosign_ed25519(text, key.name, witness, int(house.now.timestamp()))
    await store_cosignature(point, key, line)
    await tell_checkpoint()
    assert await effective_size() == point.size == 6
    kept = await rows_of("cosignature", "size")
    signed = await rows_of("checkpoint", "size")
    public, state = Path(house.settings.public_dir), house.settings.signer_dir
    entries = await log()
    shutil.rmtree(state)  # and the state is rebuilt by whoever recovers
    make_state(Path(state), SignerState(house.settings.origin, 0, EMPTY_ROOT.hex()))
    await drill.restore()
    await drill.recover(public)
    assert await log() == entries
    assert await rows_of("cosignature", "size") == kept
    assert (await rows_of("checkpoint", "size"))[-1] == signed[-1]
    assert read_state(Path(state)).policies == ((3, entries[3]["leaf"].hex()),)
    assert await effective_size() == 6


async def test_what_was_erased_after_the_backup_is_erased_again(drill):
    house = drill.house
    async with begin(CLERK, COUNT, house.occasion()) as act:
        await act.record(Named(act.conceal("name", "dolly"), act.conceal("owner", "me")), "fold")
    await house.settle()
    await take_backup(house.settings, None, drill.directory / "backup")
    await erase(CLERK, act.id, 0, fields=["name"], ground="retention", occasion=house.occasion())
    await house.settle()
    public, before = Path(house.settings.public_dir), await rows_of("payload", "field")
    await drill.restore()
    assert [row["erased_at"] for row in await rows_of("payload", "field")] == [None, None]
    assert (await drill.recover(public)).erased == 1
    assert await rows_of("payload", "field") == before
    assert before[0]["value"] is None is not before[1]["value"]
    assert (await drill.recover(public)).erased == 0
