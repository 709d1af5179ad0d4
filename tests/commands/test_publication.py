"""The log as static files, and the signer whose memory stands outside the database."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from house import someone

from oversight.act import begin
from oversight.authority.rules import Permission, Post, Role
from oversight.database import run, writing
from oversight.errors import ProofRejected, RuleBroken
from oversight.identity.commands import register_party
from oversight.keys.directory import make_ring, open_ring, use_ring
from oversight.keys.signing import SigningKey
from oversight.ledger.facts import Fact
from oversight.ledger.guard import LOG_UNBROKEN
from oversight.ledger.integrate import integrate
from oversight.ledger.own_keys import own_keys, signing_keys
from oversight.ledger.queries import newest_checkpoint
from oversight.ledger.rules import EMPTY_ROOT
from oversight.ledger.signed_checkpoint import log_verifiers, open_checkpoint
from oversight.ledger.terms import terms, use_terms
from oversight.publication.adopting import adopted_state
from oversight.publication.signing import sign_checkpoint
from oversight.publication.source import open_source
from oversight.publication.verified import VerifiedLog
from oversight.signer.state import (
    SIGNER_STATE_KEPT,
    SIGNER_STATE_MADE_ONCE,
    SignerState,
    hold_state,
    make_state,
    read_state,
)

KEEPER = someone(Post.ADMINISTRATOR)
COUNT = Permission("test.sheep.count", frozenset({Post.ADMINISTRATOR}), None, "数羊", "Count")


class Counted(Fact, frozen=True):
    """A sheep was counted."""

    kind = "test.sheep.counted"

    number: int


async def count(house, many):
    async with begin(KEEPER, COUNT, house.occasion()) as act:
        for number in range(many):
            await act.record(Counted(number))


def public(house):
    return Path(house.settings.public_dir)


def told(house):
    """Return the published checkpoint, opened under both kinds of the log's keys."""
    logs = log_verifiers(
        house.settings.origin,
        [key.public for key in house.ring.log_keys],
        [key.public for key in house.ring.log_mldsa],
    )
    note = (public(house) / "checkpoint").read_bytes()
    return open_checkpoint(note, house.settings.origin, logs)


def entries_published(house):
    checkpoint, _ = told(house)
    log = VerifiedLog(open_source(house.settings.public_dir), checkpoint)
    return [entry for _, some in log.entries(0) for entry in some]


async def bodies():
    rows = await run('SELECT body FROM entry ORDER BY "index"')
    return [bytes(row["body"]) for row in rows]


@pytest.mark.parametrize("sizes", [[1], [255, 1, 1], [256], [300, 212, 500]])
async def test_what_is_published_is_the_whole_log_at_every_size(house, sizes):
    for size in sizes:
        await count(house, size)
        await house.settle()
        assert entries_published(house) == await bodies()
    assert told(house)[0].size == sum(sizes)


async def test_a_checkpoint_is_signed_with_both_algorithms(house):
    await count(house, 3)
    await house.settle()
    _, opened = told(house)
    assert [key.type for key in opened.verified] == [1]
    assert [key.type for key, _ in opened.cosigned] == [6]


async def test_partial_tiles_go_when_the_full_one_is_there(house):
    await count(house, 200)
    await house.settle()
    assert (public(house) / "tile/0/000.p/200").is_file()
    await count(house, 60)
    await house.settle()
    assert not (public(house) / "tile/0/000.p").exists()
    assert (public(house) / "tile/0/000").stat().st_size == 8192
    assert {each.name for each in (public(house) / "tile/entries/001.p").iterdir()} == {"4"}


async def test_files_that_were_lost_are_written_again_by_the_next_process(house):
    await count(house, 600)
    await house.settle()
    shutil.rmtree(public(house) / "tile/0")
    (public(house) / "checkpoint").unlink()
    await as_a_new_process()
    await sign_checkpoint()
    assert entries_published(house) == await bodies()


@pytest.mark.parametrize("name", ["tile/0/000", "tile/1/000.p/2", "tile/entries/001"])
async def test_an_altered_file_is_kept_until_it_is_moved_away(house, tmp_path, name):
    await count(house, 600)
    await house.settle()
    file = public(house) / name
    altered = bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:]
    file.write_bytes(altered)
    await as_a_new_process()
    await count(house, 1)
    await house.settle()
    assert file.read_bytes() == altered
    file.rename(tmp_path / "evidence")
    await as_a_new_process()
    await count(house, 1)
    await house.settle()
    assert file.read_bytes() != altered
    assert entries_published(house) == await bodies()


async def test_everybody_may_read_the_published_files_whatever_the_services_mask(house):
    await count(house, 2)
    await house.settle()
    for each in public(house).rglob("*"):
        assert each.stat().st_mode & 0o777 == (0o755 if each.is_dir() else 0o644)


async def test_an_entry_that_was_changed_is_neither_published_nor_signed(sqlite_house):
    house = sqlite_house
    await count(house, 3)
    await house.settle()
    await count(house, 1)
    while await integrate():
        pass
    async with writing():
        await run("DROP TRIGGER entry_no_update")
        await run('UPDATE entry SET body = {} WHERE "index" = 1', b"{}")
    with pytest.raises(ProofRejected, match=r"tile \(0, 0\)"):
        await sign_checkpoint()
    assert told(house)[0].size == read_state(Path(house.settings.signer_dir)).size == 3


