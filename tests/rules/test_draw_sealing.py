"""Commitments of experts, rosters and what opens them."""

import hmac
from hashlib import sha256, sha512

import pytest

from bidding.sealing.rules import (
    Candidate,
    commitment,
    excluded_digest,
    expert_parts,
    openings_digest,
    ranked,
    roster_leaf,
    roster_paths,
    roster_root,
    salts,
    seal_experts,
    secret_digest,
)
from oversight.ledger.rules import check_inclusion
from oversight.values.canonical import canonical

SECRET = bytes(range(32))
AWKWARD = ['专家"引号\\与\n换行', "Ünïcode \u007f\u0001", "𝔘 emoji 🙂", "", "plain"]


def pool(count: int) -> list[Candidate]:
    return [
        Candidate(f"expert-{n}", AWKWARD[n % 5], f"employer{n % 3}", "220822", ["A08", "B03"])
        for n in range(count)
    ]


def by_the_letter(one: Candidate) -> bytes:
    """The commitment as draw.md writes it, with nothing of ours but canonical bytes."""

    def label(name: bytes, data: bytes) -> bytes:
        return sha256(b"daylight/draw/v1/" + name + b"\n" + data).digest()

    both = hmac.new(SECRET, one.expert.encode(), sha512).digest()
    identity = canonical({"name": one.name, "expert": one.expert})
    attributes = canonical(
        {"specialties": one.specialties, "region": one.region, "employer": one.employer}
    )
    return label(
        b"entry",
        label(b"identity", both[:32] + identity) + label(b"attributes", both[32:] + attributes),
    )


def test_sealing_a_pool_gives_each_expert_his_commitment_by_the_letter():
    candidates = pool(25)
    assert seal_experts(SECRET, candidates) == [by_the_letter(one) for one in candidates]


def test_the_batch_and_the_plain_definition_agree():
    candidates = pool(25)
    assert seal_experts(SECRET, candidates) == [
        commitment(SECRET, one.expert, expert_parts(one)) for one in candidates
    ]


def test_a_lone_surrogate_cannot_be_sealed():
    with pytest.raises(UnicodeEncodeError):
        seal_experts(SECRET, [Candidate("e", "\ud800", "x", "220822", [])])


def test_one_expert_has_another_commitment_in_every_draw():
    assert seal_experts(SECRET, pool(1)) != seal_experts(bytes(32), pool(1))


def test_the_two_salts_of_an_expert_differ():
    first, second = salts(SECRET, "expert-1")
    assert first != second


def test_a_roster_is_ascending():
    sealed = seal_experts(SECRET, pool(20))
    roster = [sealed[place] for place in ranked(sealed)]
    assert roster == sorted(sealed)
    assert roster_root(roster) == roster_root(sorted(sealed))


def test_an_expert_listed_twice_is_our_own_mistake():
    with pytest.raises(AssertionError):
        ranked(seal_experts(SECRET, [*pool(3), *pool(1)]))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13])
def test_every_position_of_a_roster_has_its_path(size):
    roster = sorted(seal_experts(SECRET, pool(size)))
    root = roster_root(roster)
    for position, path in roster_paths(roster, range(size)).items():
        check_inclusion(roster_leaf(roster[position]), position, size, path, root)


def test_exclusions_have_one_digest_whatever_order_they_came_in():
    pairs = [["b", "recused"], ["a", "suspended"], ["a", "barred"]]
    assert excluded_digest(SECRET, pairs) == excluded_digest(SECRET, sorted(pairs))
    assert excluded_digest(SECRET, pairs) != excluded_digest(bytes(32), pairs)


def test_digests_made_for_different_ends_differ():
    assert len({secret_digest(SECRET), openings_digest([]), excluded_digest(SECRET, [])}) == 3
