"""Whether a quorum saw an entry before a second: judged by the claims of those who make it."""

from __future__ import annotations

import pytest
from house import someone

from oversight.authority.rules import Post, Role
from oversight.identity.commands import register_party
from oversight.keys.signing import SigningKey
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.cosignatures import cosign_ed25519
from oversight.ledger.effect import is_witnessed, seen_before
from oversight.ledger.notes import COSIGNATURE_ED25519, VerifierKey, make_vkey
from oversight.ledger.terms import terms
from oversight.policy.commands import adopt_policy
from oversight.publication.collecting import store_cosignature
from oversight.values.digests import sha256

KEEPER = someone(Post.ADMINISTRATOR)
WITNESSES = {name: SigningKey(sha256(name.encode())) for name in "abc"}


def cosigner(name):
    return VerifierKey(f"{name}.example", COSIGNATURE_ED25519, WITNESSES[name].public)


async def cosign(point, **seconds):
    text = Checkpoint(terms().origin, point.size, point.root).text()
    for name, second in seconds.items():
        key = cosigner(name)
        line = cosign_ed25519(text, key.name, WITNESSES[name], second)
        await store_cosignature(point, key, line)


@pytest.fixture
async def policed(house):
    """A house whose quorum is `a` and one of `b` and `c`; unwitnessed before the policy."""
    own = make_vkey(house.settings.origin, house.ring.log.public)
    lines = [f"log {own}"]
    for name in WITNESSES:
        key = cosigner(name)
        vkey = make_vkey(key.name, key.public, key.type)
        lines.append(f"witness {name} {vkey} http://{name}.invalid")
    lines += ["group other any b c", "group g all a other", "quorum g"]
    await register_party(KEEPER, Role.FIRM, "公司", occasion=house.occasion())
    await adopt_policy(KEEPER, "\n".join(lines) + "\n", house.occasion())
    await house.settle()
    return house


async def entry_and_checkpoint(house, name):
    await register_party(KEEPER, Role.FIRM, name, occasion=house.occasion())
    return await house.settle()


async def test_everybody_whom_the_quorum_needs_signed_in_time(policed):
    point = await entry_and_checkpoint(policed, "一")
    index = point.size - 1
    assert await is_witnessed(index)
    assert await seen_before(index, 100) is None
    await cosign(point, b=10, c=20, a=100)
    assert await seen_before(index, 100) is None  # two of three were in time, and not the one
    assert (await seen_before(index, 101)).size == point.size


async def test_a_later_checkpoint_covers_an_earlier_entry(policed):
    first = await entry_and_checkpoint(policed, "一")
    await cosign(first, a=10)
    second = await entry_and_checkpoint(policed, "二")
    await cosign(second, a=50, b=60)
    assert (await seen_before(first.size - 1, 61)).size == second.size
    assert await seen_before(first.size - 1, 60) is None
    assert await seen_before(second.size, 61) is None


async def test_before_a_policy_nobody_is_a_witness(house):
    point = await entry_and_checkpoint(house, "一")
    assert not await is_witnessed(point.size - 1)
    assert await seen_before(point.size - 1, 2**40) is None
