"""RFC 6962 trees, inclusion and consistency proofs of other projects, valid and broken."""

from __future__ import annotations

import base64

import pytest
from foreign import foreign_vectors

from oversight.errors import ProofRejected
from oversight.ledger.rules import (
    Frontier,
    Tree,
    check_consistency,
    check_inclusion,
    consistency_path,
    leaf_hash,
    node_hash,
    root_of,
)

TREE = foreign_vectors("rfc6962_tree")
INCLUSION = foreign_vectors("inclusion_proofs")["vectors"]
CONSISTENCY = foreign_vectors("consistency_proofs")["vectors"]
LEAVES = [leaf_hash(bytes.fromhex(data)) for data in TREE["leaf_inputs"]]


def name(vector):
    return vector["id"]


def raw(text):
    return base64.b64decode(text) if text else b""


def hashes(texts):
    return [raw(text) for text in texts or []]


def hashed(case):
    if case["op"] == "empty":
        return root_of([])
    if case["op"] == "leaf":
        return leaf_hash(bytes.fromhex(case["data"]))
    return node_hash(bytes.fromhex(case["left"]), bytes.fromhex(case["right"]))


@pytest.mark.parametrize("case", TREE["hashes"])
def test_a_hash_is_the_published_one(case):
    assert hashed(case).hex() == case["want"]


@pytest.mark.parametrize("size", range(len(TREE["roots"])))
def test_the_root_of_each_size_is_the_published_one(size):
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    want = bytes.fromhex(TREE["roots"][size])
    assert root_of(LEAVES[:size]) == want
    assert frontier.root() == want
    assert Tree(LEAVES[:size]).root() == want


def test_every_complete_subtree_is_the_published_one():
    for level, nodes in enumerate(TREE["nodes"]):
        width = 1 << level
        for index, node in enumerate(nodes):
            assert root_of(LEAVES[index * width : (index + 1) * width]).hex() == node


@pytest.mark.parametrize("proof", TREE["ct_consistency"])
def test_a_consistency_proof_made_here_is_the_published_one(proof):
    want = [bytes.fromhex(node) for node in proof["proof"]]
    assert consistency_path(LEAVES[: proof["size2"]], proof["size1"]) == want


def test_a_leaf_of_a_production_log_leads_to_its_root():
    real = TREE["ct_real_leaf"]
    leaf = leaf_hash(bytes.fromhex(real["leaf_input"]))
    path = [bytes.fromhex(node) for node in real["proof"]]
    root = bytes.fromhex(real["root"])
    assert leaf.hex() == real["leaf_hash"]
    check_inclusion(leaf, real["index"], real["tree_size"], path, root)


@pytest.mark.parametrize("vector", INCLUSION, ids=name)
def test_an_inclusion_proof_is_judged_as_published(vector):
    arguments = (
        raw(vector["leafHash"]), vector["leafIdx"], vector["treeSize"],
        hashes(vector["proof"]), raw(vector["root"]),
    )  # fmt: skip
    if vector["wantErr"]:
        with pytest.raises(ProofRejected):
            check_inclusion(*arguments)
    else:
        check_inclusion(*arguments)


@pytest.mark.parametrize("vector", CONSISTENCY, ids=name)
def test_a_consistency_proof_is_judged_as_published(vector):
    arguments = (
        vector["size1"], raw(vector["root1"]), vector["size2"], raw(vector["root2"]),
        hashes(vector["proof"]),
    )  # fmt: skip
    if vector["wantErr"]:
        with pytest.raises(ProofRejected):
            check_consistency(*arguments)
    else:
        check_consistency(*arguments)


# Of a subtree [start, end) an entry is proved as in a tree of its own; and a subtree from 0 on is
# an older tree. Other subtrees (start > 0) have consistency proofs of another kind, which only the
# optional call sign-subtree of a witness needs: nothing here makes, takes or checks them.
SUBTREE_INCLUSION = foreign_vectors("subtree_inclusion_proofs")["vectors"]
SUBTREE_CONSISTENCY = foreign_vectors("subtree_consistency_proofs")["vectors"]
OLDER_TREES = [vector for vector in SUBTREE_CONSISTENCY if vector["start"] == 0]
OTHER_KIND = [vector for vector in SUBTREE_CONSISTENCY if vector["start"]]


@pytest.mark.parametrize("vector", SUBTREE_INCLUSION, ids=name)
def test_an_inclusion_proof_in_a_subtree_is_judged_as_published(vector):
    arguments = (
        raw(vector["leafHash"]), vector["leafIdx"] - vector["start"],
        vector["end"] - vector["start"], hashes(vector["proof"]), raw(vector["root"]),
    )  # fmt: skip
    if vector["wantErr"]:
        with pytest.raises(ProofRejected):
            check_inclusion(*arguments)
    else:
        check_inclusion(*arguments)


@pytest.mark.parametrize("vector", OLDER_TREES, ids=name)
def test_a_subtree_from_the_beginning_is_judged_as_an_older_tree(vector):
    arguments = (
        vector["end"], raw(vector["root1"]), vector["size"], raw(vector["root2"]),
        hashes(vector["proof"]),
    )  # fmt: skip
    # The source takes an empty subtree with any tree; nothing is shown by it, and we refuse it.
    if vector["wantErr"] or vector["end"] == 0:
        with pytest.raises(ProofRejected):
            check_consistency(*arguments)
    else:
        check_consistency(*arguments)


def test_the_vectors_that_do_not_apply_are_those_of_subtrees_in_the_midst():
    assert len(OLDER_TREES) + len(OTHER_KIND) == len(SUBTREE_CONSISTENCY)
    assert len(OTHER_KIND) == 16
    assert all(vector["start"] > 0 for vector in OTHER_KIND)
