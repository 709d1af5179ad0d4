"""Our log, checked by tools that nobody here wrote, from the package index, pinned for tests only.

`metamorphic-log` (a Rust core) checks: the note's Ed25519 signature under the log's key, the
checkpoint's form, inclusion and consistency under verified checkpoints.
It does not check: ML-DSA-44 lines and cosignatures (it skips them as unknown), a quorum, tiles, or
anything about what an entry says.

`proofbundle` checks: a whole `.tlog-proof` with the entry's bytes: the log's signature, inclusion,
Ed25519 and ML-DSA-44 cosignatures and how many of them there are; and, asked as of a cosigner, the
log's own ML-DSA-44 line.
It does not check: consistency between two checkpoints of ours, tlog-policy files, tiles, or
anything about what an entry says.
"""

from __future__ import annotations

import metamorphic_log
import pytest
from house import someone
from proofbundle.checkpoint import verify_cosignature, verify_witnessed_checkpoint
from proofbundle.tlogproof import verify_tlog_proof

from oversight.authority.rules import Post, Role
from oversight.identity.commands import register_party
from oversight.keys.mldsa import MldsaKey
from oversight.keys.signing import SigningKey
from oversight.ledger import effect, nodes
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.cosignatures import cosign_ed25519, cosign_mldsa
from oversight.ledger.notes import (
    COSIGNATURE_ED25519,
    MLDSA44,
    VerifierKey,
    make_vkey,
)
from oversight.ledger.queries import entry, newest_checkpoint
from oversight.publication.collecting import store_cosignature

KEEPER = someone(Post.ADMINISTRATOR)
PLAIN, QUANTUM = SigningKey(b"p" * 32), MldsaKey(b"q" * 32)
ENTRIES = 7


@pytest.fixture
async def log(sqlite_house):
    """A log of seven entries with two checkpoints; the newer one is cosigned by two witnesses."""
    house = sqlite_house
    for number in range(ENTRIES):
        await register_party(KEEPER, Role.FIRM, f"公司{number}", occasion=house.occasion())
        if number == 2:
            house.older = await house.settle()
    point = await house.settle()
    text = Checkpoint(house.settings.origin, point.size, point.root).text()
    for key, line in (
        (VerifierKey("plain.example", COSIGNATURE_ED25519, PLAIN.public),
         cosign_ed25519(text, "plain.example", PLAIN, 1_772_438_405)),
        (VerifierKey("quantum.example", MLDSA44, QUANTUM.public),
         cosign_mldsa(text, "quantum.example", QUANTUM, 1_772_438_405)),
    ):  # fmt: skip
        await store_cosignature(point, key, line)
    house.newer = await newest_checkpoint()
    return house


def vkeys(house):
    """Return the verifier keys of the log and of its two witnesses, as texts."""
    origin = house.settings.origin
    return (
        make_vkey(origin, house.ring.log.public),
        make_vkey("plain.example", PLAIN.public, COSIGNATURE_ED25519),
        make_vkey("quantum.example", QUANTUM.public, MLDSA44),
    )


async def test_metamorphic_log_verifies_our_notes(log):
    ours, *_ = vkeys(log)
    head = metamorphic_log.checkpoint_verify(log.newer.note, [ours])
    assert (head.origin, head.size, bytes(head.root)) == (
        log.settings.origin, ENTRIES, log.newer.root,
    )  # fmt: skip
    assert metamorphic_log.verify_signed_note(log.newer.note, [ours]) == 1


async def test_metamorphic_log_refuses_a_note_that_was_changed(log):
    ours, *_ = vkeys(log)
    changed = log.newer.note.replace(f"\n{ENTRIES}\n", f"\n{ENTRIES + 1}\n", 1)
    with pytest.raises(metamorphic_log.VerifyError):
        metamorphic_log.checkpoint_verify(changed, [ours])


@pytest.mark.parametrize("index", range(ENTRIES))
async def test_metamorphic_log_verifies_the_inclusion_of_every_entry(log, index):
    ours, *_ = vkeys(log)
    placed, logged = await effect.proof_of(index), await entry(index)
    note = placed.checkpoint.note
    metamorphic_log.checkpoint_verify_inclusion(note, [ours], index, logged.leaf, placed.path)
    with pytest.raises(metamorphic_log.VerifyError):
        other = (index + 1) % ENTRIES
        metamorphic_log.checkpoint_verify_inclusion(note, [ours], other, logged.leaf, placed.path)


async def test_metamorphic_log_verifies_that_our_log_only_grew(log):
    ours, *_ = vkeys(log)
    path = await nodes.consistency_path(log.older.size, log.newer.size)
    older, newer = log.older.note, log.newer.note
    metamorphic_log.checkpoint_verify_consistency(older, newer, [ours], path)
    with pytest.raises(metamorphic_log.VerifyError):
        metamorphic_log.checkpoint_verify_consistency(older, newer, [ours], path[::-1])


@pytest.mark.parametrize("index", range(ENTRIES))
async def test_proofbundle_verifies_our_proof_files_with_both_kinds_of_witness(log, index):
    ours, *witnesses = vkeys(log)
    text, logged = (await effect.proof_of(index)).text(), await entry(index)
    found = verify_tlog_proof(
        text, logged.data, ours, witnesses, threshold=2, expected_origin=log.settings.origin
    )
    assert found["ok"], found
    assert found["index"] == index
    changed = logged.data.replace(b'"v":1', b'"v":2')
    assert not verify_tlog_proof(text, changed, ours, witnesses, threshold=2)["ok"]


async def test_proofbundle_counts_our_witnesses_and_no_others(log):
    ours, *witnesses = vkeys(log)
    found = verify_witnessed_checkpoint(
        log.newer.note, ours, witnesses, threshold=2, expected_origin=log.settings.origin
    )
    assert found["ok"]
    stranger = make_vkey("other.example", SigningKey(b"o" * 32).public, COSIGNATURE_ED25519)
    assert not verify_witnessed_checkpoint(
        log.newer.note, ours, [witnesses[0], stranger], threshold=2
    )["ok"]


async def test_proofbundle_verifies_the_ml_dsa_signature_of_the_log_itself(log):
    own = make_vkey(log.settings.origin, log.ring.log_mldsa[-1].public, MLDSA44)
    assert verify_cosignature(log.newer.note, own)["ok"]
    changed = log.newer.note.replace(f"\n{ENTRIES}\n", f"\n{ENTRIES + 1}\n", 1)
    assert not verify_cosignature(changed, own)["ok"]
