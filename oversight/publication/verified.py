"""A published log read under one checkpoint: no byte is handed on before it leads to the root.

The tiles on the right edge give the checkpoint's root, or nothing is read at all. From there
every tile is held against the hash that its parent has of it, and every bundle against its tile
of level 0, so a file that was changed is named itself, never the one beside it. A reader that
moves through the log in order reads each file once and keeps one tile of each level.

Whoever verified (size, root) before asks `root_at(size)`: equal roots mean that this log only
appended to that one.
"""

from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256

import msgspec

from oversight.errors import ProofRejected
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.rules import (
    EMPTY_ROOT,
    HASH_BYTES,
    Span,
    complete_subtrees,
    consistency_spans,
    fold,
    inclusion_spans,
    leaf_hash,
    root_of,
)
from oversight.ledger.tiles import (
    WIDTH,
    Tile,
    bundle_path,
    split_hashes,
    subtree_root,
    tile_of,
    tile_path,
    tiles_of,
)
from oversight.publication.source import Source, read_bundle, read_tile


class Expected(msgspec.Struct, frozen=True):
    """What a tree demands of one bundle; it can be handed to another process."""

    index: int
    tile: bytes  # the leaf hashes, where these were read before; else empty
    root: bytes  # of the 256 leaf hashes of a full bundle; else empty


