"""Our log before a witness by others, and our witness before its feeder: `aics-witness` 0.1.

What it checks of ours: the form of notes, checkpoints and add-checkpoint requests; the log's
Ed25519 signature (type 01); our RFC 6962 consistency proofs, through a verifier of its own; that a
log never goes back and never forks. Its feeder checks our witness: status codes, the size told in a
conflict, the Ed25519 cosignature (type 04) and its freshness; its tree computes the proofs that we
accept. Its command line reads our static tiles.

What it does not check: ML-DSA-44 lines (type 06), ours and a cosigner's, are unknown to it and
skipped; tlog-policy, blind entries, and anything about what an entry says.
"""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from foreign_witness import ForeignWitness, environment
from service import ask
from shown_log import ORIGIN, Log, Program

from api_spec.cli import main
from oversight.ledger.notes import open_note, parse_vkey
from oversight.witness.rules import origin_hash, write_submission

THEIRS = "witness.example.net/theirs"
OURS = "witness.example.org/ours"


@pytest.fixture(scope="session")
def programs(request):
    return environment(request.config.cache.mkdir("aics-witness"))


@pytest.fixture
def log():
    return Log(40)


@pytest.fixture
def theirs(programs, tmp_path, log):
    witness = ForeignWitness(programs, tmp_path / "theirs", THEIRS)
    witness.run("add-log", "--origin", ORIGIN, "--vkey", log.vkey)
    yield witness.serve()
    witness.stop()


@pytest.fixture
def ours(tmp_path, log):
    place = tmp_path / "ours"
    made = CliRunner().invoke(main, ["--json", "witness", "init", str(place), "--name", OURS])
    CliRunner().invoke(main, ["witness", "add-log", str(place), ORIGIN, log.vkey])
    with Program("witness", "serve", place, "--port", "0") as program:
        program.vkeys = json.loads(made.stdout)["vkeys"]
        yield program


def post(witness, data):
    return ask("POST", f"{witness.url}/add-checkpoint", content=data, timeout=30)


def test_a_witness_by_others_cosigns_our_checkpoints(theirs, log):
    key = parse_vkey(theirs.vkey)
    for old, size in ((0, 0), (0, 1), (1, 7), (7, 8), (8, 39), (39, 39), (39, 40)):
        answer = post(theirs, log.submission(old, size))
        assert answer.status_code == 200, answer.text
        opened = open_note(log.note(size) + answer.text, [parse_vkey(log.vkey), key])
        assert [cosigner for cosigner, _ in opened.cosigned] == [key]
    shown = ask("GET", f"{theirs.url}/{origin_hash(ORIGIN)}/checkpoint").text
    assert open_note(shown, [key]).text == log.checkpoint(40).text()


SUBMISSIONS = {
    "from nothing, too late": lambda log: log.submission(0, 9),
    "backward": lambda log: log.submission(9, 8),
    "another history": lambda log: log.fork(3, 9).submission(7, 12),
    "two roots": lambda log: log.fork(3, 4).submission(7, 7),
    "no path": lambda log: write_submission(7, [], log.note(12)),
    "another log": lambda log: Log(3, origin="log.example/unknown").submission(0),
    "unsigned": lambda log: write_submission(
        7, log.path(7, 12), log.checkpoint(12).text() + "\n— stranger AAAAAAAA\n"
    ),
    "half a hash": lambda log: b"old 7\nqxq3\n\n" + log.note(12).encode(),
    "an extension": lambda log: log.submission(7, 12),
    "the same again": lambda log: log.submission(7, 7),
}


@pytest.mark.parametrize("case", SUBMISSIONS)
def test_both_witnesses_answer_alike(theirs, ours, log, case):
    answers = []
    for witness in (theirs, ours):
        assert post(witness, log.submission(0, 7)).status_code == 200
        answer = post(witness, SUBMISSIONS[case](log))
        size = answer.headers["content-type"] == "text/x.tlog.size" and answer.text
        answers.append((answer.status_code, size))
    assert answers[0] == answers[1]


FEEDER = """
import json, sys
from aics_tlog import MerkleTree
from aics_witness.feeder import WitnessClient, WitnessRejected, merge_cosignatures

url, vkey, shown = sys.argv[1], sys.argv[2], json.load(open(sys.argv[3]))
tree = MerkleTree([bytes.fromhex(entry) for entry in shown["entries"]])
with WitnessClient(url, vkey, max_attempts=1) as client:
    for note in shown["notes"]:
        try:
            line = client.submit(note.encode(), tree.consistency_proof)
            print(json.dumps(merge_cosignatures(note.encode(), line).decode()))
        except WitnessRejected as refused:
            print(refused.status)
"""


def fed(theirs, ours, notes, entries):
    shown = theirs.directory / "shown.json"
    shown.write_text(json.dumps({"notes": notes, "entries": [one.hex() for one in entries]}))
    done = theirs.python(FEEDER, ours.url, ours.vkeys[0], shown)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_our_witness_accepts_what_a_feeder_by_others_sends(theirs, ours, log):
    notes = [log.note(size) for size in (1, 8, 13, 13, 40)]
    merged = fed(theirs, ours, notes, log.entries)
    keys = [parse_vkey(log.vkey), parse_vkey(ours.vkeys[0])]
    for note, answer in zip(notes, merged, strict=True):
        opened = open_note(answer, keys)
        assert opened.text == open_note(note, keys).text
        assert [key for key, _ in opened.cosigned] == [keys[1]]


def test_a_feeder_by_others_hears_that_its_log_has_forked(theirs, ours, log):
    lie = log.fork(3, 37)
    assert fed(theirs, ours, [log.note(20)], log.entries)[0] != 422
    assert fed(theirs, ours, [lie.note(40)], lie.entries) == [422]
    assert fed(theirs, ours, [lie.note(20)], lie.entries) == [422]


def test_tools_of_others_read_our_static_files_and_both_cosignatures(theirs, ours, tmp_path, log):
    log.append(600).publish(tmp_path / "public")
    note = log.note()
    lines = "".join(post(witness, log.submission(0)).text for witness in (theirs, ours))
    (tmp_path / "public" / "checkpoint").write_text(note + lines)
    code = "import sys; from aics_tlog.cli import main; sys.exit(main(sys.argv[1:]))"
    asked = ["verify-checkpoint", "--origin", ORIGIN, "--log-key", log.vkey, "--quorum", "2",
             "--witness-key", theirs.vkey, "--witness-key", ours.vkeys[0], "--max-age", "600",
             "--tiles", tmp_path / "public"]  # fmt: skip
    done = theirs.python(code, *asked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["ok"] is True
