"""Static logs of other projects: their paths, tiles, bundles and checkpoints, read as published."""

from __future__ import annotations

import base64
from collections import Counter

import pytest
from foreign import foreign_vectors
from shown_log import at

from oversight.errors import ProofRejected
from oversight.ledger.checkpoint import parse_checkpoint
from oversight.ledger.notes import open_note, parse_vkey
from oversight.ledger.rules import EMPTY_ROOT, consistency_path, leaf_hash, root_of
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.ledger.tiles import (
    WIDTH,
    bundle_path,
    make_bundle,
    split_bundle,
    split_hashes,
    tile_path,
    tiles_of,
)
from oversight.mirror.commands import Mirror
from oversight.publication.directory import write_file
from oversight.publication.source import DirectorySource
from oversight.publication.verified import VerifiedLog
from oversight.witness.commands import add_checkpoint, add_log, make_witness
from oversight.witness.rules import Outcome, Promise, origin_hash, write_submission

TILES = foreign_vectors("tiles")
TESSERA, SUNLIGHT = TILES["tessera_log"], TILES["sunlight_mirror"]
ORIGIN = "example.com/log/testdata"
KEY = parse_vkey(TESSERA["vkey"])
SIZES = range(16)
ENTRIES = split_bundle(bytes.fromhex(TESSERA["entries_000_p"]["15"]), 15)


def note_of(size):
    return TESSERA["checkpoints"][f"checkpoint.{size}"]


@pytest.mark.parametrize("vector", TILES["tile_paths"], ids=lambda vector: vector["path"])
def test_a_tile_lies_where_its_makers_say(vector):
    width = vector["partial"] or WIDTH
    assert tile_path(vector["level"], vector["index"], width) == vector["path"]


@pytest.mark.parametrize("vector", TILES["entry_paths"], ids=lambda vector: str(vector))
def test_a_bundle_lies_where_its_makers_say(vector):
    width = min(WIDTH, vector["log_size"] - vector["index"] * WIDTH)
    assert bundle_path(vector["index"], width) == vector["path"]


def test_the_specifications_own_examples_hold():
    path, seventy_thousand, one_tile = TILES["extra_paths"]
    assert tile_path(0, path["index"]) == f"tile/0/{path['path']}"
    for example in (seventy_thousand, one_tile):
        found = Counter()
        for (level, index), width in tiles_of(example["tree_size"]):
            found[f"L{level}_partial" if width < WIDTH else f"L{level}_full"] = (
                width if width < WIDTH else index + 1
            )
            if width < WIDTH and index:
                found[f"L{level}_full"] = index
        assert {name: found[name] for name in example["tiles"]} == example["tiles"]


@pytest.mark.parametrize("size", SIZES)
def test_a_log_of_another_maker_has_the_root_that_its_files_lead_to(size):
    checkpoint, opened = open_checkpoint(note_of(size), ORIGIN, [KEY])
    assert (checkpoint.size, opened.verified) == (size, (KEY,))
    if size == 0:
        assert checkpoint.root == EMPTY_ROOT
        return
    tile = bytes.fromhex(TESSERA["tile_0_000_p"][str(size)])
    bundle = bytes.fromhex(TESSERA["entries_000_p"][str(size)])
    assert split_bundle(bundle, size) == ENTRIES[:size]
    assert make_bundle(ENTRIES[:size]) == bundle
    assert split_hashes(tile) == [leaf_hash(entry) for entry in ENTRIES[:size]]
    assert root_of(split_hashes(tile)) == checkpoint.root


def lay_out(directory, size):
    """Put the published files of one size of the log into a directory."""
    for name, path in (("tile_0_000_p", tile_path), ("entries_000_p", bundle_path)):
        place = path(0, 0, size) if path is tile_path else path(0, size)
        write_file(directory, place, bytes.fromhex(TESSERA[name][str(size)]))
    write_file(directory, "checkpoint", note_of(size).encode())


@pytest.mark.parametrize("size", SIZES[1:])
def test_a_log_of_another_maker_is_read_entry_by_entry(size, tmp_path):
    lay_out(tmp_path, size)
    log = VerifiedLog(DirectorySource(tmp_path), parse_checkpoint(open_text(size)))
    assert [entry for _, run in log.entries() for entry in run] == ENTRIES[:size]
    for older in range(1, size):
        assert log.root_at(older) == parse_checkpoint(open_text(older)).root


def open_text(size):
    return open_note(note_of(size), [KEY]).text