class VerifiedLog:
    """The entries and tiles of `source` under `checkpoint`, whose signature the caller verified.

    Every method may raise ProofRejected, which names the file at fault (`Missing` if it is not
    there), and SourceUnreachable.
    """

    def __init__(self, source: Source, checkpoint: Checkpoint) -> None:
        self.source, self.checkpoint = source, checkpoint
        self._newest: dict[int, tuple[int, bytes]] = {}  # by level: the tile read last

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, list[bytes]]]:
        """Yield runs of entries with the index of each run's first, from `start` to the end.

        `stop` ends before that index. A run is a bundle, or the part of one that was asked for.
        """
        end = self.checkpoint.size if stop is None else min(stop, self.checkpoint.size)
        while start < end:
            index, skipped = divmod(start, WIDTH)
            first = index * WIDTH
            yield start, self.bundle(index)[skipped : end - first]
            start = first + WIDTH

    def bundle(self, index: int) -> list[bytes]:
        """Return the entries of one bundle: 256, or as many as there are at the end."""
        return read_expected(self.source, self.expected(index))[0]

    def expected(self, index: int) -> Expected:
        """Return what the tree demands of one bundle."""
        if (0, index) in self._edge:
            return Expected(index, self._edge[0, index], b"")
        return Expected(index, b"", self._root_of_tile(0, index))

    def tile(self, level: int, index: int) -> bytes:
        """Return the hashes of one tile, as many as the checkpoint's tree has in it."""
        assert index << 8 * level < self.checkpoint.size, "the tree has no such tile"
        if (level, index) in self._edge:
            return self._edge[level, index]
        newest = self._newest.get(level)
        if newest is not None and newest[0] == index:
            return newest[1]
        root = self._root_of_tile(level, index)
        data = _read_checked_tile(self.source, level, index, root)
        self._newest[level] = index, data
        return data

    def _root_of_tile(self, level: int, index: int) -> bytes:
        """Return the root that the hashes of a full tile must have."""
        above, place = self.tile(level + 1, index // WIDTH), index % WIDTH * HASH_BYTES
        return above[place : place + HASH_BYTES]

    def root_at(self, size: int) -> bytes:
        """Return the root that the first `size` entries have: an older tree's, if this grew on it.

        `size` is at most the checkpoint's.
        """
        assert size <= self.checkpoint.size, "nothing is known beyond the checkpoint"
        if size == self.checkpoint.size:
            return self.checkpoint.root
        return self._span_root((0, size)) if size else EMPTY_ROOT

    def inclusion_path(self, index: int) -> list[bytes]:
        """Return the audit path of one entry under the checkpoint, its sibling first."""
        return [self._span_root(span) for span in inclusion_spans(index, self.checkpoint.size)]

    def consistency_path(self, old_size: int) -> list[bytes]:
        """Return the proof that the checkpoint's tree appends to its first `old_size` entries."""
        spans = consistency_spans(old_size, self.checkpoint.size)
        return [self._span_root(span) for span in spans]

    def check_edge(self) -> None:
        """Read the tiles on the right edge and hold them against the checkpoint's root."""
        assert self._edge or not self.checkpoint.size, "a tree that is not empty has an edge"

    def _span_root(self, span: Span) -> bytes:
        return fold(
            [subtree_root(place, self.tile(*tile_of(place))) for place in complete_subtrees(span)]
        )

    @cached_property
    def _edge(self) -> dict[Tile, bytes]:
        """The tiles that are not full; those of every level together give the root."""
        size = self.checkpoint.size
        edge = {
            tile: read_tile(self.source, *tile, width)
            for tile, width in tiles_of(size)
            if width < WIDTH
        }
        if edge and _edge_root(size, edge) != self.checkpoint.root:
            raise ProofRejected(self._which_edge(edge))
        return edge

    def _which_edge(self, edge: dict[Tile, bytes]) -> str:
        """Return which tiles of an edge with another root do not follow from what is below."""
        odd = []
        for (level, index), data in edge.items():
            path = tile_path(level, index, len(data) // HASH_BYTES)
            try:
                if self._below(level, index, len(data) // HASH_BYTES) != data:
                    odd.append(path)
            except ProofRejected as rejected:
                odd.append(f"{path} or {rejected}")
        if odd:
            return f"{', '.join(odd)}: does not follow from the files below, nor lead to the root"
        return "tile: the tiles agree with each other and lead to another root than checkpoint's"

    def _below(self, level: int, index: int, width: int) -> bytes:
        """Return what a tile must hold if the files below it are right."""
        if level == 0:
            return b"".join(map(leaf_hash, read_bundle(self.source, index, width)))
        children = range(index * WIDTH, index * WIDTH + width)
        return b"".join(
            root_of(split_hashes(read_tile(self.source, level - 1, child))) for child in children
        )


def read_expected(source: Source, expected: Expected) -> tuple[list[bytes], bytes]:
    """Return the entries of a bundle that is as a tree demands; its tile must be so, too: that
    is returned as well, as far as the bundle reaches.

    Raises:
        ProofRejected, SourceUnreachable: as `VerifiedLog`.
    """
    index, root = expected.index, expected.root
    tile = expected.tile or read_tile(source, 0, index)
    width = len(tile) // HASH_BYTES
    entries = read_bundle(source, index, width)
    leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
    if b"".join(leaves) != tile or (root and root_of(leaves) != root):
        tile = expected.tile or _read_checked_tile(source, 0, index, root)
        raise ProofRejected(_which_entry(index, width, entries, tile))
    return entries, tile


def _read_checked_tile(source: Source, level: int, index: int, root: bytes) -> bytes:
    """Return the hashes of a full tile that have this root."""
    data = read_tile(source, level, index)
    if root_of(split_hashes(data)) != root:
        raise ProofRejected(f"{tile_path(level, index)}: does not lead to the root")
    return data


def _edge_root(size: int, edge: dict[Tile, bytes]) -> bytes:
    """Return the root that the tiles of an edge lead to."""
    places = complete_subtrees((0, size))
    return fold([subtree_root(place, edge[tile_of(place)]) for place in places])


def _which_entry(index: int, width: int, entries: list[bytes], tile: bytes) -> str:
    """Return which entry of a bundle is not the one whose hash its tile has."""
    hashes = [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]
    odd = [
        index * WIDTH + at
        for at, (entry, leaf) in enumerate(zip(entries, hashes, strict=True))
        if leaf_hash(entry) != leaf
    ]
    assert odd, "tile and bundle differ, or the tile would have been refused"
    more = f" and {len(odd) - 1} more" if len(odd) > 1 else ""
    return f"{bundle_path(index, width)}: entry {odd[0]}{more} is not the one that the tree holds"
