"""What holds for every tree: proofs made here verify, and no tampered one does."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from oversight.errors import ProofRejected
from oversight.ledger import tiles
from oversight.ledger.rules import (
    Frontier,
    Tree,
    check_consistency,
    check_inclusion,
    complete_subtrees,
    consistency_path,
    consistency_spans,
    fold,
    inclusion_path,
    inclusion_spans,
    leaf_hash,
    node_hash,
    root_of,
)

LEAVES = [leaf_hash(str(number).encode()) for number in range(1_100)]
sizes = st.integers(1, 70) | st.sampled_from((255, 256, 257, 511, 512, 513, 1_100))


def by_definition(leaves):
    """The root as RFC 6962 section 2.1 writes it, split by split."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(by_definition(leaves[:half]), by_definition(leaves[half:]))


def refused(check, *arguments):
    try:
        check(*arguments)
    except ProofRejected:
        return True
    return False


def turned(data, node):
    place = data.draw(st.integers(0, 255))
    wrong = bytearray(node)
    wrong[place // 8] ^= 1 << place % 8
    return bytes(wrong)


@given(size=sizes)
def test_every_way_to_a_root_is_the_definition(size):
    leaves = LEAVES[:size]
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    assert root_of(leaves) == Tree(leaves).root() == frontier.root() == by_definition(leaves)
    assert Frontier(size, frontier.edge).root() == frontier.root()


@given(data=st.data(), size=sizes)
def test_an_inclusion_path_leads_to_the_root_and_has_the_exact_length(data, size):
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(LEAVES[:size], index), root_of(LEAVES[:size])
    check_inclusion(LEAVES[index], index, size, path, root)
    inner = (index ^ (size - 1)).bit_length()
    assert len(path) == inner + (index >> inner).bit_count()


@given(data=st.data(), size=sizes)
def test_a_tampered_inclusion_proof_is_refused(data, size):
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(LEAVES[:size], index), root_of(LEAVES[:size])
    leaf = LEAVES[index]
    assert refused(check_inclusion, turned(data, leaf), index, size, path, root)
    assert refused(check_inclusion, leaf, index, size, path, turned(data, root))
    assert refused(check_inclusion, leaf, index, size, [*path, leaf], root)
    assert refused(check_inclusion, leaf, size, size, path, root)
    assert refused(check_inclusion, leaf, -1, size, path, root)
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        wrong = [*path[:at], turned(data, path[at]), *path[at + 1 :]]
        assert refused(check_inclusion, leaf, index, size, wrong, root)
        assert refused(check_inclusion, leaf, index, size, path[:at] + path[at + 1 :], root)
        other = data.draw(st.integers(0, size - 1))
        assume(other != index)
        assert refused(check_inclusion, leaf, other, size, path, root)


@given(data=st.data(), size=sizes)
def test_a_consistency_path_holds_and_a_tampered_one_does_not(data, size):
    old = data.draw(st.integers(1, size))
    old_root, root = root_of(LEAVES[:old]), root_of(LEAVES[:size])
    path = consistency_path(LEAVES[:size], old)
    check_consistency(old, old_root, size, root, path)
    assert refused(check_consistency, old, turned(data, old_root), size, root, path)
    assert refused(check_consistency, old, old_root, size, turned(data, root), path)
    assert refused(check_consistency, old, old_root, size, root, [*path, root])
    assert refused(check_consistency, 0, root_of([]), size, root, [])
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        wrong = [*path[:at], turned(data, path[at]), *path[at + 1 :]]
        assert refused(check_consistency, old, old_root, size, root, wrong)
        assert refused(check_consistency, old, old_root, size, root, path[:at] + path[at + 1 :])


@given(data=st.data(), size=st.integers(1, 1_100))
def test_tiles_grown_in_any_steps_answer_every_proof(data, size):
    kept, reached = {}, 0
    while reached < size:
        step = data.draw(st.integers(1, size - reached))
        edge = {tile: kept[tile] for tile in tiles.touched_tiles(reached, step)}
        kept.update(tiles.grow(reached, edge, LEAVES[reached : reached + step]))
        reached += step
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))

    def roots(spans):
        return [
            fold([tiles.subtree_root(place, kept[tiles.tile_of(place)]) for place in places])
            for places in map(list, map(complete_subtrees, spans))
        ]

    assert roots(inclusion_spans(index, size)) == inclusion_path(LEAVES[:size], index)
    assert roots(consistency_spans(old, size)) == consistency_path(LEAVES[:size], old)
    assert roots([(0, size)]) == [root_of(LEAVES[:size])]
