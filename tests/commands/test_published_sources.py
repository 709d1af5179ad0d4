"""Where a published log is read from, and logs that others published."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from foreign import foreign_vectors
from published import BOOK, audit, fill, form, log_key, publish, whole_draw, write_file

from oversight.blind.facts import BlindLogged, UncountedClosed, UncountedOpened
from oversight.custody.facts import KeyPublished, KeyRetired
from oversight.errors import ProofRejected
from oversight.keys.signing import SigningKey
from oversight.ledger.checkpoint import Checkpoint, parse_checkpoint
from oversight.ledger.cosignatures import cosign_ed25519
from oversight.ledger.notes import (
    COSIGNATURE_ED25519,
    ED25519,
    VerifierKey,
    make_vkey,
    open_note,
    parse_vkey,
    sign_note,
)
from oversight.ledger.policy import PolicyAdopted, parse_policy
from oversight.ledger.rules import Tree, check_consistency, check_inclusion, leaf_hash
from oversight.ledger.signed_checkpoint import open_checkpoint, sign_checkpoint_note
from oversight.public_audit.engine import Trust, audit_log
from oversight.public_audit.report import CLEAN, DIFFERENT, INCOMPLETE, render
from oversight.publication import source as sources
from oversight.publication.source import Missing, SourceUnreachable, open_source, read_tile
from oversight.publication.verified import VerifiedLog
from scripts.made_up_log import CENTER, ORIGIN, Scene, secret_of

# Over HTTP -------------------------------------------------------------------------------------


@contextmanager
def served(answer):
    """Serve what `answer` makes of a path: (status, headers, body)."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def impatience(monkeypatch):
    monkeypatch.setattr(sources, "FIRST_PAUSE_SECONDS", 0.01)


def test_a_log_is_audited_over_http_with_bundles_compressed(tmp_path):
    scene = Scene("served")
    form(scene)
    whole_draw(scene)
    fill(scene, 600)
    publish(tmp_path, scene.leaves, scene.checkpoint())

    def answer(path):
        file = tmp_path / path.removeprefix("/log/")
        if not file.is_file():
            return 404, {}, b""
        data = file.read_bytes()
        if "entries" not in path:
            return 200, {}, data
        packed = gzip.compress(data)
        return 200, {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}, packed

    with served(answer) as (url, _), open_source(f"{url}/log/") as source:
        report = audit_log(source, Trust([log_key(scene)]), BOOK, None)
        assert (report.status, report.checked) == (CLEAN, 600)
        (tmp_path / "tile/0/001").unlink()
        report = audit_log(source, Trust([log_key(scene)]), BOOK, None)
        assert (report.status, report.differences) == (DIFFERENT, ["tile/0/001: is not published"])


def test_a_failing_server_is_asked_again_and_then_given_up():
    answers = iter([(503, {}, b""), (429, {}, b""), (200, {}, b"good")])
    with served(lambda _: next(answers)) as (url, asked), open_source(url) as source:
        assert source.read("checkpoint", 10) == b"good"
        assert len(asked) == 3
    with served(lambda _: (500, {}, b"")) as (url, asked), open_source(url) as source:
        with pytest.raises(SourceUnreachable, match=r"checkpoint.*status 500"):
            source.read("checkpoint", 10)
        assert len(asked) == sources.ATTEMPTS


@contextmanager
def trickling(beginning):
    """Serve `beginning`, then one byte after the other for ever; list who hung up, and when."""
    left, ends = [], threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def trickle(connection):
        began = time.monotonic()
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(beginning)
            while not ends.wait(0.02):
                connection.sendall(b"x")
        left.append(time.monotonic() - began)

    def serve():
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=trickle, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", left
    finally:
        ends.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 8192\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Endless: ",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8192\r\n\r\n"
        b"\x1f\x8b\x08\x08\0\0\0\0\0\xff",  # a name follows, until its zero byte: no content
    ],
    ids=["in the body", "in a header", "in a chunk's extension", "where nothing is unpacked"],
)
def test_a_server_that_trickles_holds_nobody_for_ever(beginning, monkeypatch):
    monkeypatch.setattr(sources, "FILE_SECONDS", 0.5)
    with trickling(beginning) as (url, left):
        began = time.monotonic()
        with open_source(url) as source:
            with pytest.raises(SourceUnreachable, match=r"tile/0/000: not here within 0.5 seconds"):
                source.read("tile/0/000", sources.TILE_BYTES)
            assert 0.5 <= time.monotonic() - began < 5
            time.sleep(0.2)
            assert len(left) == 1  # who waited no longer hung up, and did not come again


