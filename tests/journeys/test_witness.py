"""A witness as its operator runs it: made on the command line, asked over HTTP, killed, run."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from service import ask
from shown_log import ORIGIN, Log, Program, daylight

from oversight.ledger.notes import make_vkey, open_note, parse_vkey
from oversight.witness.rules import REQUEST_BYTES_MAX, origin_hash, write_submission

NAME = "witness.example.org/w1"
SIZE = "text/x.tlog.size"


def answer(*arguments):
    return json.loads(daylight("--json", *arguments).stdout)


@pytest.fixture
def log():
    return Log(40)


@pytest.fixture
def place(tmp_path, log):
    directory = tmp_path / "witness"
    daylight("witness", "init", directory, "--name", NAME)
    daylight("witness", "add-log", directory, ORIGIN, log.vkey, log.mldsa_vkey)
    return directory


@pytest.fixture
def running(place):
    with Program("witness", "serve", place, "--port", "0") as program:
        yield program


def send(program, data, **headers):
    return ask("POST", f"{program.url}/add-checkpoint", content=data, headers=headers, timeout=30)


def test_a_witness_answers_each_submission_as_the_specification_says(running, place, log):
    keys = [parse_vkey(vkey) for vkey in answer("witness", "status", place)["vkeys"]]
    first = send(running, log.submission(0, 7))
    assert (first.status_code, first.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    opened = open_note(log.note(7) + first.text, keys)
    assert [key for key, _ in opened.cosigned] == keys
    stale = send(running, log.submission(0, 9))
    assert (stale.status_code, stale.headers["content-type"], stale.text) == (409, SIZE, "7\n")
    assert send(running, log.submission(7, 40)).status_code == 200
    statuses = {
        400: [b"", b"old 0\n\n", log.submission(40, 39)],
        403: [write_submission(40, [], log.note(40).partition("—")[0] + "— other AAAAAAAA\n")],
        404: [Log(3, origin="log.example/unknown").submission(0)],
        413: [b"old 0\n" + bytes(REQUEST_BYTES_MAX)],
        422: [log.fork(39, 1).submission(40), write_submission(40, [bytes(32)], log.note(40))],
    }
    for status, requests in statuses.items():
        for request in requests:
            assert send(running, request).status_code == status, (status, request[:60])


def test_the_latest_checkpoint_is_shown_under_both_signatures(running, place, log):
    address = f"{running.url}/{origin_hash(ORIGIN)}/checkpoint"
    assert ask("GET", address).status_code == 404
    lines = send(running, log.submission(0, 7)).text
    shown = ask("GET", address)
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-cache"
    assert shown.text.endswith(lines)
    keys = [parse_vkey(vkey) for vkey in answer("witness", "status", place)["vkeys"]]
    opened = open_note(shown.text, [parse_vkey(log.vkey), parse_vkey(log.mldsa_vkey), *keys])
    assert len(opened.verified) == 1
    assert len(opened.cosigned) == 3
    for other in ("0" * 64, "..", origin_hash(ORIGIN).upper(), origin_hash(ORIGIN)[:-1]):
        assert ask("GET", f"{running.url}/{other}/checkpoint").status_code == 404


def test_a_split_view_is_shown_to_the_witnesss_operator_and_can_be_handed_on(running, place, log):
    send(running, log.submission(0, 7))
    lie = log.fork(3, 4)
    assert send(running, lie.submission(7, 7)).status_code == 422
    (kept,) = answer("witness", "status", place)["evidence"]
    assert (kept["kind"], kept["size"], kept["origin"]) == ("split view", 7, ORIGIN)
    assert "EVIDENCE 1  split view" in daylight("witness", "status", place).stdout
    exported = answer("witness", "evidence", place, 1)
    notes = (exported["request"].partition("\n\n")[2], exported["cosigned"])
    texts = {open_note(note, [parse_vkey(log.vkey)]).text for note in notes}
    assert texts == {lie.checkpoint(7).text(), log.checkpoint(7).text()}
    assert daylight("witness", "evidence", place, 2, check=False).exit_code == 2


def test_a_witness_that_was_killed_goes_on_where_it_stood(place, log):
    with Program("witness", "serve", place, "--port", "0") as first:
        assert send(first, log.submission(0, 7)).status_code == 200
        first.stop(signal.SIGKILL)
    with Program("witness", "serve", place, "--port", "0") as second:
        assert send(second, log.submission(0, 9)).text == "7\n"
        assert send(second, log.fork(3, 9).submission(7, 12)).status_code == 422
        assert send(second, log.submission(7, 12)).status_code == 200


def test_many_rivals_at_once_get_one_cosignature_at_most(running, log):
    send(running, log.submission(0, 7))
    rivals = [log.fork(7, added).submission(7, 7 + added) for added in (1, 2, 3)]
    requests = [*rivals, log.submission(7, 8), log.submission(7, 9)] * 2
    with ThreadPoolExecutor(len(requests)) as pool:
        got = [one.status_code for one in pool.map(lambda data: send(running, data), requests)]
    assert sorted(got) == [200, *[409] * (len(requests) - 1)]


def test_two_processes_of_one_witness_are_one_witness(running, place, log):
    send(running, log.submission(0, 7))
    rivals = [log.submission(7, 9), log.fork(7, 2).submission(7, 9)]
    with Program("witness", "serve", place, "--port", "0") as second, ThreadPoolExecutor(8) as pool:
        asked = [(program, data) for data in rivals for program in (running, second)]
        got = [one.status_code for one in pool.map(lambda each: send(*each), asked)]
    assert sorted(got) == [200, 409, 409, 409]


def test_a_key_that_is_added_while_the_witness_runs_is_known_at_once(running, place, log):
    from oversight.keys.signing import SigningKey

    log.key, log.mldsa = SigningKey(bytes(range(32))), Log(origin="x").mldsa
    assert send(running, log.submission(0, 7)).status_code == 403
    daylight("witness", "add-log", place, ORIGIN, make_vkey(ORIGIN, log.key.public))
    assert send(running, log.submission(0, 7)).status_code == 200


def test_a_witness_whose_clock_went_back_asks_for_patience(running, place, log):
    send(running, log.submission(0, 7))
    with sqlite3.connect(place / "cosigner.sqlite") as record:
        record.execute("UPDATE log SET cosigned_at = 4102444800")  # the year 2100
    late = send(running, log.submission(7, 9))
    assert (late.status_code, late.headers["retry-after"]) == (503, "2")


def test_a_witness_may_stand_below_a_path(place, log):
    with Program(
        "witness", "serve", place, "--port", "0", "--prefix", "/w/one", cold=True
    ) as program:
        assert program.url.endswith("/w/one")
        assert send(program, log.submission(0, 7)).status_code == 200
        assert ask("GET", f"{program.url}/{origin_hash(ORIGIN)}/checkpoint").status_code == 200


def test_other_addresses_and_methods_are_refused_in_plain_text(running):
    cases = [("GET", "/", 404), ("GET", "/add-checkpoint", 405), ("PUT", "/add-checkpoint", 405)]
    for method, path, status in cases:
        refused = ask(method, running.url + path)
        assert refused.status_code == status
        assert refused.headers["content-type"].startswith("text/plain")
        assert refused.headers["x-content-type-options"] == "nosniff"


def test_no_sender_and_no_request_is_in_the_log_of_a_witness(place, log):
    program = Program("witness", "serve", place, "--port", "0")
    send(program, log.submission(0, 7), **{"User-Agent": "secret-agent"})
    send(program, b"secret-body\n\n")
    written = program.stop()
    assert "add-checkpoint: cosigned" in written
    assert "secret" not in written
    assert "127.0.0.1" not in written


@pytest.mark.parametrize("name", ["", "two words", "plus+sign"])
def test_a_witness_is_not_made_under_a_name_that_no_line_can_bear(tmp_path, name):
    done = daylight("witness", "init", tmp_path / "w", "--name", name, check=False)
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_names_its_rule(place):
    done = daylight("witness", "init", place, "--name", NAME, check=False)
    assert done.exit_code == 1
    assert "witness.made_once" in done.stderr


def test_the_outsiders_programs_load_nothing_of_the_services_database():
    code = (
        "import sys, oversight.mirror.http, oversight.serving; "
        "own = ('oversight.database', 'oversight.act', 'oversight.identity', 'piccolo'); "
        "print([name for name in sys.modules if name.startswith(own)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_asking_about_witnesses_loads_neither_server_nor_database():
    code = (
        "import sys, api_spec.cli; "
        "print(sorted({'litestar', 'uvicorn', 'piccolo', 'sqlite3'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
