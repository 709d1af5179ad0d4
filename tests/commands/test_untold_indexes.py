"""An index that no signed checkpoint covers is told to nobody: it may yet be another entry's."""

from __future__ import annotations

import pytest
from house import someone

from oversight.act import begin
from oversight.authority.rules import Permission, Post
from oversight.blind import queries as blind
from oversight.blind.commands import close_uncounted, log_blind, open_uncounted
from oversight.custody.commands import publish_key
from oversight.custody.facts import KeyRetired
from oversight.custody.queries import key_lives
from oversight.errors import RuleBroken
from oversight.identity.commands import found
from oversight.identity.trust import trust_file
from oversight.ledger import effect
from oversight.ledger.integrate import integrate
from oversight.ledger.notes import ED25519, make_vkey
from oversight.ledger.queries import signed_size
from oversight.ledger.standing import standing_of

KEEPER = someone(Post.ADMINISTRATOR)
DEED = Permission("test.deed", frozenset({Post.ADMINISTRATOR}), None, "行为", "Deed")
UNKNOWN = "019a5c7e-6f00-7000-8000-00000000dead"


async def place():
    """Give every entry its index, and sign nothing."""
    while await integrate():
        pass


async def published(house):
    """Publish the log's key; return it with its act."""
    key = house.ring.log.public.hex()
    return key, (await publish_key(KEEPER, "log", key, house.occasion())).act


async def retired(house, key):
    async with begin(KEEPER, DEED, house.occasion()) as act:
        await act.record(KeyRetired(purpose="log", key=key), subject="log")


async def test_of_a_key_first_its_life_is_told_and_then_the_entries(house):
    key, _ = await published(house)
    await place()
    (life,) = await key_lives("log")
    assert (life.published, bool(life.published_at)) == (None, True)
    await house.settle()
    (life,) = await key_lives("log")
    assert (life.published, life.retired, life.retired_at) == (0, None, "")
    await retired(house, key)
    await place()
    (life,) = await key_lives("log")
    assert (life.published, life.retired, bool(life.retired_at)) == (0, None, True)
    await house.settle()
    (life,) = await key_lives("log")
    assert (life.published, life.retired) == (0, 1)


async def test_a_key_counts_as_retired_before_its_entry_is_told(house):
    await found("示范中心", "", "张三", 90, house.occasion())
    key, _ = await published(house)
    await house.settle()
    vkey = make_vkey(house.settings.origin, house.ring.log.public, ED25519)
    assert vkey in (await trust_file()).log_keys
    await retired(house, key)
    await place()
    assert vkey not in (await trust_file()).log_keys
    with pytest.raises(RuleBroken, match=r"custody\.key_not_retired"):
        await published(house)


async def test_pads_are_asked_for_by_a_covered_index(house):
    async with begin(KEEPER, DEED, house.occasion()) as act:
        ident = await open_uncounted(act, "a lot")
    logged = await log_blind(KEEPER.party, 1_800, house.occasion())
    async with begin(KEEPER, DEED, house.occasion()) as act:
        await close_uncounted(act, ident)
    await place()
    for index in range(4):
        with pytest.raises(RuleBroken, match=r"ledger\.entry_exists"):
            await blind.pads(index)
    await house.settle()
    (entry,) = (await standing_of(logged)).entries
    assert len((await blind.pads(entry.index)).pads) == 256


async def test_an_act_is_proved_whole_or_not_at_all_and_its_places_stay_untold(house):
    with pytest.raises(RuleBroken, match=r"ledger\.entry_exists"):
        await effect.proofs_of_act(UNKNOWN)
    _, act = await published(house)
    for _ in range(2):  # on PostgreSQL first without a place, then with one
        with pytest.raises(RuleBroken, match=r"ledger\.entry_effective") as refused:
            await effect.proofs_of_act(act)
        assert "index" not in refused.value.found
        await place()
    assert await signed_size() == 0
    await house.settle()
    assert [one.index for one in await effect.proofs_of_act(act)] == [0]
