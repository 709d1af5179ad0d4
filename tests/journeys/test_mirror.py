"""A mirror holds what it signs: from a directory or a URL, through lies, deaths and absences."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from service import ask
from shown_log import ORIGIN, SECOND, Log, Program, at, daylight

from oversight.errors import ProofRejected
from oversight.ledger.notes import open_note, parse_vkey
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.mirror import commands as mirror_commands
from oversight.mirror.commands import Mirror
from oversight.publication.source import open_source
from oversight.publication.verified import VerifiedLog
from oversight.witness.commands import add_log, make_witness
from oversight.witness.rules import Evidence, Outcome, Promise, origin_hash
from oversight.witness.store import RECORD, Store

NAME = "archive.example.org/m1"
HASH = origin_hash(ORIGIN)


@pytest.fixture
def public(tmp_path):
    """Where the log publishes."""
    return tmp_path / "public"


def mirror_of(directory, public, log, seconds=SECOND):
    made = make_witness(directory, NAME, Promise.HELD, ["ed25519", "mldsa44"])
    add_log(made, log.origin, [log.vkey], str(public))
    return Mirror(made, at(seconds))


def known(mirror):
    return mirror.cosigner.store.log(ORIGIN)


def copied(place, log, cosigner=()):
    """Return all entries of a copy, each verified under its own checkpoint."""
    with open_source(str(place)) as source:
        note = source.read("checkpoint", 1_000_000).decode()
        keys = [parse_vkey(log.vkey)]
        shown, opened = open_checkpoint(note, ORIGIN, keys, cosigner)
        assert len(opened.cosigned) == len(cosigner)
        return [one for _, run in VerifiedLog(source, shown).entries() for one in run]


@pytest.mark.parametrize("sizes", [(1, 2), (5, 256), (256, 257, 512), (0, 3), (255, 70_000)])
def test_a_mirror_holds_every_entry_of_what_it_signed(tmp_path, public, sizes):
    log = Log()
    mirror, old = None, 0
    for size in sizes:
        log.append(size - len(log.entries))
        log.publish(public, old)
        mirror = mirror or mirror_of(tmp_path / "mirror", public, log)
        assert mirror.follow(known(mirror)).outcome is Outcome.COSIGNED
        copy = mirror.directory_of(ORIGIN)
        assert copied(copy, log, mirror.cosigner.cosigner.verifiers) == log.entries
        old = size
    published = {p.relative_to(public) for p in public.rglob("*") if p.is_file()}
    full = {p for p in published if not p.parent.name.endswith(".p")}
    held = {p.relative_to(copy) for p in copy.rglob("*") if p.is_file()}
    assert full <= held
    assert not [p for p in held if p.name.startswith(".")]


def test_a_submission_is_cosigned_after_its_entries_are_held(tmp_path, public):
    log = Log(300).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    answer = mirror.submit(log.submission(0))
    assert answer.outcome is Outcome.COSIGNED
    opened = open_note(log.note() + answer.lines, mirror.cosigner.cosigner.verifiers)
    assert len(opened.cosigned) == 2
    assert copied(mirror.directory_of(ORIGIN), log) == log.entries


def test_what_cannot_be_held_is_not_signed(tmp_path, public):
    log = Log(300).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    log.append(5)  # signed and submitted, and not published
    assert mirror.submit(log.submission(0)).outcome is Outcome.NOT_NOW
    assert known(mirror).known.size == 0
    log.publish(public, 300)
    assert mirror.submit(log.submission(0)).outcome is Outcome.COSIGNED


FILES = ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000",
         "tile/entries/001.p/44"]  # fmt: skip


@pytest.mark.parametrize("path", FILES)
def test_a_published_file_with_one_changed_byte_is_neither_held_nor_signed(tmp_path, public, path):
    log = Log(300).publish(public)
    file = public / path
    good = file.read_bytes()
    file.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    mirror = mirror_of(tmp_path / "mirror", public, log)
    assert mirror.follow(known(mirror)).outcome is Outcome.NOT_NOW
    copy = mirror.directory_of(ORIGIN)
    assert not (copy / "checkpoint").exists()
    held = copy / path
    assert not held.exists() or held.read_bytes() == good
    file.write_bytes(good)
    assert mirror.follow(known(mirror)).outcome is Outcome.COSIGNED


def test_a_log_that_publishes_another_history_is_refused_and_kept_as_evidence(tmp_path, public):
    log = Log(300).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    mirror.follow(known(mirror))
    before = copied(mirror.directory_of(ORIGIN), log)
    log.fork(200, 250).publish(public)
    assert mirror.follow(known(mirror)).outcome is Outcome.INCONSISTENT
    log.fork(200, 100).publish(public)  # of the same size: two roots
    assert mirror.follow(known(mirror)).outcome is Outcome.INCONSISTENT
    log.fork(200, 50).publish(public)  # smaller: what is held shows the lie
    with pytest.raises(ProofRejected, match="no beginning"):
        mirror.follow(known(mirror))
    kept = [(one.kind, one.size) for one in mirror.cosigner.store.evidence()]
    assert kept == [(Evidence.UNPROVEN, 450), (Evidence.SPLIT, 300), (Evidence.SPLIT, 250)]
    assert copied(mirror.directory_of(ORIGIN), log) == before == log.entries


def test_a_checkpoint_without_its_files_is_kept_as_a_suspicion(tmp_path, public):
    log = Log(300).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    mirror.follow(known(mirror))
    log.append(10)
    (public / "checkpoint").write_text(log.note())
    assert mirror.follow(known(mirror)).outcome is Outcome.INCONSISTENT
    assert [one.kind for one in mirror.cosigner.store.evidence()] == [Evidence.UNPROVEN]
    log.publish(public, 300)
    assert mirror.follow(known(mirror)).outcome is Outcome.COSIGNED
    assert mirror.cosigner.store.evidence() == []


def test_an_older_checkpoint_of_the_same_history_is_passed_over(tmp_path, public):
    log = Log(300).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    mirror.follow(known(mirror))
    (public / "checkpoint").write_text(log.note(200))
    assert mirror.follow(known(mirror)) is None
    assert known(mirror).known.size == 300
    assert mirror.cosigner.store.evidence() == []


def test_a_checkpoint_of_another_log_or_another_key_is_refused(tmp_path, public):
    log = Log(20).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    (public / "checkpoint").write_text(Log(20, origin="log.example/other").note())
    with pytest.raises(ProofRejected):
        mirror.follow(known(mirror))
    assert mirror.follow_all() == 1


def test_a_copy_that_was_interrupted_goes_on_from_where_it_was(tmp_path, public):
    log = Log(2000).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    away = (public / "tile/entries/005").rename(public / "away")
    assert mirror.follow(known(mirror)).outcome is Outcome.NOT_NOW
    held = mirror.directory_of(ORIGIN) / "tile/entries/004"
    stamp = held.stat().st_mtime_ns
    away.rename(public / "tile/entries/005")
    assert mirror.follow(known(mirror)).outcome is Outcome.COSIGNED
    assert held.stat().st_mtime_ns == stamp  # not fetched again
    assert copied(mirror.directory_of(ORIGIN), log) == log.entries


def test_what_a_rival_history_left_behind_is_written_over(tmp_path, public):
    log = Log(300).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    mirror.follow(known(mirror))
    lie = log.fork(300, 300)
    lie.publish(mirror.directory_of(ORIGIN), 300)  # as if killed between files and record
    (mirror.directory_of(ORIGIN) / "checkpoint").write_text(known(mirror).known.note)
    log.append(300).publish(public, 300)
    assert mirror.follow(known(mirror)).outcome is Outcome.COSIGNED
    assert copied(mirror.directory_of(ORIGIN), log) == log.entries


@pytest.mark.parametrize("lost", ["tile/entries/000", "tile/0/001.p/44", "tile/1/000.p/1", "."])
def test_what_was_lost_of_a_copy_is_fetched_again_before_anything_is_signed(tmp_path, public, lost):
    log = Log(300).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    mirror.follow(known(mirror))
    gone = mirror.directory_of(ORIGIN) / lost
    shutil.rmtree(gone) if lost == "." else gone.unlink()
    log.append(10).publish(public, 300)
    again = Mirror(mirror.cosigner, at(SECOND))
    assert again.follow(known(again)).outcome is Outcome.COSIGNED
    assert copied(again.directory_of(ORIGIN), log) == log.entries


def test_a_submission_does_not_wait_for_a_long_absence(tmp_path, public, monkeypatch):
    log = Log(600).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    monkeypatch.setattr(mirror_commands, "AT_ONCE", 500)
    assert mirror.submit(log.submission(0)).outcome is Outcome.NOT_NOW
    assert mirror.follow(known(mirror)).outcome is Outcome.COSIGNED


@pytest.fixture
def site(public):
    """The log's files behind a plain web server, which nobody wrote for logs."""
    public.mkdir()
    handler = functools.partial(Quiet, directory=str(public))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A web server that says nothing."""

    def log_message(self, *_):
        """Say nothing."""


class Waiting(Quiet):
    """A web server that lets its readers wait until `go` is set; `met` tells that one came."""

    met, go = threading.Event(), threading.Event()

    def do_GET(self):
        """Wait, and give the file."""
        self.met.set()
        self.go.wait(30)
        super().do_GET()


@pytest.fixture
def slow_site(public, log_of_twenty):
    Waiting.met.clear()
    Waiting.go.clear()
    handler = functools.partial(Waiting, directory=str(public))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def log_of_twenty(public):
    return Log(20).publish(public, size=10).publish(public)


@pytest.mark.parametrize("patience", [0.05, 30.0])
def test_of_two_checkpoints_at_once_one_is_fetched(
    tmp_path, slow_site, log_of_twenty, monkeypatch, patience
):
    monkeypatch.setattr(mirror_commands, "TURN_SECONDS", patience)
    log, mirror = log_of_twenty, mirror_of(tmp_path / "mirror", slow_site, log_of_twenty)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(mirror.submit, log.submission(0, 20))
        Waiting.met.wait(30)
        second = pool.submit(mirror.submit, log.submission(0, 10))
        if patience < 1:
            assert second.result(30).outcome is Outcome.NOT_NOW  # it did not wait for its turn
        Waiting.go.set()
        assert first.result(30).outcome is Outcome.COSIGNED
        assert second.result(30).outcome in (Outcome.NOT_NOW, Outcome.STALE)
    assert known(mirror).known.size == 20
    assert copied(mirror.directory_of(ORIGIN), log) == log.entries


class Overtaken(Store):
    """The record itself, behind whose first reader somebody else is faster."""

    def log(self, origin):
        """Return what was there before `others` came."""
        found, others = super().log(origin), self.others
        self.others = lambda: None
        others()
        return found


def test_what_was_stale_a_moment_ago_is_not_signed_without_being_held(tmp_path, public):
    log = Log(20).publish(public, size=9).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    record = Overtaken(mirror.cosigner.directory / RECORD)
    record.others = lambda: mirror.submit(log.submission(0, 9))
    late = Mirror(msgspec.structs.replace(mirror.cosigner, store=record), at(SECOND))
    log.append(5)  # signed, and not published
    assert late.submit(log.submission(9, 25)).outcome is Outcome.NOT_NOW
    assert known(mirror).known.size == 9


def test_a_mirror_that_is_told_to_stop_leaves_a_copy_in_the_midst(tmp_path, public):
    log = Log(600).publish(public)
    mirror = mirror_of(tmp_path / "mirror", public, log)
    mirror.stop()
    assert mirror.follow(known(mirror)).outcome is Outcome.NOT_NOW
    assert known(mirror).known.size == 0


@pytest.fixture
def place(tmp_path, site):
    directory, log = tmp_path / "mirror", Log()
    daylight("mirror", "init", directory, "--name", NAME)
    daylight("mirror", "add-log", directory, ORIGIN, log.vkey, "--from", site)
    return directory


def test_once_fetches_signs_and_ends(place, public):
    log = Log(700).publish(public)
    shown = json.loads(daylight("--json", "mirror", "once", place).stdout)
    assert shown["logs"][0]["size"] == 700
    assert copied(place / "public" / HASH, log) == log.entries
    log.fork(3, 900).publish(public)
    assert daylight("mirror", "once", place, check=False).exit_code == 1


def test_a_mirror_that_serves_is_a_source_like_the_log_itself(place, public, tmp_path):
    log = Log(700).publish(public)
    with Program("mirror", "serve", place, "--port", "0", "--every", "0.2", cold=True) as program:
        copy = f"{program.url}/{HASH}"
        wait_for(lambda: ask("GET", f"{copy}/checkpoint").status_code == 200)
        assert copied(copy, log) == log.entries
        tile = ask("GET", f"{copy}/tile/0/000")
        assert tile.headers["content-type"] == "application/octet-stream"
        assert "immutable" in tile.headers["cache-control"]
        assert tile.content == (public / "tile/0/000").read_bytes()
        for bad in ("tile/0/009", "tile/0/../checkpoint", "tile/64/000", "tile/0/000.p/0", "log"):
            assert ask("GET", f"{copy}/{bad}").status_code == 404, bad
        log.append(30).publish(public, 700)
        answer = ask("POST", f"{program.url}/add-checkpoint", content=log.submission(700))
        assert answer.status_code in (200, 409)  # its own clock may have come before
        wait_for(lambda: ask("GET", f"{copy}/checkpoint").text.split("\n")[1] == "730")
    second = tmp_path / "second"
    daylight("mirror", "init", second, "--name", "second.example/m")
    with Program("mirror", "serve", place, "--port", "0") as program:
        url = f"{program.url}/{HASH}"
        daylight("mirror", "add-log", second, ORIGIN, log.vkey, "--from", url)
        daylight("mirror", "once", second)
    assert copied(second / "public" / HASH, log) == log.entries


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def test_a_mirror_that_is_killed_again_and_again_ends_whole(place, public):
    log = Log(70 * 256).publish(public)
    for pause in (0.0, 0.02, 0.05, 0.1, 0.2, 0.4):
        program = Program("mirror", "serve", place, "--port", "0", "--every", "60")
        time.sleep(pause)
        program.stop(signal.SIGKILL)
        published = place / "public" / HASH / "checkpoint"
        if published.exists():
            assert copied(published.parent, log) == log.entries
    daylight("mirror", "once", place)
    assert copied(place / "public" / HASH, log) == log.entries


def test_a_checkpoint_file_that_a_death_kept_back_is_written_at_the_next_start(place, public):
    log = Log(20).publish(public)
    daylight("mirror", "once", place)
    file = place / "public" / HASH / "checkpoint"
    file.unlink()
    with Program("mirror", "serve", place, "--port", "0", "--every", "60") as program:
        assert ask("GET", f"{program.url}/{HASH}/checkpoint").status_code == 200
    assert copied(file.parent, log) == log.entries


def test_a_witness_never_serves_a_mirrors_directory(place):
    done = daylight("witness", "serve", place, check=False)
    assert done.exit_code == 1
    assert "witness.as_made" in done.stderr
    assert daylight("witness", "add-log", place, ORIGIN, Log().vkey, check=False).exit_code == 1


def test_a_directory_may_be_named_from_where_one_stands(tmp_path, monkeypatch):
    log = Log(5).publish(tmp_path / "public")
    monkeypatch.chdir(tmp_path)
    daylight("mirror", "init", "m", "--name", NAME, "--only", "ed25519")
    added = daylight("--json", "mirror", "add-log", "m", ORIGIN, log.vkey, "--from", "public")
    assert Path(json.loads(added.stdout)["source"]).is_absolute()
    daylight("mirror", "once", "m")
