"""The act: rows, entries, the request and its answer together, or nothing."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest
from concealed import payload_of
from house import someone

from oversight.act import begin
from oversight.authority.rules import Permission, Post, Role
from oversight.database import run
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Replayed
from oversight.ledger import effect, queries
from oversight.ledger.facts import Fact, entry_bytes, field_commitment
from oversight.ledger.rules import check_inclusion, leaf_hash
from oversight.ledger.terms import Terms, terms, use_terms

NOTE = Permission("test.thing.note", frozenset({Post.ADMINISTRATOR}), None, "记录", "Note")
CLERK = someone(Post.ADMINISTRATOR)


class Noted(Fact, frozen=True):
    """Something was noted."""

    kind: ClassVar[str] = "test.thing.noted"

    what: str
    number: int = 0


async def note(house, what="rain", key=None, body=b"", entries=1):
    async with begin(CLERK, NOTE, house.occasion(key, body)) as act:
        for number in range(entries):
            await act.record(Noted(what, number), subject="weather")
        return act.answered({"act": act.id, "what": what})


async def test_an_act_puts_its_facts_on_the_log_in_their_order(house):
    answer = await note(house, entries=3)
    await house.settle()
    logged = await queries.entries_of_act(answer["act"])
    assert [entry.n for entry in logged] == [0, 1, 2]
    assert [entry.index for entry in logged] == [0, 1, 2]
    assert logged[2].entry().body == {"what": "rain", "number": 2}
    assert logged[0].entry().at == "2026-03-02T08:00:00.000000Z"
    assert logged[0].entry().actor == CLERK.party
    assert logged[0].data == entry_bytes(
        Noted("rain"), act=answer["act"], at="2026-03-02T08:00:00.000000Z", subject="weather",
        actor=CLERK.party, role=Role.TRADING_CENTER.value,
    )  # fmt: skip


async def test_an_act_that_records_nothing_is_our_mistake_and_leaves_nothing(house):
    with pytest.raises(AssertionError, match="left no trace"):
        async with begin(CLERK, NOTE, house.occasion()):
            await run("INSERT INTO act_key (act, n) VALUES ('somebody', 0)")
    assert (await house.log_rows(), await house.count("act_key")) == (0, 0)


async def test_a_refusal_inside_an_act_leaves_no_row_and_no_entry(house):
    with pytest.raises(RuleBroken):
        async with begin(CLERK, NOTE, house.occasion("k1")) as act:
            await act.record(Noted(act.conceal("what", "rain")), subject="weather")
            await run("INSERT INTO act_key (act, n) VALUES ('somebody', 7)")
            raise RuleBroken(queries.ENTRY_EXISTS, needed="nothing")
    tables = ("act_key", "payload", "answered_request", "pending", "entry")
    assert [await house.count(table) for table in tables] == [0, 0, 0, 0, 0]


async def test_a_refused_request_may_come_again_under_its_key(house):
    with pytest.raises(RuleBroken):
        async with begin(CLERK, NOTE, house.occasion("k1")):
            raise RuleBroken(queries.ENTRY_EXISTS, needed="nothing")
    assert (await note(house, key="k1"))["what"] == "rain"


async def test_who_holds_no_post_gets_no_act(house):
    with pytest.raises(RuleBroken, match="authority.permission_held"):
        async with begin(someone(Post.AUDITOR), NOTE, house.occasion()):
            pytest.fail("the act was opened")


async def test_the_same_request_gets_the_stored_answer_and_does_nothing(house):
    answer = await note(house, key="k1", body=b"x")
    with pytest.raises(Replayed) as replayed:
        await note(house, key="k1", body=b"x")
    assert replayed.value.act == answer["act"]
    assert replayed.value.answer == b'{"act":"%s","what":"rain"}' % answer["act"].encode()
    assert await house.log_rows() == 1


async def test_the_same_key_with_another_body_is_refused(house):
    await note(house, key="k1", body=b"x")
    with pytest.raises(RuleBroken, match="idempotency.key_not_reused"):
        await note(house, key="k1", body=b"y")
    assert await house.log_rows() == 1


async def test_a_stored_answer_is_not_readable_in_the_database(house):
    await note(house, what="a secret shown once", key="k1")
    rows = await run("SELECT answer FROM answered_request")
    assert b"secret" not in bytes(rows[0]["answer"])


async def test_a_request_without_an_answer_is_our_mistake(house):
    with pytest.raises(AssertionError, match="kept no answer"):
        async with begin(CLERK, NOTE, house.occasion("k1")) as act:
            await act.record(Noted("rain"))
    assert await house.log_rows() == 0


async def test_concurrent_identical_requests_take_effect_once(house):
    outcomes = await asyncio.gather(
        *(note(house, key="k1", body=b"x") for _ in range(12)), return_exceptions=True
    )
    done = [outcome for outcome in outcomes if isinstance(outcome, dict)]
    assert len(done) == 1
    replayed = [outcome for outcome in outcomes if isinstance(outcome, Replayed)]
    assert len(replayed) == 11
    assert {one.act for one in replayed} == {done[0]["act"]}
    assert await house.log_rows() == 1


async def test_a_request_that_fails_lets_the_waiting_identical_one_through(house):
    entered = asyncio.Event()

    async def fail():
        async with begin(CLERK, NOTE, house.occasion("k1")):
            entered.set()
            await asyncio.sleep(0.1)
            raise RuleBroken(queries.ENTRY_EXISTS, needed="nothing")

    async def follow():
        await entered.wait()
        return await note(house, key="k1")

    refused, answer = await asyncio.gather(fail(), follow(), return_exceptions=True)
    assert isinstance(refused, RuleBroken)
    assert answer["what"] == "rain"


async def test_many_concurrent_acts_get_indexes_without_gaps(house):
    answers = await asyncio.gather(
        *(note(house, what=str(i), entries=1 + i % 3) for i in range(30))
    )
    checkpoint = await house.settle()
    entries = await queries.entries(0)
    assert [entry.index for entry in entries] == list(range(checkpoint.size))
    assert checkpoint.size == sum(1 + i % 3 for i in range(30))
    assert {entry.act for entry in entries} == {answer["act"] for answer in answers}


async def test_a_snapshot_act_knows_the_log_size_of_what_it_reads(house):
    await note(house, entries=5)
    async with begin(CLERK, NOTE, house.occasion(), snapshot=True) as act:
        assert await act.log_size() == 5
        seen = await run("SELECT count(*) AS rows FROM act_key")
        assert seen[0]["rows"] == 5
        await act.record(Noted("seen"))
    assert await queries.wait_index(act.id, 0) == 5


async def test_snapshot_acts_beside_others_never_see_rows_beyond_their_log_size(house):
    async def look(number):
        async with begin(CLERK, NOTE, house.occasion(), snapshot=True) as act:
            rows = await run("SELECT count(*) AS rows FROM act_key")
            assert rows[0]["rows"] == await act.log_size()
            await act.record(Noted("seen", number))

    deeds = [look(i) if i % 2 else note(house, what=str(i)) for i in range(16)]
    await asyncio.gather(*deeds)
    assert (await house.settle()).size == 16


async def test_only_a_snapshot_act_tells_a_log_size(house):
    with pytest.raises(AssertionError, match="snapshot"):
        async with begin(CLERK, NOTE, house.occasion()) as act:
            await act.log_size()


async def test_a_concealed_value_opens_to_its_commitment_and_stands_nowhere_in_clear(house):
    async with begin(CLERK, NOTE, house.occasion()) as act:
        await act.record(Noted("first"))
        commitment = act.conceal("person", "张三")
        n = await act.record(Noted(commitment))
    await house.settle()
    opened = (await payload_of(act.id, n))["person"]
    assert opened.value == "张三"
    assert field_commitment(opened.salt, "person", "张三").hex() == commitment
    assert await payload_of(act.id, 0) == {}
    rows = await run("SELECT value FROM payload")
    assert "张三".encode() not in bytes(rows[0]["value"])


async def test_a_value_concealed_for_no_fact_is_our_mistake(house):
    with pytest.raises(AssertionError, match="concealed, but not recorded"):
        async with begin(CLERK, NOTE, house.occasion()) as act:
            await act.record(Noted("rain"))
            act.conceal("person", "nobody")
    assert await house.log_rows() == 0


async def test_a_bulk_act_of_thousands_keeps_its_order(house):
    answer = await note(house, entries=12_345)
    index = await queries.wait_index(answer["act"], 12_344, 20)
    assert index == 12_344
    await house.settle()
    for sample in (0, 4_999, 5_000, 12_344):
        found = await queries.entry(sample)
        assert (found.n, found.entry().body["number"]) == (sample, sample)
        proof = await effect.proof_of(sample)
        assert leaf_hash(found.data) == found.leaf
        check_inclusion(
            found.leaf, sample, proof.checkpoint.size, proof.path, proof.checkpoint.root
        )


async def test_acts_do_not_nest(house):
    with pytest.raises(AssertionError, match="already"):
        async with begin(CLERK, NOTE, house.occasion()) as act:
            await act.record(Noted("rain"))
            await note(house)
    assert await house.log_rows() == 0


async def test_too_many_waiting_entries_make_new_acts_wait(house):
    use_terms(Terms(terms().origin, pending_max=3))
    await note(house, entries=3)
    if house.engine == "sqlite":  # nothing ever waits there: the act places its own entries
        assert await house.count("pending") == 0
        return
    with pytest.raises(RuleBroken, match="ledger.pending_bounded"):
        await note(house)
    await house.settle()
    await note(house)


async def test_a_cancelled_act_leaves_nothing_and_blocks_nobody(house):
    recorded = asyncio.Event()

    async def dawdle():
        async with begin(CLERK, NOTE, house.occasion("k1")) as act:
            await act.record(Noted("rain"))
            recorded.set()
            await asyncio.sleep(600)

    deed = asyncio.create_task(dawdle())
    await recorded.wait()
    deed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await deed
    assert await house.log_rows() == 0
    assert (await note(house, key="k1"))["what"] == "rain"


async def test_work_that_outlives_its_act_cannot_use_its_connection(house):
    async def later():
        await asyncio.sleep(0.05)
        return await run("SELECT size FROM head")

    async with begin(CLERK, NOTE, house.occasion()) as act:
        await act.record(Noted("rain"))
        left_over = asyncio.create_task(later())
    with pytest.raises(AssertionError, match="transaction is over"):
        await left_over
