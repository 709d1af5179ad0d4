"""The Merkle tree of the log: RFC 6962 section 2.1, RFC 9162 section 2.1.

A leaf hash, a node hash and a root are 32 bytes. Sizes count entries, indexes start at 0.
A proof authenticates neither size nor index by itself: take size and root together from
one signed checkpoint.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from oversight.errors import Ground, ProofRejected, Rule
from oversight.ledger.facts import read_projection

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

PENDING_BOUNDED = Rule(
    "ledger.pending_bounded",
    "Entries that wait for their place on the log stay below the published bound.",
    "design: ledger.md#Tree",
    Ground.BUSY,
)
INDEX_ASSIGNED = Rule(
    "ledger.index_assigned",
    "The entry has its place on the log.",
    "design: ledger.md#Tree",
    Ground.BUSY,
)
ENTRY_EFFECTIVE = Rule(
    "ledger.entry_effective",
    "A signed checkpoint covers the entry.",
    "design: ledger.md#Witnesses and effect",
    Ground.BUSY,
)
ENTRY_EXISTS = Rule(
    "ledger.entry_exists",
    "The entry is on the log.",
    "design: ledger.md#Tree",
    Ground.ABSENT,
)


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 || data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def parents(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the level above: pairs are hashed, a last one without a partner moves up as it is."""
    above = [
        sha256(b"\x01" + left + right).digest()
        for left, right in zip(hashes[::2], hashes[1::2], strict=False)
    ]
    if len(hashes) % 2:
        above.append(hashes[-1])
    return above


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash over leaf hashes; SHA-256 of nothing when there are none."""
    if not leaf_hashes:
        return EMPTY_ROOT
    level = leaf_hashes
    while len(level) > 1:
        level = parents(level)
    return level[0]


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root of a run of complete subtrees, given largest (leftmost) first."""
    root = hashes[-1]
    for left in hashes[-2::-1]:
        root = sha256(b"\x01" + left + root).digest()
    return root


class Frontier:
    """The right edge of a growing tree: the roots of its maximal complete subtrees.

    `edge` holds one hash for each 1-bit of `size`, largest subtree first.
    """

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size, self.edge = size, list(edge)
        self._root: bytes | None = None
        assert len(self.edge) == size.bit_count(), f"{len(self.edge)} edge hashes for size {size}"
        assert {HASH_BYTES}.issuperset(map(len, self.edge)), "an edge hash is not 32 bytes"

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        node, size = leaf, self.size
        while size & 1:
            node = sha256(b"\x01" + self.edge.pop() + node).digest()
            size >>= 1
        self.edge.append(node)
        self.size += 1
        self._root = None

    def root(self) -> bytes:
        """Return the root over all leaves added so far."""
        if self._root is None:
            self._root = fold(self.edge) if self.edge else EMPTY_ROOT
        return self._root


Span = tuple[int, int]  # leaves [start, end)
Place = tuple[int, int]  # (level, index) of a complete subtree: leaves [index << level, …)


def _split(size: int) -> int:
    """Return the largest power of two below `size` (at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return the ranges of leaves whose roots make the inclusion path, leaf's sibling first."""
    assert 0 <= index < size, f"no leaf {index} in a tree of {size}"
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old_size: int, size: int) -> list[Span]:
    """Return the ranges of leaves whose roots make the consistency path, in order.

    Empty for equal sizes (RFC 9162, section 2.1.4.1).
    """
    assert 0 < old_size <= size, f"no consistency from {old_size} to {size}"
    spans: list[Span] = []
    start, end, whole = 0, size, True
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, whole = middle, False
    if not whole:
        spans.append((start, end))
    return spans[::-1]


def complete_subtrees(span: Span) -> Iterator[Place]:
    """Yield the complete subtrees that tile `span`, largest first.

    `span` starts at a multiple of the smallest power of two that holds it, as every span
    of a proof does.
    """
    start, end = span
    while start < end:
        level = (end - start).bit_length() - 1
        assert start % (1 << level) == 0, f"span {span} does not start at a subtree"
        yield level, start >> level
        start += 1 << level