def test_a_source_that_is_closed_twice_is_closed():
    with served(lambda _: (200, {}, b"good")) as (url, _), open_source(url) as source:
        assert source.read("checkpoint", 10) == b"good"
        source.close()


def test_an_answer_is_read_no_further_than_its_bound():
    packed = gzip.compress(bytes(10_000_000))
    for headers, body in (({}, bytes(1_000_000)), ({"Content-Encoding": "gzip"}, packed)):
        answer = partial(lambda said, _: (200, *said), (headers, body))
        with served(answer) as (url, _), open_source(url) as source:  # noqa: SIM117
            with pytest.raises(ProofRejected, match="longer than"):
                source.read("tile/0/000", sources.TILE_BYTES)


def test_a_redirect_is_followed_on_the_same_host_only():
    def answer(path):
        if path == "/checkpoint":
            return 302, {"Location": "/there"}, b""
        if path == "/there":
            return 200, {}, b"good"
        return 302, {"Location": {"/away": "http://localhost:1/", "/round": "/round"}[path]}, b""

    with served(answer) as (url, _), open_source(url) as source:
        assert source.read("checkpoint", 10) == b"good"
        with pytest.raises(ProofRejected, match="another host"):
            source.read("away", 10)
        with pytest.raises(ProofRejected, match="in circles"):
            source.read("round", 10)


@pytest.mark.parametrize(
    ("status", "error"), [(404, Missing), (410, Missing), (403, ProofRejected)]
)
def test_what_is_not_served_is_told_apart(status, error):
    with served(lambda _: (status, {}, b"")) as (url, asked), open_source(url) as source:
        with pytest.raises(error):
            source.read("tile/0/000", 10)
        assert len(asked) == 1


