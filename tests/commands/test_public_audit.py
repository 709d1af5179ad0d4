"""The outsider's audit: a clean log passes, and whatever was changed is named."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from published import audit, files_of, fill, form, log_key, publish, whole_draw, write_file

from oversight.errors import ProofRejected
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.notes import make_vkey, sign_note
from oversight.ledger.rules import Tree, leaf_hash, root_of
from oversight.ledger.tiles import bundle_path, make_bundle, tile_path
from oversight.public_audit.report import CLEAN, DIFFERENT, INCOMPLETE, render
from oversight.public_audit.state import FILE, State
from scripts.made_up_log import ORIGIN, Scene

SIZE = 600  # two full bundles and a part of a third


def told(size=SIZE, name="a public log"):
    scene = Scene(name)
    form(scene)
    whole_draw(scene)
    return fill(scene, size)


@pytest.fixture
def scene():
    return told()


@pytest.fixture
def directory(tmp_path, scene):
    place = tmp_path / "public"
    publish(place, scene.leaves, scene.checkpoint())
    return place


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A log with a tile on level 2, for tests that put back what they change."""
    scene, place = told(70_000, "a large log"), tmp_path_factory.mktemp("large")
    publish(place, scene.leaves, scene.checkpoint())
    return scene, place


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def named_by_the_audit(directory, scene, path, data):
    """Put other bytes in the place of a file; return whether the audit names that file."""
    true = (directory / path).read_bytes()
    write_file(directory, path, data)
    report = audit(directory, scene)
    write_file(directory, path, true)
    assert report.status == DIFFERENT, path
    return all(path in difference for difference in report.differences)


def test_a_clean_log_passes_and_is_called_unwitnessed(directory, scene):
    report = audit(directory, scene)
    assert (report.status, report.size, report.checked) == (CLEAN, SIZE, SIZE)
    assert not report.unknown_kinds
    assert "clean, unwitnessed" in list(render(report))[-1]


def test_an_empty_log_passes(tmp_path):
    scene = Scene("empty")
    scene.leaves.clear()
    publish(tmp_path, [], scene.checkpoint())
    assert audit(tmp_path, scene).status == CLEAN


@pytest.mark.parametrize("part", [0.0, 0.5, 1.0])
def test_one_byte_of_any_file_changed_is_named(directory, scene, part):
    for path in files_of(directory):
        true = (directory / path).read_bytes()
        changed = flipped(true, round(part * (len(true) - 1)))
        assert named_by_the_audit(directory, scene, path, changed), path