class Tree:
    """A whole tree in memory, for proofs over leaf hashes that are all at hand."""

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        self.size = len(leaf_hashes)
        self._levels: list[Sequence[bytes]] = [leaf_hashes]
        while len(self._levels[-1]) > 1:
            self._levels.append(parents(self._levels[-1]))

    def root(self) -> bytes:
        """Return the Merkle tree hash."""
        return self._levels[-1][0] if self.size else EMPTY_ROOT

    def span_root(self, span: Span) -> bytes:
        """Return the root over the leaves of `span`."""
        return fold([self._levels[level][index] for level, index in complete_subtrees(span)])

    def inclusion_path(self, index: int) -> list[bytes]:
        """Return the audit path of leaf `index`, its sibling first."""
        return [self.span_root(span) for span in inclusion_spans(index, self.size)]

    def consistency_path(self, old_size: int) -> list[bytes]:
        """Return the proof that the first `old_size` leaves were not changed."""
        return [self.span_root(span) for span in consistency_spans(old_size, self.size)]


def inclusion_path(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of leaf `index` among `leaf_hashes`, its sibling first."""
    return Tree(leaf_hashes).inclusion_path(index)


def consistency_path(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the proof that the tree over `leaf_hashes` extends its first `old_size`."""
    return Tree(leaf_hashes).consistency_path(old_size)


def _require_hashes(*hashes: bytes) -> None:
    """Refuse anything that is not exactly 32 bytes: no shorter value ever equals a root."""
    if any(len(item) != HASH_BYTES for item in hashes):
        raise ProofRejected("a hash is not 32 bytes")


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise ProofRejected unless `leaf` is leaf `index` of the tree (size, root).

    RFC 9162, section 2.1.3.2. `leaf` is a leaf hash; `path` starts with its sibling.
    """
    _require_hashes(leaf, root, *path)
    if not 0 <= index < size:
        raise ProofRejected(f"index {index} is outside a tree of {size}")
    place, last, running = index, size - 1, leaf
    for node in path:
        if last == 0:
            raise ProofRejected("the inclusion path is too long")
        if place & 1 or place == last:
            running = node_hash(node, running)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            running = node_hash(running, node)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofRejected("the inclusion path is too short")
    if running != root:
        raise ProofRejected(f"leaf {index} does not lead to the root")


def check_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    """Raise ProofRejected unless the tree (size, root) only appends to (old_size, old_root).

    RFC 9162, section 2.1.4.2. An old size of 0 is refused: the RFC defines no proof from it.
    """
    if not 0 < old_size <= size:
        raise ProofRejected(f"no consistency can be shown from size {old_size} to {size}")
    if old_size == size:
        if path or old_root != root:
            raise ProofRejected(f"two roots, or a path, for the one size {size}")
        return
    _require_hashes(old_root, root, *path)
    nodes = list(path)
    if old_size & (old_size - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        raise ProofRejected("the consistency path is empty")
    if _consistency_roots(old_size, size, nodes) != (old_root, root):
        raise ProofRejected(f"size {size} does not extend size {old_size}")


def _consistency_roots(old_size: int, size: int, nodes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the old and the new root that `nodes` lead to."""
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_running = running = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            raise ProofRejected("the consistency path is too long")
        if place & 1 or place == last:
            old_running, running = node_hash(node, old_running), node_hash(node, running)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            running = node_hash(running, node)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofRejected("the consistency path is too short")
    return old_running, running


def checked_leaf(row: Mapping[str, Any]) -> bytes:
    """Return the leaf hash of a waiting row.

    Raises:
        ProofRejected: the leaf does not follow from the body, or a column beside the body says
            something else than the body; the message names row and column.
    """
    body = bytes(row["body"])
    leaf = leaf_hash(body)
    if leaf != bytes(row["leaf"]):
        raise ProofRejected(f"pending row {row['id']}: the leaf does not follow from the body")
    try:
        entry = read_projection(body)
    except msgspec.DecodeError:
        raise ProofRejected(f"pending row {row['id']}: the body is no entry") from None
    for column, said in (("act", entry.act), ("kind", entry.kind), ("subject", entry.subject)):
        if row[column] != said:
            raise ProofRejected(f"pending row {row['id']}: {column} differs from the body")
    return leaf
