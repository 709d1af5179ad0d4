"""Blind entries: one in each interval while anything is open, whatever arrives."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from house import someone

from oversight.act import begin
from oversight.audit.engine import audit
from oversight.authority.rules import Permission, Post
from oversight.blind import coverage as blind_coverage
from oversight.blind import queries
from oversight.blind.commands import close_uncounted, log_blind, open_uncounted, receive
from oversight.blind.hand import keep_blind
from oversight.blind.rules import pad
from oversight.database import is_postgres, run, writing
from oversight.errors import ProofRejected, RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.ledger import queries as ledger
from oversight.ledger.facts import Entry
from oversight.ledger.rules import check_inclusion, leaf_hash

KEEPER = someone(Post.ADMINISTRATOR)
OPENING = Permission("test.bids.open", frozenset({Post.ADMINISTRATOR}), None, "开", "Open")
WHAT = "019a5c7e-6f00-7000-8000-00000000aaaa"
DUE = 1_772_438_400


async def opened(house, what=WHAT):
    async with begin(KEEPER, OPENING, house.occasion()) as act:
        return await open_uncounted(act, what)


async def closed(house, ident):
    async with begin(KEEPER, OPENING, house.occasion()) as act:
        await close_uncounted(act, ident)


async def arrived(house, *numbers):
    leaves = [receipt(number) for number in numbers]
    async with writing():
        for leaf in leaves:
            await receive(leaf, house.now)
    return leaves


def receipt(number):
    return sha256(b"receipt %d" % number).digest()


async def blind(house, due):
    return await log_blind(KEEPER.party, due, house.occasion())


async def blinds() -> list[Entry]:
    rows = await ledger.entries(0)
    return [row.entry() for row in rows if row.kind == "oversight.ledger.blind"]


async def test_an_opening_and_its_closing_are_entries_of_their_own(house):
    ident = await opened(house)
    house.pass_time(hours=1)
    await closed(house, ident)
    await house.settle()
    first, last = [row.entry() for row in await ledger.entries_about(WHAT)]
    assert (first.kind, first.body) == ("oversight.blind.opened", {"id": ident, "seconds": 60})
    assert (last.kind, last.body) == ("oversight.blind.closed", {"id": ident})
    with pytest.raises(RuleBroken, match=r"blind\.uncounted_open"):
        await closed(house, ident)


async def test_a_receipt_stands_in_the_next_blind_entry_and_its_path_leads_to_the_root(house):
    await opened(house)
    leaves = await arrived(house, *range(3))
    assert await queries.receipt_path(leaves[0]) is None
    act = await blind(house, DUE)
    await house.settle()
    assert await queries.waiting() == 0
    for leaf in leaves:
        place = await queries.receipt_path(leaf)
        entry = (await ledger.entry(place.index)).entry()
        assert place.act == act == entry.act
        assert len(place.path) == 8
        root = bytes.fromhex(entry.body["root"])
        check_inclusion(leaf_hash(leaf), place.position, 256, place.path, root)


async def test_a_blind_entry_says_nothing_but_its_root_in_the_center_s_name(house):
    await opened(house)
    await arrived(house, 1)
    await blind(house, DUE)
    await blind(house, DUE + 60)
    await house.settle()
    full, empty = await blinds()
    for entry in (full, empty):
        assert (entry.subject, entry.actor, entry.role) == ("", KEEPER.party, "trading_center")
        assert list(entry.body) == ["root"]
        assert len(entry.body["root"]) == 64
    assert full.body != empty.body


async def test_an_interval_has_one_blind_entry(house):
    await opened(house)
    await arrived(house, 1)
    await blind(house, DUE)
    await arrived(house, 2)
    with pytest.raises(RuleBroken, match=r"blind\.one_each_interval"):
        await blind(house, DUE)
    assert await queries.waiting() == 1
    await blind(house, DUE + 60)
    assert await queries.waiting() == 0


async def test_two_processes_at_once_log_one_blind_entry_and_place_each_receipt_once(house):
    await opened(house)
    leaves = await arrived(house, *range(5))
    done = await asyncio.gather(*(blind(house, DUE) for _ in range(4)), return_exceptions=True)
    refused = [each for each in done if isinstance(each, RuleBroken)]
    assert len(refused) == 3
    await house.settle()
    assert len(await blinds()) == 1
    assert {(await queries.receipt_path(leaf)).act for leaf in leaves} == {
        each for each in done if isinstance(each, str)
    }


async def test_entries_of_two_intervals_logged_at_once_share_no_receipt(house):
    await opened(house)
    leaves = await arrived(house, *range(300))
    await asyncio.gather(*(blind(house, DUE + 60 * n) for n in range(3)), return_exceptions=True)
    for n in range(3, 8):
        if await queries.waiting():
            await blind(house, DUE + 60 * n)
    await house.settle()
    rows = await run("SELECT due, receipts FROM blind_entry ORDER BY due")
    assert sum(len(bytes(row["receipts"])) // 33 for row in rows) == len(leaves)
    assert await queries.waiting() == 0


async def test_a_surplus_waits_and_goes_first_next_time(house):
    await opened(house)
    leaves = await arrived(house, *range(260))
    await blind(house, DUE)
    assert await queries.waiting() == 4
    await arrived(house, 1000)
    assert [leaf for _, leaf in await queries.next_receipts()] == [*leaves[256:], receipt(1000)]
    second = await blind(house, DUE + 60)
    assert (await queries.receipt_path(leaves[259])).act == second
    assert (await queries.receipt_path(leaves[255])).act != second


async def test_nothing_is_logged_when_nothing_is_open_and_nothing_waits(house):
    with pytest.raises(RuleBroken, match=r"blind\.one_each_interval"):
        await blind(house, DUE)
    ident = await opened(house)
    await arrived(house, 1)
    await closed(house, ident)
    await blind(house, DUE)  # what still waits is logged
    with pytest.raises(RuleBroken, match=r"blind\.one_each_interval"):
        await blind(house, DUE + 60)
    await house.settle()
    assert len(await blinds()) == 1
    assert await house.count("blind_entry") == 1


async def test_a_receipt_that_is_undone_with_its_envelope_leaves_nothing(house):
    await opened(house)
    with suppress(ZeroDivisionError):
        async with writing():
            await receive(receipt(1), house.now)
            raise ZeroDivisionError
    assert await queries.waiting() == 0
    with pytest.raises(AssertionError):
        await receive(receipt(1), house.now)  # no transaction of the caller's


async def test_receiving_leaves_no_entry(house):
    before = await house.log_rows()
    await arrived(house, *range(10))
    assert await house.log_rows() == before


async def test_pads_open_when_all_is_closed_that_was_open_then(house):
    first = await opened(house)
    leaves = await arrived(house, *range(7))
    await blind(house, DUE)
    await house.settle()
    index = (await queries.receipt_path(leaves[0])).index
    with pytest.raises(RuleBroken, match=r"blind\.pads_opened_later"):
        await queries.pads(index)
    await closed(house, first)
    house.pass_time(minutes=5)
    await opened(house, "another lot, opened later")
    view = await queries.pads(index)
    assert len(view.pads) == 249
    for one in view.pads:
        assert view.leaves[one.position] == pad(bytes.fromhex(one.salt)).hex()
    closed_leaves = set(range(256)) - {one.position for one in view.pads}
    assert {view.leaves[place] for place in closed_leaves} == {leaf.hex() for leaf in leaves}


async def test_only_a_blind_entry_has_pads(house):
    await closed(house, await opened(house))
    await house.settle()
    for index in (0, 99):
        with pytest.raises(RuleBroken, match=r"ledger\.entry_exists"):
            await queries.pads(index)


async def tampered(statement, *values):
    """Change what triggers keep, as a database administrator can."""
    async with writing():
        if is_postgres():
            await run("ALTER TABLE blind_entry DISABLE TRIGGER ALL")
        else:
            await run("DROP TRIGGER blind_entry_no_update")
        await run(statement, *values)


@pytest.mark.parametrize("column", ["seed", "receipts"])
async def test_rows_that_lead_to_another_root_are_named(house, column):
    ident = await opened(house)
    (leaf, _) = await arrived(house, 1, 2)
    await blind(house, DUE)
    await closed(house, ident)
    await house.settle()
    index = (await queries.receipt_path(leaf)).index
    kept = bytes((await run(f"SELECT {column} FROM blind_entry"))[0][column])
    await tampered(f"UPDATE blind_entry SET {column} = {{}}", kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(ProofRejected, match="another"):
        await queries.pads(index)


@pytest.mark.parametrize("column", ["seed", "receipts"])
async def test_the_audit_names_a_blind_entry_that_was_tampered_with(house, column):
    ident = await opened(house)
    await arrived(house, 1, 2)
    await blind(house, DUE)
    await closed(house, ident)
    await house.settle()
    assert (await audited(house)).differences == []
    kept = bytes((await run(f"SELECT {column} FROM blind_entry"))[0][column])
    await tampered(f"UPDATE blind_entry SET {column} = {{}}", kept[:-1] + bytes([kept[-1] ^ 1]))
    named = {(one.table, one.column) for one in (await audited(house)).differences}
    assert ("blind_entry", column) in named


async def audited(house):
    return await audit(
        blind_coverage.COVERAGE, blind_coverage.REPLAYS, house.directory / str(uuid4())
    )


async def hands(house, clocks, seconds=1, rounds=1.0):
    """Let hands with these clocks run side by side for a while."""

    async def center():
        return KEEPER.party

    tasks = [asyncio.create_task(keep_blind(seconds, center, clock)) for clock in clocks]
    await asyncio.sleep(rounds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_racing_hands_log_no_two_blind_entries_in_an_interval(house):
    await opened(house)
    start = asyncio.get_running_loop().time()

    def clock():
        elapsed = asyncio.get_running_loop().time() - start
        return house.now + timedelta(seconds=elapsed)

    await hands(house, [clock, clock, clock], rounds=3.5)
    await house.settle()
    rows = await run("SELECT due FROM blind_entry ORDER BY due")
    found = [row["due"] - int(house.now.timestamp()) for row in rows]
    assert set(found) <= set(range(4))  # a machine that stalls leaves an interval out
    assert len(found) >= 2
    assert len(await blinds()) == len(found)


async def test_a_hand_is_silent_while_nothing_is_open(house):
    await hands(house, [house.clock], rounds=0.3)
    assert await house.log_rows() == 0


async def test_missed_intervals_are_not_made_up_for(house):
    await opened(house)
    await blind(house, DUE)
    house.pass_time(minutes=10)
    await hands(house, [house.clock], seconds=60, rounds=0.3)
    rows = await run("SELECT due FROM blind_entry ORDER BY due")
    assert [row["due"] - DUE for row in rows] == [0, 600]


async def test_a_hand_that_cannot_log_tries_again_within_the_interval(house, monkeypatch):
    monkeypatch.setattr("oversight.blind.hand.RETRY_SECONDS", 0.05)
    await opened(house)
    asked = []

    async def center():
        asked.append(1)
        if len(asked) < 3:
            raise ConnectionError
        return KEEPER.party

    task = asyncio.create_task(keep_blind(60, center, house.clock))
    for _ in range(100):
        if await house.count("blind_entry"):
            break
        await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(asked) == 3
    assert await house.count("blind_entry") == 1


async def test_the_clock_acts_for_nobody(house):
    await opened(house)
    await log_blind(KEEPER.party, DUE, Occasion(house.clock))
    await house.settle()
    assert len(await blinds()) == 1