@pytest.mark.parametrize("size", [255, 256, 257, 512])
def test_one_byte_changed_is_named_whatever_the_shape_of_the_edge(tmp_path, size):
    scene = told(size)
    publish(tmp_path, scene.leaves, scene.checkpoint())
    assert audit(tmp_path, scene).status == CLEAN
    for path in files_of(tmp_path):
        true = (tmp_path / path).read_bytes()
        assert named_by_the_audit(tmp_path, scene, path, flipped(true, len(true) // 3)), path


def test_one_byte_changed_is_named_in_a_log_with_three_levels(large):
    scene, place = large
    for path in ("tile/2/000.p/1", "tile/1/000", "tile/1/001.p/17", "tile/0/000", "tile/0/260",
                 "tile/0/273.p/112", "tile/entries/255", "tile/entries/273.p/112"):  # fmt: skip
        true = (place / path).read_bytes()
        assert named_by_the_audit(place, scene, path, flipped(true, len(true) // 2)), path


@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: data[:-1], lambda data: data * 2])
def test_a_file_cut_short_or_too_long_is_named(directory, scene, spoil):
    for path in files_of(directory):
        if path != "checkpoint":
            data = spoil((directory / path).read_bytes())
            assert named_by_the_audit(directory, scene, path, data), path


def test_a_file_beyond_every_bound_is_not_read_into_memory(directory, scene):
    (directory / "tile/entries/000").write_bytes(bytes(20_000_000))
    [difference] = audit(directory, scene).differences
    assert difference.startswith("tile/entries/000: longer than")


def test_every_file_that_is_missing_is_named(directory, scene):
    for path in files_of(directory):
        true = (directory / path).read_bytes()
        (directory / path).unlink()
        report = audit(directory, scene)
        assert report.status == DIFFERENT
        assert path in report.differences[0]
        write_file(directory, path, true)


def test_swapped_bundles_are_both_named(directory, scene):
    first, second = bundle_path(0), bundle_path(1)
    one, two = (directory / first).read_bytes(), (directory / second).read_bytes()
    write_file(directory, first, two)
    write_file(directory, second, one)
    report = audit(directory, scene)
    assert [difference.partition(":")[0] for difference in report.differences] == [first, second]
    assert report.checked == 0


def test_a_forged_tile_with_its_forged_parent_is_refused(large):
    scene, place = large
    paths = bundle_path(3), tile_path(0, 3), tile_path(1, 0)
    true = [(place / path).read_bytes() for path in paths]
    entries = [*scene.leaves[768:1023], scene.leaves[0]]
    leaves = [leaf_hash(entry) for entry in entries]
    parent = true[2][: 3 * 32] + root_of(leaves) + true[2][4 * 32 :]
    for path, data in zip(paths, (make_bundle(entries), b"".join(leaves), parent), strict=True):
        write_file(place, path, data)
    report = audit(place, scene)
    for path, data in zip(paths, true, strict=True):
        write_file(place, path, data)
    assert report.status == DIFFERENT
    assert report.checked == 0
    assert {text.partition(":")[0] for text in report.differences} == {tile_path(1, 0)}


def test_a_whole_tree_forged_to_the_edge_is_refused(directory, scene):
    other = told(SIZE, "another log")
    note = scene.checkpoint()
    publish(directory, other.leaves, note)
    report = audit(directory, scene)
    assert report.status == DIFFERENT
    assert report.checked == 0
    assert "lead to another root" in report.differences[0]


def test_a_partial_tile_may_be_gone_once_the_full_one_is_there(tmp_path):
    scene = told(300)
    note = scene.checkpoint()
    fill(scene, 520)
    publish(tmp_path, scene.leaves, scene.checkpoint())
    write_file(tmp_path, "checkpoint", note.encode())
    assert not (tmp_path / tile_path(0, 1, 44)).exists()
    (tmp_path / tile_path(1, 0, 2)).rename(tmp_path / "gone")
    write_file(tmp_path, tile_path(1, 0, 1), (tmp_path / "gone").read_bytes()[:32])
    assert audit(tmp_path, scene).status == CLEAN


def test_a_link_is_not_followed_out_of_the_directory(directory, scene, tmp_path):
    outside = tmp_path / "outside"
    (directory / bundle_path(0)).rename(outside)
    (directory / bundle_path(0)).symlink_to(outside)
    assert audit(directory, scene).differences == [f"{bundle_path(0)}: is a link"]
    (directory / "tile/entries").rename(tmp_path / "entries")
    (directory / "tile/entries").symlink_to(tmp_path / "entries")
    assert "lies outside" in audit(directory, scene).differences[0]


# From one audit to the next ---------------------------------------------------------------------


def test_the_next_audit_goes_on_where_the_last_one_ended(directory, scene, tmp_path):
    state = tmp_path / "state"
    assert audit(directory, scene, state).began == 0
    fill(scene, 1_000)
    publish(directory, scene.leaves, scene.checkpoint())
    (directory / bundle_path(0)).unlink()  # judged before; not read again
    report = audit(directory, scene, state, log_keys=[])
    assert (report.status, report.began, report.checked) == (CLEAN, SIZE, 1_000)


OLDER = [0, 1, 3, 255, 256, 300, 512, 600, 999]


def fork_of(scene, kept, size):
    """Return another history under the same key, the first `kept` entries of it the same."""
    other = Scene("the other history")
    other.log_key, other.leaves = scene.log_key, scene.leaves[:kept]
    return fill(other, size)


def show(place, scene, size):
    """Publish a log as it was when it had so many entries."""
    shown = Scene(scene.name)
    shown.leaves = scene.leaves[:size]
    publish(place, shown.leaves, shown.checkpoint())


@pytest.mark.parametrize("size", OLDER)
def test_an_older_copy_is_called_older_and_harms_nothing(directory, scene, tmp_path, size):
    state, mirror = tmp_path / "state", tmp_path / "mirror"
    fill(scene, 1_000)
    publish(directory, scene.leaves, scene.checkpoint())
    before = audit(directory, scene, state)
    show(mirror, scene, size)
    report = audit(mirror, scene, state)
    assert (report.status, report.alarms, report.differences) == (INCOMPLETE, [], [])
    assert f"older than what you saw: {size} of 1000 entries, the same" in report.unchecked[0]
    fill(scene, 1_100)
    publish(directory, scene.leaves, scene.checkpoint())
    after = audit(directory, scene, state)
    assert (before.status, after.status, after.checked) == (CLEAN, CLEAN, 1_100)


@pytest.mark.parametrize("kept", [0, 200, 599])
@pytest.mark.parametrize("size", [600, 999])
def test_an_older_part_of_another_history_is_a_fork_with_both_notes(
    directory, scene, tmp_path, kept, size
):
    state, other = tmp_path / "state", fork_of(scene, kept, size)
    fill(scene, 1_000)
    publish(directory, scene.leaves, scene.checkpoint())
    assert audit(directory, scene, state).status == CLEAN
    publish(tmp_path / "other", other.leaves, other.checkpoint())
    report = audit(tmp_path / "other", scene, state)
    assert report.status == DIFFERENT
    assert report.alarms == [f"forked: size {size} is no beginning of size 1000, both signed"]
    opened = State(state / FILE)
    assert set(opened.evidence()) == {scene.checkpoint(), other.checkpoint()}
    opened.close()
    assert "evidence" in audit(directory, scene, state).alarms[0]


def test_what_was_seen_in_several_audits_is_remembered_as_one_tree(directory, scene, tmp_path):
    state = tmp_path / "state"
    for size in (1, 255, 257, 600, 601, 1_000):
        fill(scene, 1_000)
        show(directory, scene, size)
        assert audit(directory, scene, state, processes=1).status == CLEAN
    for size in (1, 254, 256, 258, 599, 600, 999):
        show(tmp_path / "older", scene, size)
        assert "the same ones" in audit(tmp_path / "older", scene, state).unchecked[0]


def test_what_was_signed_and_not_read_yet_is_not_compared(directory, scene, tmp_path):
    state, whole = tmp_path / "state", scene.leaves[:]
    (directory / bundle_path(1)).unlink()
    assert audit(directory, scene, state).status == DIFFERENT
    scene.leaves = whole[:500]
    publish(tmp_path / "older", scene.leaves, scene.checkpoint())
    report = audit(tmp_path / "older", scene, state)
    assert (report.status, report.alarms) == (INCOMPLETE, [])
    assert "cannot be told" in report.unchecked[0]


def test_a_tree_of_three_levels_is_remembered(large, tmp_path):
    scene, place = large
    assert audit(place, scene, tmp_path / "state", processes=2).status == CLEAN
    for size in (65_536, 69_000):
        show(tmp_path / "older", scene, size)
        assert "the same ones" in audit(tmp_path / "older", scene, tmp_path / "state").unchecked[0]


@pytest.mark.parametrize("size", [SIZE, 1_000])
def test_a_fork_is_an_alarm(directory, scene, tmp_path, size):
    state = tmp_path / "state"
    assert audit(directory, scene, state).status == CLEAN
    other = told(name="a fork")
    other.log_key = scene.log_key
    fill(other, size)
    fork = tmp_path / "fork"
    publish(fork, other.leaves, other.checkpoint())
    report = audit(fork, scene, state)
    assert report.status == DIFFERENT
    assert "forked" in report.alarms[0]
    assert audit(fork, other).status == CLEAN  # only who remembers can tell


KILLED = """
import os, signal, sys
from pathlib import Path
from published import BOOK, Scene, log_key
from oversight.public_audit.engine import Trust, audit_log
from oversight.publication.source import DirectorySource

class Deadly(DirectorySource):
    def read(self, path, bytes_max):
        if path == "tile/entries/200":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(path, bytes_max)

directory, state = map(Path, sys.argv[1:])
trust = Trust([log_key(Scene("a large log"))])
audit_log(Deadly(directory), trust, BOOK, state)
"""


def test_an_audit_that_is_killed_goes_on(large, tmp_path):
    scene, place = large
    command = [sys.executable, "-c", KILLED, str(place), str(tmp_path)]
    path = {"PYTHONPATH": ":".join(["tests", "."])}
    done = subprocess.run(command, env=path, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    report = audit(place, scene, tmp_path)
    assert (report.status, report.began, report.checked) == (CLEAN, 192 * 256, 70_000)
    whole = audit(place, scene)
    assert (report.alerts, report.findings, report.unknown_kinds) == (
        whole.alerts, whole.findings, whole.unknown_kinds)  # fmt: skip


def test_several_processes_find_what_one_finds(large):
    scene, place = large
    path = "tile/entries/100"
    true = (place / path).read_bytes()
    write_file(place, path, flipped(true, 50))
    one, several = audit(place, scene), audit(place, scene, processes=3)
    write_file(place, path, true)
    assert one == several
    assert one.differences_total == 1
    assert one.checked == 100 * 256
    assert audit(place, scene, processes=2) == audit(place, scene)


def test_a_bad_bundle_is_judged_again_once_it_is_good(directory, scene, tmp_path):
    state, path = tmp_path / "state", bundle_path(1)
    true = (directory / path).read_bytes()
    write_file(directory, path, flipped(true, 50))
    report = audit(directory, scene, state)
    assert (report.status, report.checked) == (DIFFERENT, 256)
    write_file(directory, path, true)
    report = audit(directory, scene, state)
    assert (report.status, report.began, report.checked) == (CLEAN, 256, SIZE)


def test_a_state_is_about_one_log_and_its_keys(directory, scene, tmp_path):
    state = tmp_path / "state"
    audit(directory, scene, state)
    with pytest.raises(ProofRejected, match="none of the keys"):
        audit(directory, scene, state, log_keys=[log_key(Scene("a stranger"))])
    with pytest.raises(ProofRejected, match="is about the log"):
        audit(directory, scene, state, origin="elsewhere.invalid/log")
    with pytest.raises(ProofRejected, match="needs a key"):
        audit(directory, scene, tmp_path / "fresh", log_keys=[])


# Entries ----------------------------------------------------------------------------------------

GOOD = (
    b'{"act":"0195a000-0000-7000-9000-000000000000","actor":"a","at":"2026-03-02T08:00:00.000000Z"'
    b',"body":{},"kind":"a.b.c","role":"","subject":"","v":1}'
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"act"', b'{ "act"'),
        (b'"v":1}', b'"v":2}'),
        (b'"v":1}', b'"v":1,"x":1}'),
        (b'"body":{}', b'"body":{"b":1,"a":2}'),
        (b'"body":{}', b'"body":{"a":1.5}'),
        (b'"body":{}', b'"body":{"a":1.0}'),
        (b'"body":{}', b'"body":{"a":9007199254740992}'),
        (b'"body":{}', b'"body":{"a":1,"a":1}'),
        (b'"body":{}', b'"body":{"a":"\\ud800"}'),
        (b'"body":{}', b'"body":{"a":"\\u0041"}'),
        (b'"body":{}', b'"body":[]'),
        (b"0195a000-", b"0195A000-"),
        (b"0195a000-", b"0195a00-"),
        (b'"actor":"a"', b'"actor":""'),
        (b'"kind":"a.b.c"', b'"kind":"a.b"'),
        (b"2026-03-02T08", b"2026-02-30T08"),
        (b"2026-03-02T08", b"2026-03-02 08"),
        (b".000000Z", b"Z"),
        (GOOD, b""),
        (GOOD, GOOD + b"\n" + GOOD),
        (GOOD, b"\xff"),
        (GOOD, b"[" * 30_000),
    ],
)
def test_an_entry_of_another_form_is_found(tmp_path, old, new):
    scene = fill(Scene("form"), 10)
    assert old in GOOD
    scene.leaves[5] = GOOD.replace(old, new)
    publish(tmp_path, scene.leaves, scene.checkpoint())
    report = audit(tmp_path, scene)
    assert report.status == DIFFERENT
    assert [one.entry for one in report.findings] == [5]
    assert report.checked == 10


def test_a_kind_that_nobody_knows_is_listed_and_no_fault(tmp_path):
    scene = fill(Scene("kinds"), 10)
    deep = b'"body":{"a":[[[[[[["deep"]]]]]]],"z":{"b":null,"c":true,"\xc3\xa9":-1}}'
    scene.leaves[5:7] = [GOOD, GOOD.replace(b'"body":{}', deep)]
    publish(tmp_path, scene.leaves, scene.checkpoint())
    report = audit(tmp_path, scene)
    assert (report.status, report.unknown_kinds) == (CLEAN, {"a.b.c": 2})


def test_entries_that_only_together_look_right_are_found(tmp_path):
    scene = fill(Scene("boundaries"), 10)
    scene.leaves[5], scene.leaves[6] = GOOD[:-1], b"}"
    publish(tmp_path, scene.leaves, scene.checkpoint())
    assert [one.entry for one in audit(tmp_path, scene).findings] == [5, 6]
    scene.leaves[5:8] = [b'{"kind":"a.b.c","z":', b'{"kind":"a.b.c"}}', b'{"kind":"a.b.c"}' * 2]
    publish(tmp_path, scene.leaves, scene.checkpoint())
    assert [one.entry for one in audit(tmp_path, scene).findings] == [5, 6, 7]


# The command ------------------------------------------------------------------------------------


def ask(*words):
    command = [sys.executable, "-m", "api_spec.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_says_what_it_found_and_ends_accordingly(directory, scene, tmp_path):
    key = make_vkey(ORIGIN, scene.log_key.public)
    words = "audit", "--public", str(directory), "--log-key", key, "--state", str(tmp_path / "s")
    done = ask(*words)
    assert (done.returncode, done.stderr) == (CLEAN, "")
    assert "verdict:  clean, unwitnessed" in done.stdout
    write_file(directory, "checkpoint", b"nonsense")
    done = ask(*words)
    assert done.returncode == DIFFERENT
    assert "differs:  checkpoint" in done.stdout
    done = ask("audit", "--public", "http://127.0.0.1:9", "--log-key", key)
    assert done.returncode == INCOMPLETE
    assert "not finished: checkpoint: no answer" in done.stderr


def test_a_checkpoint_of_another_log_or_key_is_refused(directory, scene):
    tree = Tree([leaf_hash(leaf) for leaf in scene.leaves])
    for origin, key in ((ORIGIN, scene.witness), ("elsewhere.invalid/log", scene.log_key)):
        text = Checkpoint(origin, SIZE, tree.root()).text()
        write_file(directory, "checkpoint", sign_note(text, origin, key).encode())
        report = audit(directory, scene)
        assert report.status == DIFFERENT
        assert report.differences[0].startswith("checkpoint: ")