async def as_a_new_process(**changed):
    """Let this process know nothing; with other places if they are given."""
    use_terms(msgspec.structs.replace(terms(), **changed))


async def test_the_state_is_written_before_a_signature_leaves(house):
    await count(house, 4)
    point = await house.settle()
    state = read_state(Path(house.settings.signer_dir))
    assert (state.size, state.root) == (4, point.root.hex())


async def test_of_two_signers_with_two_states_one_refuses(house, tmp_path):
    other = tmp_path / "other-signer"
    make_state(other, SignerState(house.settings.origin, 0, EMPTY_ROOT.hex()))
    await count(house, 2)
    await house.settle()
    await count(house, 1)
    while await integrate():
        pass
    await as_a_new_process(signer_dir=str(other))
    with pytest.raises(ProofRejected, match="without this state"):
        await sign_checkpoint()
    assert (await newest_checkpoint()).size == 2
    await as_a_new_process(signer_dir=house.settings.signer_dir)
    assert (await sign_checkpoint()).size == 3


async def test_while_one_process_holds_the_state_no_other_signs(house):
    await count(house, 2)
    while await integrate():
        pass
    with hold_state(Path(house.settings.signer_dir), house.settings.origin) as held:
        assert held is not None
        with hold_state(Path(house.settings.signer_dir), house.settings.origin) as second:
            assert second is None
        assert await sign_checkpoint() is None
    assert (await sign_checkpoint()).size == 2


async def test_a_host_without_a_state_does_not_sign(house):
    await as_a_new_process(signer_dir=None)
    await count(house, 1)
    assert await house.settle() is None


async def test_a_state_of_another_log_is_refused(house, tmp_path):
    make_state(tmp_path / "s", SignerState("example.org/other", 0, EMPTY_ROOT.hex()))
    await as_a_new_process(signer_dir=str(tmp_path / "s"))
    await count(house, 1)
    while await integrate():
        pass
    with pytest.raises(RuleBroken) as refused:
        await sign_checkpoint()
    assert refused.value.rule == SIGNER_STATE_KEPT


async def test_a_state_is_made_once_and_never_over_one(house):
    with pytest.raises(RuleBroken) as refused:
        make_state(
            Path(house.settings.signer_dir),
            SignerState(house.settings.origin, 0, EMPTY_ROOT.hex()),
        )
    assert refused.value.rule == SIGNER_STATE_MADE_ONCE


async def remembered(house, size, root):
    """Let the host remember that it signed this."""
    directory = Path(house.settings.signer_dir)
    with hold_state(directory, house.settings.origin) as held:
        held.advance(SignerState(house.settings.origin, size, root))
    await as_a_new_process()


async def test_a_database_older_than_what_was_signed_takes_no_act(house):
    await count(house, 2)
    await house.settle()
    await remembered(house, 5, "5" * 64)
    rows = await house.log_rows()
    with pytest.raises(RuleBroken) as refused:
        await register_party(KEEPER, Role.FIRM, "firm", occasion=house.occasion())
    assert refused.value.rule == LOG_UNBROKEN
    assert await house.log_rows() == rows
    with pytest.raises((ProofRejected, RuleBroken)):
        await sign_checkpoint()


async def test_a_database_with_another_past_takes_no_act(sqlite_house):
    house = sqlite_house
    await count(house, 2)
    while await integrate():
        pass
    await remembered(house, 2, "2" * 64)
    with pytest.raises(RuleBroken) as refused:
        await count(house, 1)
    assert refused.value.rule == LOG_UNBROKEN


async def test_a_signer_that_takes_over_goes_on_from_the_newest_that_was_seen(house, tmp_path):
    await count(house, 3)
    point = await house.settle()
    await as_a_new_process(signer_dir=str(tmp_path / "new"))
    state = await adopted_state()
    assert (state.size, state.root) == (3, point.root.hex())
    make_state(tmp_path / "new", state)
    await count(house, 1)
    assert (await house.settle()).size == 4


async def test_nobody_takes_over_a_database_that_lies_behind_the_published_log(house, tmp_path):
    await count(house, 3)
    await house.settle()
    shutil.copytree(public(house), tmp_path / "ahead")
    async with writing():
        for table in ("checkpoint",):
            if house.engine == "postgres":
                await run(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            else:
                await run(f"DROP TRIGGER {table}_no_delete")
        await run("DELETE FROM checkpoint")
        await run("UPDATE head SET size = 2")
    await as_a_new_process(signer_dir=None, public_dir=str(tmp_path / "ahead"))
    with pytest.raises(RuleBroken) as refused:
        await adopted_state()
    assert refused.value.rule == LOG_UNBROKEN


async def test_a_retired_key_verifies_the_past_and_stops_nothing(sqlite_house, tmp_path):
    ring = make_ring(tmp_path / "keys")
    old = SigningKey(b"o" * 32).public
    (tmp_path / "keys" / "log.retired").write_text(old.hex() + "\n")
    (tmp_path / "keys" / "log.retired").chmod(0o600)
    use_ring(open_ring(tmp_path / "keys"))
    past, now = ({key.public for key in keys()} for keys in (own_keys, signing_keys))
    assert ring.log.public in past & now
    assert old in past - now