# Paths through the tree -------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600])
def test_paths_follow_from_the_tiles(tmp_path, size):
    scene = fill(Scene("paths"), size)
    scene.leaves = scene.leaves[:size]
    tree = Tree([leaf_hash(leaf) for leaf in scene.leaves])
    publish(tmp_path, scene.leaves, scene.checkpoint())
    log = VerifiedLog(open_source(str(tmp_path)), Checkpoint(ORIGIN, size, tree.root()))
    for index in {0, size // 2, size - 1}:
        path = log.inclusion_path(index)
        check_inclusion(leaf_hash(scene.leaves[index]), index, size, path, tree.root())
    for old in {1, size // 2 or 1, size}:
        check_consistency(old, log.root_at(old), size, tree.root(), log.consistency_path(old))
        assert log.consistency_path(old) == tree.consistency_path(old)
    start = size // 3
    runs = list(log.entries(start, size - 1))
    assert [entry for _, run in runs for entry in run] == scene.leaves[start : size - 1]
    assert [first for first, _ in runs][:1] == [start][: len(runs)]


# Logs by others ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(16))
def test_a_log_by_tessera_is_read_up_to_each_of_its_checkpoints(tmp_path, size):
    made = foreign_vectors("tiles")["tessera_log"]
    note = made["checkpoints"][f"checkpoint.{size}"]
    keys = [parse_vkey(made["vkey"])]
    checkpoint, _ = open_checkpoint(note, "example.com/log/testdata", keys)
    if size:
        tile, bundle = made["tile_0_000_p"][str(size)], made["entries_000_p"][str(size)]
        write_file(tmp_path, f"tile/0/000.p/{size}", bytes.fromhex(tile))
        write_file(tmp_path, f"tile/entries/000.p/{size}", bytes.fromhex(bundle))
    log = VerifiedLog(open_source(str(tmp_path)), checkpoint)
    assert checkpoint.size == size
    assert sum(len(run) for _, run in log.entries()) == size
    if size > 1:
        earlier = parse_checkpoint(
            made["checkpoints"][f"checkpoint.{size - 1}"].split("\n\n")[0] + "\n"
        )
        assert log.root_at(size - 1) == earlier.root


def test_tiles_mirrored_by_sunlight_lead_to_the_root_that_the_mirror_signed(tmp_path):
    made = foreign_vectors("tiles")["sunlight_mirror"]
    opened = open_note(made["checkpoint"], [parse_vkey(made["vkey"])])
    checkpoint = parse_checkpoint(opened.text)
    for path, data in made["tiles"].items():
        write_file(tmp_path, path, bytes.fromhex(data))
    log = VerifiedLog(open_source(str(tmp_path)), checkpoint)
    tiles = log.tile(0, 0) + log.tile(0, 1)
    assert tiles.hex() == made["tiles"]["tile/0/000"] + made["tiles"]["tile/0/001.p/44"]
    leaves = [tiles[at : at + 32] for at in range(0, len(tiles), 32)]
    for index in (0, 255, 299):
        path = log.inclusion_path(index)
        check_inclusion(leaves[index], index, 300, path, checkpoint.root)
    broken = bytes.fromhex(made["tiles"]["tile/0/000"])[::-1]
    write_file(tmp_path, "tile/0/000", broken)
    with pytest.raises(ProofRejected, match="tile/0/000"):
        VerifiedLog(open_source(str(tmp_path)), checkpoint).tile(0, 0)
    assert read_tile(open_source(str(tmp_path)), 0, 1, 44)


# Keys and cosigners -----------------------------------------------------------------------------

WITNESSES = {name: SigningKey(secret_of(name)) for name in ("finance", "press", "archive")}


def vkey_of(name):
    return make_vkey(f"{name}.invalid", WITNESSES[name].public, COSIGNATURE_ED25519)


def policy(*names, least):
    lines = [f"witness {name} {vkey_of(name)}" for name in names]
    return "\n".join([*lines, f"group all {least} {' '.join(names)}", "quorum all", ""])


def cosigned(scene, *names, at=2_000_000_000):
    note = scene.checkpoint()
    text = note.partition("\n\n")[0] + "\n"
    return note + "".join(
        cosign_ed25519(text, f"{name}.invalid", WITNESSES[name], at) for name in names
    )


def adopt(scene, text):
    return scene.tell(PolicyAdopted(text), CENTER, subject="policy")


def test_cosigners_of_the_policy_on_the_log_are_counted(tmp_path):
    scene = Scene("witnessed")
    adopt(scene, policy("finance", "press", "archive", least=2))
    publish(tmp_path, scene.leaves, cosigned(scene, "finance", "archive"))
    report = audit(tmp_path, scene)
    assert report.status == CLEAN
    assert "clean, witnessed by 2 of 3" in list(render(report))[-1]
    publish(tmp_path, scene.leaves, cosigned(scene, "finance"))
    report = audit(tmp_path, scene)
    assert report.status == INCOMPLETE
    assert report.witnessed.missed


def test_a_false_cosignature_is_named(tmp_path):
    scene = Scene("falsified")
    adopt(scene, policy("finance", least=1))
    note = cosigned(scene, "finance")
    other = cosigned(scene, "finance", at=1)
    line, false = note.splitlines()[-1], other.splitlines()[-1]
    cut = len(line) - 40
    publish(tmp_path, scene.leaves, note.replace(line, line[:cut] + false[cut:]))
    assert audit(tmp_path, scene).differences[0].startswith("checkpoint: ")


def test_a_weaker_policy_is_an_alert_and_excuses_nobody(tmp_path):
    scene, state = Scene("weaker"), tmp_path / "state"
    adopt(scene, policy("finance", "press", least=2))
    publish(tmp_path / "log", scene.leaves, cosigned(scene, "finance", "press"))
    assert audit(tmp_path / "log", scene, state).status == CLEAN
    emptied = adopt(scene, "quorum none\n")
    publish(tmp_path / "log", scene.leaves, scene.checkpoint())
    report = audit(tmp_path / "log", scene, state)
    assert report.status == INCOMPLETE
    assert [one.entry for one in report.alerts if "weaker" in one.text] == [emptied]
    assert audit(tmp_path / "log", scene).witnessed.missed == ["entry 2"]  # nor to a stranger
    fill(scene, 20)
    publish(tmp_path / "log", scene.leaves, cosigned(scene, "finance", "press"))
    assert audit(tmp_path / "log", scene, state).status == CLEAN  # confirmed by the old quorum
    fill(scene, 30)
    publish(tmp_path / "log", scene.leaves, scene.checkpoint())
    report = audit(tmp_path / "log", scene, state)
    assert (report.status, report.witnessed.cosigners) == (CLEAN, 0)


def told_weaker(report):
    return [(one.entry, one.text) for one in report.alerts if "weaker" in one.text]


def test_a_policy_is_measured_against_the_one_that_judges(tmp_path):
    """An emptied policy that nobody confirmed; behind it the quorum of one looks like more."""
    scene, state = Scene("measured"), tmp_path / "state"
    first = adopt(scene, policy("finance", "press", least=2))
    publish(tmp_path / "log", scene.leaves, cosigned(scene, "finance", "press"))
    audit(tmp_path / "log", scene, state)
    emptied, one = adopt(scene, "quorum none\n"), adopt(scene, policy("finance", least=1))
    publish(tmp_path / "log", scene.leaves, cosigned(scene, "finance", "press", at=0))
    weaker = told_weaker(audit(tmp_path / "log", scene, state))
    assert weaker == [
        (entry, f"it is weaker than that of entry {first}, which judged before")
        for entry in (emptied, one)
    ]
    assert audit(tmp_path / "log", scene, state).alerts_total == 5


def test_what_may_have_judged_is_told_until_it_is_known(tmp_path):
    scene, state = Scene("in between"), tmp_path / "state"
    adopt(scene, policy("finance", "press", least=2))
    publish(tmp_path / "log", scene.leaves, cosigned(scene, "finance", "press"))
    audit(tmp_path / "log", scene, state)
    more = adopt(scene, policy("finance", "press", "archive", least=3))
    back = adopt(scene, policy("finance", "press", least=2))
    publish(tmp_path / "log", scene.leaves, cosigned(scene, "finance"))
    told = told_weaker(audit(tmp_path / "log", scene, state))
    assert told == [(back, f"it is weaker than that of entry {more}, which may have judged before")]


def test_the_auditors_own_policy_stands_in_the_place_of_the_logs(tmp_path):
    scene = fill(Scene("own policy"), 10)
    publish(tmp_path, scene.leaves, cosigned(scene, "press"))
    own = parse_policy(policy("press", "archive", least=1))
    assert audit(tmp_path, scene, policy=own).status == CLEAN
    both = parse_policy(policy("press", "archive", least=2))
    assert audit(tmp_path, scene, policy=both).status == INCOMPLETE


def note_by(scene, *keys):
    tree = Tree([leaf_hash(leaf) for leaf in scene.leaves])
    return sign_checkpoint_note(Checkpoint(ORIGIN, tree.size, tree.root()), keys, [], 0)


def test_keys_rotate_on_the_log(tmp_path):
    scene, state = Scene("rotation"), tmp_path / "state"
    new = SigningKey(secret_of("the next log key"))
    scene.tell(KeyPublished("log", new.public.hex()), CENTER, subject="log")
    publish(tmp_path / "log", scene.leaves, note_by(scene, scene.log_key, new))
    assert audit(tmp_path / "log", scene, state).status == CLEAN
    scene.tell(KeyRetired("log", scene.log_key.public.hex()), CENTER, subject="log")
    publish(tmp_path / "log", scene.leaves, note_by(scene, new))
    assert audit(tmp_path / "log", scene, state).status == CLEAN
    fill(scene, 20)
    publish(tmp_path / "log", scene.leaves, note_by(scene, scene.log_key))
    report = audit(tmp_path / "log", scene, state, log_keys=[])
    assert (report.status, report.checked) == (DIFFERENT, 4)
    publish(tmp_path / "log", scene.leaves, note_by(scene, new))
    fresh = VerifierKey(ORIGIN, ED25519, new.public)
    assert audit(tmp_path / "log", scene, state, log_keys=[fresh]).status == CLEAN


def test_a_key_that_an_unsigned_file_publishes_is_not_trusted(tmp_path):
    scene, state = Scene("intruder"), tmp_path / "state"
    publish(tmp_path / "log", scene.leaves, scene.checkpoint())
    audit(tmp_path / "log", scene, state)
    thief = SigningKey(secret_of("a thief"))
    scene.tell(KeyPublished("log", thief.public.hex()), CENTER, subject="log")
    publish(tmp_path / "log", scene.leaves, note_by(scene, thief))
    report = audit(tmp_path / "log", scene, state)
    assert report.status == DIFFERENT
    assert "no known key signed" in report.differences[0]


def test_what_is_not_a_policy_or_key_or_opening_is_found(tmp_path):
    scene = Scene("nonsense")
    wrong = [
        adopt(scene, "quorum nobody\n"),
        scene.tell(KeyPublished("log", "00"), CENTER, subject="log"),
        scene.tell(KeyRetired("draw-vrf", "00" * 32), CENTER, subject="log"),
    ]
    publish(tmp_path, scene.leaves, sign_note(note_by(scene, scene.log_key).split("\n\n")[0] + "\n",
                                              ORIGIN, scene.log_key))  # fmt: skip
    assert [one.entry for one in audit(tmp_path, scene).findings] == wrong


# Blind entries ----------------------------------------------------------------------------------


def clocked(minutes, missing=()):
    """Return a log with something open for so many minutes, a blind entry in each but some."""
    scene = Scene("a fixed clock")
    scene.at = scene.at.replace(second=1, microsecond=0)
    scene.tell(UncountedOpened("1", 60), CENTER, subject="a lot")
    for minute in range(1, minutes):
        if minute in missing:
            scene.at += timedelta(minutes=1)
        else:
            scene.tell(BlindLogged("ab" * 32), CENTER, subject="")
    return scene


def told_blind(report):
    return [(one.entry, one.text.partition(",")[0]) for one in report.alerts
            if "interval" in one.text]  # fmt: skip


def test_an_interval_without_a_blind_entry_is_an_alert(tmp_path):
    scene = clocked(600, missing=(5, 300, 301))
    publish(tmp_path / "log", scene.leaves, scene.checkpoint())
    gap = "intervals of 60 s without a blind entry"
    expected = [(7, f"1 {gap}"), (301, f"2 {gap}")]
    whole = audit(tmp_path / "log", scene)
    assert (whole.status, told_blind(whole)) == (CLEAN, expected)
    assert any("not seen from outside" in line for line in render(whole))
    assert audit(tmp_path / "log", scene, processes=2) == whole
    state, leaves = tmp_path / "state", scene.leaves
    for size in (3, 8, 257, 302, len(leaves)):  # from audit to audit
        scene.leaves = leaves[:size]
        publish(tmp_path / "log", scene.leaves, scene.checkpoint())
        report = audit(tmp_path / "log", scene, state)
    assert told_blind(report) == expected


def test_a_clock_that_stopped_is_an_alert_until_it_is_known_for_how_long(tmp_path):
    scene, state = clocked(5), tmp_path / "state"
    fill(scene, len(scene.leaves) + 4)
    publish(tmp_path / "log", scene.leaves, scene.checkpoint())
    last = len(scene.leaves) - 1
    report = audit(tmp_path / "log", scene, state)
    assert told_blind(report) == [(last, "3 intervals of 60 s without a blind entry")]
    scene.tell(UncountedClosed("1"), CENTER, subject="a lot")
    publish(tmp_path / "log", scene.leaves, scene.checkpoint())
    report = audit(tmp_path / "log", scene, state)
    assert told_blind(report) == [(last + 1, "4 intervals of 60 s without a blind entry")]
    assert (report.uncounted, report.status) == (0, CLEAN)
