"""Custody: keys are published and concealed values erased on the record only."""

from __future__ import annotations

from typing import ClassVar

import pytest
from concealed import payload_of
from house import someone

from oversight.act import begin
from oversight.authority.rules import Permission, Post, Role
from oversight.custody.commands import erase, publish_key
from oversight.custody.queries import key_entry
from oversight.database import run
from oversight.errors import ProofRejected, RuleBroken
from oversight.ledger import queries
from oversight.ledger.facts import Fact

KEEPER = someone(Post.ADMINISTRATOR)
NAME = Permission("test.person.name", frozenset({Post.ADMINISTRATOR}), None, "登记", "Name")


class Named(Fact, frozen=True):
    """A person was named."""

    kind: ClassVar[str] = "test.person.named"

    person: str  # hex commitment
    phone: str  # hex commitment


async def name(house):
    async with begin(KEEPER, NAME, house.occasion()) as act:
        await act.record(Named(act.conceal("person", "张三"), act.conceal("phone", "138")))
    return act.id


async def test_a_published_key_stands_on_the_log_for_its_purpose(house):
    vrf = house.ring.vrf_public.hex()
    receipt = await publish_key(KEEPER, "draw-vrf", vrf, house.occasion("k"))
    await publish_key(KEEPER, "log", house.ring.log.public.hex(), house.occasion())
    await house.settle()
    found = await key_entry("draw-vrf", vrf)
    assert found.act == receipt.act
    assert found.kind == "oversight.keys.published"
    assert found.entry().body == {"purpose": "draw-vrf", "key": vrf}


async def test_a_key_published_again_dates_from_its_first_entry_for_that_purpose(house):
    key = house.ring.vrf_public.hex()
    assert await key_entry("log", key) is None
    first = await publish_key(KEEPER, "log", key, house.occasion())
    await publish_key(KEEPER, "log", house.ring.log.public.hex(), house.occasion())
    await publish_key(KEEPER, "log", key, house.occasion())
    await house.settle()
    assert (await key_entry("log", key)).act == first.act
    assert await key_entry("draw-vrf", key) is None


async def test_only_an_administrator_of_the_center_publishes_keys(house):
    key = house.ring.log.public.hex()
    for stranger in (
        someone(Post.AUDITOR),
        someone(Post.ADMINISTRATOR, role=Role.TENDERER),
    ):
        with pytest.raises(RuleBroken, match="authority.permission_held"):
            await publish_key(stranger, "log", key, house.occasion())
    assert await house.log_rows() == 0


async def test_a_key_for_nothing_or_that_binds_nobody_is_refused(house):
    with pytest.raises(RuleBroken, match="custody.key_purpose_known"):
        await publish_key(KEEPER, "decoration", house.ring.log.public.hex(), house.occasion())
    with pytest.raises(ProofRejected):
        await publish_key(KEEPER, "log", "01" + "00" * 31, house.occasion())  # the neutral point
    assert await house.log_rows() == 0


async def test_an_erased_value_is_gone_and_its_erasure_stands_on_the_log(house):
    act = await name(house)
    receipt = await erase(
        KEEPER, act, 0, fields=["phone"], ground="retention-over", occasion=house.occasion()
    )
    await house.settle()
    assert set(await payload_of(act, 0)) == {"person"}
    rows = await run("SELECT field, salt, value, erased_at FROM payload ORDER BY field")
    assert (rows[1]["field"], rows[1]["salt"], rows[1]["value"]) == ("phone", None, None)
    assert rows[1]["erased_at"] == house.now
    entry = (await queries.entries_of_act(receipt.act))[0].entry()
    assert entry.kind == "oversight.payload.erased"
    assert entry.body == {"act": act, "n": 0, "fields": ["phone"], "ground": "retention-over"}


async def test_what_is_not_there_cannot_be_erased_and_nothing_else_is(house):
    act = await name(house)
    for fields in ([], ["phone", "shoe-size"]):
        with pytest.raises(RuleBroken, match="custody.payload_exists"):
            await erase(KEEPER, act, 0, fields=fields, ground="test", occasion=house.occasion())
    assert set(await payload_of(act, 0)) == {"person", "phone"}
    await erase(KEEPER, act, 0, fields=["phone"], ground="test", occasion=house.occasion())
    with pytest.raises(RuleBroken, match="custody.payload_exists"):
        await erase(KEEPER, act, 0, fields=["phone"], ground="test", occasion=house.occasion())