def test_a_witness_climbs_every_checkpoint_of_a_log_of_another_maker(tmp_path):
    witness = make_witness(tmp_path / "w", "w.example", Promise.SEEN, ["ed25519", "mldsa44"])
    add_log(witness, ORIGIN, [TESSERA["vkey"]])
    leaves = [leaf_hash(entry) for entry in ENTRIES]
    for size in SIZES:
        old = max(size - 1, 0)
        path = consistency_path(leaves[:size], old) if old else []
        request = write_submission(old, path, note_of(size))
        answer = add_checkpoint(witness, request, at(2_000_000_000 + size))
        assert answer.outcome is Outcome.COSIGNED
        opened = open_note(note_of(size) + answer.lines, [KEY, *witness.cosigner.verifiers])
        assert len(opened.cosigned) == 2


PRODUCTION = [
    vector
    for vector in foreign_vectors("signed_notes")["vectors"]
    if vector["desc"].startswith("sum.golang.org production")
]


@pytest.mark.parametrize("vector", PRODUCTION, ids=lambda vector: vector["desc"])
def test_a_witness_cosigns_a_production_log_whose_origin_is_not_its_keys_name(vector, tmp_path):
    (vkey,) = vector["vkeys"]
    origin = vector["note"].split("\n")[0]
    assert origin != parse_vkey(vkey).name
    witness = make_witness(tmp_path / "w", "w.example", Promise.SEEN, ["ed25519", "mldsa44"])
    add_log(witness, origin, [vkey])
    answer = add_checkpoint(witness, write_submission(0, [], vector["note"]), at(2_000_000_000))
    assert answer.outcome is Outcome.COSIGNED
    keys = [parse_vkey(vkey), *witness.cosigner.verifiers]
    assert len(open_note(vector["note"] + answer.lines, keys).cosigned) == 2


def test_a_mirror_copies_a_log_of_another_maker(tmp_path):
    lay_out(tmp_path / "public", 7)
    made = make_witness(tmp_path / "m", "m.example", Promise.HELD, ["ed25519"])
    add_log(made, ORIGIN, [TESSERA["vkey"]], str(tmp_path / "public"))
    mirror = Mirror(made)
    assert mirror.follow_all() == 0
    lay_out(tmp_path / "public", 15)
    assert mirror.follow_all() == 0
    held = DirectorySource(mirror.directory_of(ORIGIN))
    assert split_bundle(held.read("tile/entries/000.p/15", 10_000), 15) == ENTRIES


def test_the_tiles_of_another_makers_mirror_lead_to_the_root_that_it_signed(tmp_path):
    mirror = parse_vkey(SUNLIGHT["vkey"])
    checkpoint = parse_checkpoint(open_note(SUNLIGHT["checkpoint"], [mirror]).text)
    for path, data in SUNLIGHT["tiles"].items():
        write_file(tmp_path, path, bytes.fromhex(data))
    log = VerifiedLog(DirectorySource(tmp_path), checkpoint)
    log.check_edge()
    leaves = split_hashes(log.tile(0, 0)) + split_hashes(log.tile(0, 1))
    assert len(leaves) == checkpoint.size == 300
    assert root_of(leaves) == checkpoint.root
    with pytest.raises(ProofRejected):  # the log itself did not sign this copy
        open_checkpoint(SUNLIGHT["checkpoint"], checkpoint.origin, [mirror])


@pytest.mark.parametrize("path", SUNLIGHT["tiles"])
def test_a_tile_of_another_makers_mirror_with_one_changed_bit_is_refused(path, tmp_path):
    mirror = parse_vkey(SUNLIGHT["vkey"])
    checkpoint = parse_checkpoint(open_note(SUNLIGHT["checkpoint"], [mirror]).text)
    for each, text in SUNLIGHT["tiles"].items():
        data = bytearray.fromhex(text)
        data[-1] ^= each == path
        write_file(tmp_path, each, bytes(data))
    with pytest.raises(ProofRejected):
        VerifiedLog(DirectorySource(tmp_path), checkpoint).tile(0, 0)


@pytest.mark.parametrize(
    "vector", foreign_vectors("signed_notes")["distributor_log_ids"], ids=lambda v: v["origin"]
)
def test_a_distributors_id_is_not_a_witnesss_address_but_made_alike(vector):
    assert origin_hash(f"o:{vector['origin']}") == vector["sha256"]
    assert origin_hash(vector["origin"]) != vector["sha256"]


@pytest.mark.parametrize(
    "vector", foreign_vectors("cosignatures")["timestamp_extraction"], ids=lambda v: str(v["want"])
)
def test_the_time_of_a_cosignature_stands_before_it(vector):
    try:
        data = base64.b64decode(vector["sig_b64"], validate=True)
    except ValueError:
        assert vector["want"] is None
        return
    is_cosignature = len(data) == 4 + 8 + 64  # key id, time, Ed25519
    assert is_cosignature is (vector["want"] is not None)
    if is_cosignature:
        assert int.from_bytes(data[4:12], "big") == vector["want"]
