"""Rounds of public randomness: verified first, stored once, fetched from relays nobody trusts."""

from __future__ import annotations

import msgspec
import pytest
from foreign import foreign_vectors
from house import someone
from own_chain import CHAIN, chains_file, relay, relayed, signed

from oversight.authority.rules import Post, Role
from oversight.beacon import queries
from oversight.beacon.chains import QUICKNET
from oversight.beacon.commands import bring_round
from oversight.beacon.rules import first_round_at_or_after, round_second
from oversight.beacon.schema import RoundOrder
from oversight.configuration import use_settings
from oversight.errors import ProofRejected, RuleBroken

OPERATOR = someone(Post.DRAW_OPERATOR)


def using(house, **settings):
    house.settings = msgspec.structs.replace(house.settings, **settings)
    use_settings(house.settings)
    return house


@pytest.fixture
def own(house):
    file = chains_file(house.directory)
    return using(house, beacon_chains_file=file, beacon_chain=CHAIN.hash)


def present(house):
    """The round that is due now."""
    return first_round_at_or_after(CHAIN, int(house.now.timestamp()))


async def traces(house):
    return await house.count("beacon_round"), await house.log_rows()


async def test_a_round_is_stored_with_one_entry_and_again_with_none(own):
    number = present(own)
    order = RoundOrder(number, CHAIN.hash, signed(number).hex())
    first = await bring_round(OPERATOR, order, own.occasion("a"))
    again = await bring_round(OPERATOR, order, own.occasion("b"))
    assert first == again
    assert await traces(own) == (1, 1)
    assert await queries.stored_signature(CHAIN.hash, number) == signed(number).hex()


@pytest.mark.parametrize(
    "wrong",
    [signed(7), signed(8)[:-1] + b"\0", bytes([0xC0]) + bytes(47), b"\xff" * 48],
    ids=["another round's", "no point", "infinity", "not canonical"],
)
async def test_a_wrong_round_leaves_no_row_and_no_entry(own, wrong):
    with pytest.raises(ProofRejected):
        await bring_round(OPERATOR, RoundOrder(8, CHAIN.hash, wrong.hex()), own.occasion())
    assert await traces(own) == (0, 0)


async def test_another_chains_signature_is_refused_under_quicknets_key(own):
    order = RoundOrder(8, QUICKNET.hash, signed(8).hex())
    with pytest.raises(ProofRejected):
        await bring_round(OPERATOR, order, own.occasion())
    with pytest.raises(RuleBroken) as refused:
        await bring_round(OPERATOR, RoundOrder(8, "00" * 32), own.occasion())
    assert refused.value.rule.code == "beacon.chain_pinned"
    assert await traces(own) == (0, 0)


async def test_real_rounds_of_quicknet_are_stored(house):
    known = foreign_vectors("drand_rounds.json")
    for one in known["quicknet"]:
        await bring_round(
            OPERATOR, RoundOrder(one["round"], QUICKNET.hash, one["signature"]), house.occasion()
        )
    assert await house.count("beacon_round") == len(known["quicknet"]) > 0
    chain = known["chains"]["quicknet"]
    assert (QUICKNET.hash, QUICKNET.public_key) == (chain["hash"], chain["public_key"])
    assert (QUICKNET.period, QUICKNET.genesis) == (chain["period"], chain["genesis_time"])


async def test_a_round_is_fetched_from_the_first_relay_that_tells_the_truth(own):
    number = present(own)
    lies = [
        (404, b""), (200, b"{}"), (200, b"x" * 100_000), (302, b""),
        (200, relayed(number - 1)), (200, relayed(number, signed(number - 1))),
        (200, relayed(number, randomness="00" * 32)), (200, relayed(number, more=1)),
        (200, relayed(number).replace(b'"round"', b'"round": 1, "round"')),
    ]  # fmt: skip
    for lie in lies:
        with relay(lambda _, lie=lie: lie) as liar, relay() as honest:
            using(own, beacon_urls=(liar.url,))
            with pytest.raises(RuleBroken) as refused:
                await bring_round(OPERATOR, RoundOrder(number), own.occasion())
            assert refused.value.rule.code == "beacon.round_at_hand", lie
            using(own, beacon_urls=("http://127.0.0.1:9", liar.url, honest.url + "/"))
            assert honest.asked == []
    assert await traces(own) == (0, 0)
    with relay(lambda _: lies[4]) as liar, relay() as honest:
        using(own, beacon_urls=("http://127.0.0.1:9", liar.url, honest.url + "/"))
        made = await bring_round(OPERATOR, RoundOrder(number), own.occasion())
        assert honest.asked == [f"/{CHAIN.hash}/public/{number}"]
        assert made.signature == signed(number).hex()
        await bring_round(OPERATOR, RoundOrder(number), own.occasion())
        assert len(honest.asked) == 1  # what is stored is asked of nobody
    assert await traces(own) == (1, 1)


async def test_a_round_that_is_not_due_is_asked_of_nobody(own):
    number = present(own) + 1
    with relay() as honest:
        using(own, beacon_urls=(honest.url,))
        with pytest.raises(RuleBroken) as refused:
            await bring_round(OPERATOR, RoundOrder(number), own.occasion())
        assert refused.value.rule.code == "beacon.round_due"
        assert honest.asked == []
        own.pass_time(seconds=round_second(CHAIN, number) - own.now.timestamp())
        assert (await bring_round(OPERATOR, RoundOrder(number), own.occasion())).round == number


async def test_a_slow_relay_does_not_hold_the_house(own, monkeypatch):
    from oversight.beacon import relay as relays

    monkeypatch.setattr(relays, "STEP_SECONDS", 0.2)
    with relay(lambda _: (_wait(), (200, b"{}"))[1]) as slow:
        using(own, beacon_urls=(slow.url,))
        with pytest.raises(RuleBroken) as refused:
            await bring_round(OPERATOR, RoundOrder(present(own)), own.occasion())
    assert "ReadTimeout" in str(refused.value.found["relays"])


def _wait():
    import time

    time.sleep(1)


async def test_who_takes_no_part_brings_no_round(own):
    stranger = someone(Post.POOL_KEEPER)
    order = RoundOrder(8, CHAIN.hash, signed(8).hex())
    with pytest.raises(RuleBroken) as refused:
        await bring_round(stranger, order, own.occasion())
    assert refused.value.rule.code == "authority.permission_held"
    supervisor = someone(Post.DRAW_SUPERVISOR, role=Role.ADMINISTRATIVE_SUPERVISOR)
    assert (await bring_round(supervisor, order, own.occasion())).round == 8


async def test_rounds_are_listed_page_by_page(own):
    for number in (1, 2, 3):
        order = RoundOrder(number, CHAIN.hash, signed(number).hex())
        await bring_round(OPERATOR, order, own.occasion())
    first = await queries.rounds(limit=2)
    second = await queries.rounds(first.next, limit=2)
    assert [one.round for one in (*first.items, *second.items)] == [1, 2, 3]
    assert second.next == ""


async def test_an_instance_without_a_chain_asks_which(house):
    with pytest.raises(RuleBroken) as refused:
        await bring_round(OPERATOR, RoundOrder(8), house.occasion())
    assert refused.value.rule.code == "beacon.chain_pinned"
    using(house, beacon_chain="00" * 32)
    with pytest.raises(RuleBroken):
        queries.chain_in_use()
