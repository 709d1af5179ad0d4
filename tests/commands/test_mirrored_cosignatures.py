"""A mirror's copy is judged as the log itself: it carries the lines of the log's witnesses."""

from __future__ import annotations

import pytest
from published import audit, fill, log_key, publish
from shown_log import at

from oversight.keys.signing import SigningKey
from oversight.ledger.cosignatures import cosign_ed25519
from oversight.ledger.notes import (
    COSIGNATURE_ED25519,
    SIGNATURES_MAX,
    make_vkey,
    note_parts,
)
from oversight.ledger.policy import PolicyAdopted
from oversight.mirror.commands import Mirror
from oversight.public_audit.report import CLEAN, INCOMPLETE
from oversight.witness.commands import add_log, make_witness
from oversight.witness.rules import Outcome, Promise, write_submission
from scripts.made_up_log import CENTER, ORIGIN, Scene

NOW = 1_800_000_000
NAMES = ("finance", "press", "archive", "stranger")
WITNESSES = {name: SigningKey(name.encode().ljust(32)) for name in NAMES}


def policy(*names, least):
    lines = [
        f"witness {name} "
        + make_vkey(f"{name}.invalid", WITNESSES[name].public, COSIGNATURE_ED25519)
        for name in names
    ]
    return "\n".join([*lines, f"group all {least} {' '.join(names)}", "quorum all", ""])


def cosigned(note, *names, seconds=NOW):
    text, _ = note_parts(note)
    return note + "".join(
        cosign_ed25519(text, f"{name}.invalid", WITNESSES[name], seconds) for name in names
    )


@pytest.fixture
def scene():
    made = Scene("a mirrored log")
    made.tell(PolicyAdopted(policy("finance", "press", least=2)), CENTER, subject="policy")
    return fill(made, 300)


@pytest.fixture
def public(tmp_path):
    return tmp_path / "public"


@pytest.fixture
def mirror(tmp_path, public, scene):
    made = make_witness(tmp_path / "mirror", "mirror.invalid", Promise.HELD, ["ed25519", "mldsa44"])
    key = log_key(scene)
    add_log(made, ORIGIN, [make_vkey(key.name, key.public, key.type)], str(public))
    return Mirror(made, at(NOW))


def follow(mirror):
    answer = mirror.follow(mirror.cosigner.store.log(ORIGIN))
    assert answer.outcome is Outcome.COSIGNED
    return mirror.directory_of(ORIGIN)


def signers(copy):
    return sorted(name for name, _, _ in note_parts((copy / "checkpoint").read_bytes())[1])


def test_a_copy_is_judged_as_the_log_itself(mirror, public, scene):
    publish(public, scene.leaves, cosigned(scene.checkpoint(), "finance", "press", "stranger"))
    copy = follow(mirror)
    here, there = audit(public, scene), audit(copy, scene)
    assert (here.status, there.status) == (CLEAN, CLEAN)
    assert there.witnessed == here.witnessed
    assert signers(copy) == ["finance.invalid", "mirror.invalid", "mirror.invalid", "press.invalid",
                             *[ORIGIN] * (len(signers(copy)) - 4)]  # fmt: skip


def test_a_quorum_that_the_log_lacks_is_lacking_in_the_copy(mirror, public, scene):
    publish(public, scene.leaves, cosigned(scene.checkpoint(), "finance"))
    assert audit(follow(mirror), scene).status == INCOMPLETE


def test_lines_that_come_later_are_handed_on_at_the_next_look(mirror, public, scene):
    note = scene.checkpoint()
    publish(public, scene.leaves, note)
    assert audit(follow(mirror), scene).status == INCOMPLETE
    publish(public, scene.leaves, cosigned(note, "finance"))
    follow(mirror)
    publish(public, scene.leaves, cosigned(note, "press"))  # one line here, the other kept
    assert audit(follow(mirror), scene).status == CLEAN
    again = Mirror(mirror.cosigner, at(NOW))
    again.publish_all()
    assert audit(follow(again), scene).status == CLEAN


def test_a_submission_takes_no_line_away_and_lets_the_mirror_look_again(mirror, public, scene):
    note = scene.checkpoint()
    publish(public, scene.leaves, cosigned(note, "finance", "press"))
    copy = follow(mirror)
    answer = mirror.submit(write_submission(len(scene.leaves), (), note))
    assert answer.outcome is Outcome.COSIGNED
    assert audit(copy, scene).status == CLEAN
    assert mirror._submitted.is_set()


def test_a_line_that_does_not_hold_spoils_no_copy(mirror, public, scene):
    text, _ = note_parts(scene.checkpoint())
    good = cosigned(scene.checkpoint(), "finance", "press")
    publish(public, scene.leaves, good)
    copy = follow(mirror)
    line = good.splitlines()[-1]
    false = cosigned(scene.checkpoint(), "press", seconds=NOW + 5).splitlines()[-1]
    publish(public, scene.leaves, good.replace(line, line[:-40] + false[-40:]))
    assert audit(follow(mirror), scene).status == CLEAN  # the line that it had is kept
    assert note_parts((copy / "checkpoint").read_text())[0] == text


def test_lines_below_an_older_checkpoint_are_not_carried_over(mirror, public, scene):
    publish(public, scene.leaves, cosigned(scene.checkpoint(), "finance", "press"))
    follow(mirror)
    fill(scene, 310)
    publish(public, scene.leaves, scene.checkpoint())
    copy = follow(mirror)
    assert not [name for name in signers(copy) if name in ("finance.invalid", "press.invalid")]


def test_a_policy_that_comes_later_is_found_and_remembered(mirror, public, scene):
    publish(public, scene.leaves, cosigned(scene.checkpoint(), "finance", "press"))
    follow(mirror)
    changed = policy("finance", "press", "archive", least=3)
    scene.tell(PolicyAdopted(changed), CENTER, subject="policy")
    everybody = cosigned(scene.checkpoint(), "finance", "press", "archive")
    publish(public, scene.leaves, everybody)
    copy = follow(mirror)
    assert "archive.invalid" in signers(copy)
    for file in (mirror.cosigner.directory / "policies").iterdir():
        file.write_bytes(b"spoiled")  # it only spares looking again
    assert "archive.invalid" in signers(follow(mirror))
    assert audit(copy, scene).status == CLEAN


def test_a_note_never_carries_more_lines_than_a_reader_takes(mirror, public, scene):
    many = [f"w{number}" for number in range(SIGNATURES_MAX - 5)]
    WITNESSES.update({name: SigningKey(name.encode().ljust(32)) for name in many})
    scene.tell(PolicyAdopted(policy(*many, least=1)), CENTER, subject="policy")
    publish(public, scene.leaves, cosigned(scene.checkpoint(), *many))
    copy = follow(mirror)
    assert len(signers(copy)) <= SIGNATURES_MAX
    assert audit(copy, scene).witnessed.cosigned >= SIGNATURES_MAX - 8
