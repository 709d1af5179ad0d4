"""The log: places without gaps, alarms instead of repairs, checkpoints that extend each other."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from typing import ClassVar

import asyncpg
import pytest
from house import someone

from oversight.act import begin
from oversight.authority.rules import Permission, Post
from oversight.database import run, writing
from oversight.errors import ProofRejected, RuleBroken
from oversight.ledger import effect, news, queries
from oversight.ledger.facts import Fact
from oversight.ledger.integrate import integrate
from oversight.ledger.notes import ED25519, VerifierKey, open_note
from oversight.ledger.proofs import check_tlog_proof, parse_tlog_proof
from oversight.ledger.rules import check_consistency, check_inclusion, leaf_hash, root_of
from oversight.publication import hand, signing

COUNT = Permission("test.sheep.count", frozenset({Post.ADMINISTRATOR}), None, "数羊", "Count")
CLERK = someone(Post.ADMINISTRATOR)


class Counted(Fact, frozen=True):
    """A sheep was counted."""

    kind: ClassVar[str] = "test.sheep.counted"

    number: int


async def count(house, entries=1, subject="fold"):
    async with begin(CLERK, COUNT, house.occasion()) as act:
        for number in range(entries):
            await act.record(Counted(number), subject=subject)
    return act.id


async def leaves():
    return [entry.leaf for entry in await queries.entries(0)]


async def test_a_checkpoint_covers_all_entries_and_is_signed_by_the_log(house):
    await count(house, 3)
    checkpoint = await house.settle()
    assert (checkpoint.size, checkpoint.root) == (3, root_of(await leaves()))
    key = VerifierKey(house.settings.origin, ED25519, house.ring.log.public)
    assert open_note(checkpoint.note, [key]).text.startswith("demo.daylight.invalid/log\n3\n")
    assert await effect.effective_size() == 3


async def test_without_news_no_checkpoint_is_signed(house):
    assert await signing.sign_checkpoint() is None
    await count(house)
    assert (await house.settle()).size == 1
    assert await signing.sign_checkpoint() is None
    assert await house.count("checkpoint") == 1


async def test_an_entry_is_in_effect_from_the_checkpoint_that_covers_it(house):
    act = await count(house)
    index = await queries.wait_index(act, 0)
    assert await effect.effective_size() == 0
    with pytest.raises(RuleBroken, match="ledger.entry_effective"):
        await effect.wait_effective(index, 0.05)
    with pytest.raises(RuleBroken, match="ledger.entry_effective"):
        await effect.proof_of(index)
    await signing.sign_checkpoint()
    assert (await effect.wait_effective(index, 0.05)).size == 1


async def test_every_entry_is_proved_under_every_checkpoint_and_each_extends_the_last(house):
    checkpoints = []
    for entries in (1, 2, 5, 250, 1, 300):
        await count(house, entries)
        checkpoints.append(await house.settle())
    for older, newer in itertools.pairwise(checkpoints):
        path = await queries.proof_between(older.size, newer.size)
        check_consistency(older.size, older.root, newer.size, newer.root, path)
    for entry in await queries.entries(0):
        proof = await effect.proof_of(entry.index)
        check_inclusion(entry.leaf, entry.index, 559, proof.path, checkpoints[-1].root)


async def test_the_proof_file_convinces_an_outsider(house):
    await count(house, 4)
    await house.settle()
    entry = await queries.entry(2)
    key = VerifierKey(house.settings.origin, ED25519, house.ring.log.public)
    proof = parse_tlog_proof((await effect.proof_of(2)).text())
    checkpoint, _ = check_tlog_proof(proof, leaf_hash(entry.data), house.settings.origin, [key])
    assert checkpoint.size == 4


async def test_entries_are_found_by_place_act_subject_and_kind(house):
    first, second = await count(house, 2, "a"), await count(house, 3, "b")
    await house.settle()
    assert [entry.index for entry in await queries.entries(1, 3)] == [1, 2, 3]
    assert [entry.index for entry in await queries.entries_of_act(second)] == [2, 3, 4]
    assert [entry.index for entry in await queries.entries_about("a")] == [0, 1]
    assert await queries.entries_about("a", "test.goat.counted") == []
    assert len(await queries.entries_about("b", "test.sheep.counted")) == 3
    assert (await queries.index_of(first, 1), await queries.index_of(first, 2)) == (1, None)


async def test_what_is_not_on_the_log_is_said_to_be_absent(house):
    for question in (
        queries.entry(0),
        queries.proof_between(0, 0),
        queries.proof_between(1, 2),
    ):
        with pytest.raises(RuleBroken, match="ledger.entry_exists"):
            await question
    with pytest.raises(RuleBroken, match="ledger.index_assigned"):
        await queries.wait_index("nobody", 0, 0.05)


WRONG = {
    "subject": "UPDATE pending SET subject = 'another' WHERE id = (SELECT max(id) FROM pending)",
    "kind": "UPDATE pending SET kind = 'another' WHERE id = (SELECT max(id) FROM pending)",
    "act": "UPDATE pending SET act = 'another' WHERE id = (SELECT max(id) FROM pending)",
    "leaf": "UPDATE pending SET leaf = body WHERE id = (SELECT max(id) FROM pending)",
}


async def plant(house, entries=1):
    """Leave entries waiting, as on PostgreSQL, whatever the engine."""
    await count(house, entries)
    if house.engine == "sqlite":
        columns = "act, n, kind, subject, body, leaf"
        async with writing():
            await run(f"INSERT INTO pending ({columns}) SELECT {columns} FROM entry")
            await run("UPDATE pending SET n = n + 100")


@pytest.mark.parametrize("column", WRONG)
async def test_a_waiting_row_that_contradicts_its_body_stops_the_log_and_is_named(house, column):
    await plant(house, 3)
    size = await queries.head_size()
    async with writing():
        await run(WRONG[column])
    with pytest.raises(ProofRejected, match=rf"pending row \d+: .*{column}"):
        await integrate()
    assert await queries.head_size() == size
    assert await house.count("pending") == 3


async def test_a_changed_head_is_neither_extended_nor_signed(house):
    await count(house, 3)
    await house.settle()
    async with writing():
        await run("UPDATE head SET root = {}", secrets.token_bytes(32))
    with pytest.raises(ProofRejected, match="head"):
        await integrate()
    with pytest.raises(ProofRejected, match="head"):
        await count(house)
        await house.settle()


async def test_a_head_set_back_is_not_signed(house):
    """As after an old backup: the last signature covers more than there is."""
    await count(house, 3)
    rows = await run("SELECT size, edge, root FROM head")
    await count(house, 4)
    await house.settle()
    async with writing():
        await run(
            "UPDATE head SET size = {}, edge = {}, root = {}",
            *(3, bytes(rows[0]["edge"]), bytes(rows[0]["root"])) if house.engine == "sqlite"
            else (0, b"", root_of([])),
        )  # fmt: skip
    with pytest.raises(ProofRejected, match="below the signed size"):
        await signing.sign_checkpoint()


async def test_a_root_that_the_tiles_do_not_lead_to_is_not_signed(house):
    await count(house, 3)
    while await integrate():
        pass
    other = root_of([leaf_hash(b"forged")])
    async with writing():
        await run("UPDATE head SET size = 4, edge = {}, root = {}", other, other)
    with pytest.raises(ProofRejected):
        await signing.sign_checkpoint()
    assert await house.count("checkpoint") == 0


async def test_a_tile_that_does_not_end_where_the_log_does_stops_the_log(house):
    await count(house, 256)
    while await integrate():
        pass
    async with writing():
        twice = 2 * bytes((await run("SELECT data FROM node WHERE level = 1"))[0]["data"])
        await run("UPDATE node SET data = {} WHERE level = 1", twice)
    with pytest.raises(ProofRejected, match="does not end"):
        await count(house, 256)
        await integrate()


async def test_an_entry_behind_the_end_of_the_log_stops_it(house):
    await count(house, 255)
    while await integrate():
        pass
    columns = "act, n, kind, subject, body, leaf"
    async with writing():
        await run(
            f'INSERT INTO entry ("index", {columns})'
            " SELECT 255, act, 999, kind, subject, body, leaf FROM entry LIMIT 1"
        )
    with pytest.raises(ProofRejected, match="does not end"):
        await count(house)
        await integrate()


async def test_a_checkpoint_whose_note_says_otherwise_gives_no_effect(house):
    await count(house, 2)
    checkpoint = await house.settle()
    async with writing():
        await run(
            "INSERT INTO checkpoint (size, root, note) VALUES (99, {}, {})",
            checkpoint.root,
            checkpoint.note,
        )
    with pytest.raises(ProofRejected, match="columns differ"):
        await effect.effective_size()


async def test_two_sequencers_and_two_signers_at_once_agree(house):
    await asyncio.gather(*(count(house, 20) for _ in range(10)))
    await asyncio.gather(*(integrate(30) for _ in range(6)))
    while await integrate():
        pass
    signed = await asyncio.gather(*(signing.sign_checkpoint() for _ in range(4)))
    assert [one.size for one in signed if one] == [200]
    assert await house.count("checkpoint") == 1
    assert [entry.index for entry in await queries.entries(0)] == list(range(200))


async def test_the_hand_signs_within_a_second_and_without_being_asked(house):
    keeper = asyncio.create_task(hand.keep_log(0.1))
    try:
        act = await count(house)
        index = await queries.wait_index(act, 0, 1.0)
        assert (await effect.wait_effective(index, 1.0)).size == 1
        act = await count(house)
        assert (await effect.wait_effective(await queries.wait_index(act, 0, 1.0), 1.0)).size == 2
    finally:
        keeper.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeper


async def test_the_hand_survives_errors_and_tells_nothing_of_anybody(house, caplog):
    async with begin(CLERK, COUNT, house.occasion()) as act:
        await act.record(Counted(1), subject="private-subject")
    while await integrate():
        pass
    rows = await run("SELECT root FROM head")
    root = bytes(rows[0]["root"])
    async with writing():
        await run("UPDATE head SET root = {}", secrets.token_bytes(32))
    keeper = asyncio.create_task(hand.keep_log(0.05))
    with caplog.at_level(logging.ERROR, "daylight.ledger"):
        for _ in range(200):
            if "contradicts itself" in caplog.text:
                break
            await asyncio.sleep(0.05)
    assert "contradicts itself" in caplog.text
    assert "private-subject" not in caplog.text
    assert not keeper.done()
    async with writing():
        await run("UPDATE head SET root = {}", root)
    assert (await effect.wait_effective(0, 20.0)).size == 1
    keeper.cancel()


async def test_a_sequencer_that_sleeps_is_woken_by_a_new_entry(postgres_house, monkeypatch):
    """With polling out of the way, only the news can do it."""
    monkeypatch.setattr(hand, "POLL_SECONDS", 30)
    keeper = asyncio.create_task(hand.keep_log(30))
    await asyncio.sleep(0.3)
    act = await count(postgres_house)
    for _ in range(500):  # far less than what the poll would take
        if await queries.index_of(act, 0) is not None:
            break
        await asyncio.sleep(0.02)
    assert await queries.index_of(act, 0) == 0
    keeper.cancel()


async def test_a_process_without_a_sequencer_tells_those_of_others(postgres_house):
    heard = asyncio.Event()
    other = await asyncpg.connect(postgres_house.dsn)
    await other.add_listener(news.CHANNEL, lambda *_: heard.set())
    async with asyncio.timeout(30):
        await count(postgres_house)
        assert await heard.wait()
    await other.close()


async def test_the_edge_of_the_tree_is_read_from_the_entries_until_its_tile_is_full(house):
    await count(house, 600)
    checkpoint = await house.settle()
    kept = await run('SELECT level, "index" FROM node ORDER BY level, "index"')
    assert [(row["level"], row["index"]) for row in kept] == [(0, 0), (0, 1), (1, 0)]
    assert checkpoint.root == root_of(await leaves())
    entry = await queries.entry(599)
    proof = await effect.proof_of(599)
    check_inclusion(entry.leaf, 599, 600, proof.path, checkpoint.root)


async def test_no_index_is_told_before_a_checkpoint_covers_it(house):
    act = await count(house)
    while await integrate():
        pass
    assert (await queries.entries_page(0, 10)).items == []
    assert await queries.covered_index_of(act, 0) is None
    for question in (queries.covered_entry(0), queries.proof_between(1, 1)):
        with pytest.raises(RuleBroken):
            await question
    await house.settle()
    assert [one.index for one in (await queries.entries_page(0, 10)).items] == [0]
    assert await queries.covered_index_of(act, 0) == (await queries.covered_entry(0)).index == 0
