"""From nothing to a signed key: init, serve, parties, people, tokens, keys, over HTTP."""

from __future__ import annotations

import json
import re
import signal
import stat
import time

import pytest
from engines import create_database, drop_database, named_database
from service import Service

from oversight.keys.signing import SigningKey
from oversight.ledger.notes import parse_vkey
from oversight.ledger.proofs import check_tlog_proof, parse_tlog_proof
from oversight.ledger.rules import leaf_hash
from oversight.values.digests import unbase64


def test_init_makes_an_instance_for_its_owner_alone_and_shows_the_token_once(own_service):
    directory = own_service.directory
    database = next((directory / "data").glob("*.sqlite*")).relative_to(directory)
    for private in ("daylight.toml", "data/keys/log.key", "data/keys/fields.key", database):
        assert stat.S_IMODE((directory / private).stat().st_mode) == 0o600
    assert stat.S_IMODE((directory / "data").stat().st_mode) == 0o700
    settings = (directory / "daylight.toml").read_text(encoding="utf-8")
    assert own_service.token not in settings


def test_init_refuses_to_go_over_an_instance(own_service):
    order = ("init", "--center", "x", "--administrator", "y", "--data-dir", "data")
    assert own_service.daylight(*order, check=False).returncode == 2
    (own_service.directory / "daylight.toml").unlink()
    again = own_service.daylight(*order, check=False)
    assert again.returncode == 2
    assert "never over one" in again.stderr


def test_a_database_that_holds_an_instance_is_not_founded_again(own_service, tmp_path):
    again = own_service.spawn(
        "--config", "second.toml", "init", "--center", "x", "--administrator", "y",
        "--dsn", "sqlite:///data/daylight.sqlite3", "--key-dir", "other-keys", check=False,
    )  # fmt: skip
    assert again.returncode == 1
    assert "identity.founded_once" in again.stderr
    assert not (own_service.directory / "other-keys").exists()


def test_the_service_refuses_keys_that_others_may_read(own_service):
    key = own_service.directory / "data/keys/log.key"
    key.chmod(0o640)
    done = own_service.spawn("serve", "--port", "0", check=False)
    assert done.returncode == 1
    assert "keys.private" in done.stderr
    assert key.read_text(encoding="ascii").strip() not in done.stderr


def test_a_party_registers_its_people_and_its_key_from_the_command_line(service):
    party = service.answer(
        "party", "add", "示范市住建局", "--role", "administrative_supervisor", token=service.token
    )
    person = service.answer(
        "user", "add", "李四", "--party", party["id"], "--post", "draw_contributor",
        "--post", "draw_supervisor", token=service.token,
    )  # fmt: skip
    token = service.answer("token", "issue", person["id"], token=service.token)["token"]
    me = service.answer("whoami", token=token)
    assert (me["person"], me["name"]) == (person["id"], "李四")
    assert me["party"]["role"] == "administrative_supervisor"

    public = service.daylight("key", "new", "supervisor.key").stdout.strip()
    file = service.directory / "supervisor.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert SigningKey(bytes.fromhex(file.read_text())).public == unbase64(public, 32)
    made = service.answer("key", "register", "supervisor.key", token=token)
    assert made["key"] == public
    trusted = service.answer("trust")["parties"][party["id"]]
    assert trusted == {"name": "示范市住建局", "role": "supervisor", "keys": [public]}


def test_a_key_file_is_never_overwritten_and_never_read_when_others_may(service):
    service.daylight("key", "new", "mine.key")
    before = (service.directory / "mine.key").read_bytes()
    assert service.daylight("key", "new", "mine.key", check=False).returncode == 2
    assert (service.directory / "mine.key").read_bytes() == before
    (service.directory / "mine.key").chmod(0o644)
    done = service.daylight("key", "register", "mine.key", token=service.token, check=False)
    assert done.returncode == 2
    assert "chmod 600" in done.stderr


def test_a_token_file_that_others_may_read_is_refused(service):
    file = service.directory / "open.token"
    file.write_text(service.token)
    file.chmod(0o644)
    done = service.daylight("--token-file", file, "whoami", check=False)
    assert done.returncode == 2
    assert service.token not in done.stderr


def test_a_refusal_names_rule_source_found_and_needed(service):
    done = service.daylight(
        "party", "add", "x", "--role", "firm", "--uscc", "91110000600037341M",
        token=service.token, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    for word in ("refused:", "identity.code_valid", "GB 32100", "needed:"):
        assert word in done.stderr
    done = service.daylight(
        "--json", "party", "add", "x", "--role", "firm", "--uscc", "1", token=service.token,
        check=False,
    )  # fmt: skip
    assert json.loads(done.stderr)["code"] == "identity.code_valid"


def test_the_command_is_a_process_with_these_exit_statuses(service):
    assert json.loads(service.spawn("--json", "whoami", token=service.token, cold=True).stdout)[
        "posts"
    ]
    assert service.spawn("whoami", token="dl_unknown", check=False, cold=True).returncode == 1


def test_a_service_that_is_not_there_has_an_exit_status_of_its_own(service):
    done = service.daylight("--url", "http://127.0.0.1:9", "party", "list", check=False)
    assert done.returncode == 3
    assert "DAYLIGHT_URL" in done.stderr


def test_a_password_opens_the_same_doors(service):
    person, token = service.enter(service.answer("whoami", token=service.token)["party"]["id"],
                                  "archive_reader")  # fmt: skip
    service.daylight("user", "password", "li.si", "--password", "correct horse battery",
                     token=token)  # fmt: skip
    got = service.answer("user", "login", "li.si", "--password", "correct horse battery")
    assert service.answer("whoami", token=got["token"])["person"] == person


def test_every_entry_is_proved_to_who_knows_only_the_log_s_key(service):
    service.party("firm")
    key = parse_vkey(service.answer("trust")["log_keys"][0])
    size = service.request("GET", "/v1/health").json()["log_size"]
    for index in (0, size - 1):
        proof = parse_tlog_proof(proof_of(service, index))  # before that nobody is told the place
        entry = service.request("GET", f"/v1/ledger/entries/{index}").json()
        leaf = leaf_hash(unbase64(entry["leaf"]))
        checkpoint, _ = check_tlog_proof(proof, leaf, key.name, [key])
        assert proof.index == index < checkpoint.size


def proof_of(service, index):
    """Return the proof of an entry, waiting for the checkpoint that covers it."""
    for _ in range(100):
        answer = service.request("GET", f"/v1/ledger/entries/{index}/proof")
        if answer.status_code == 200:
            return answer.text
        time.sleep(0.05)
    raise AssertionError(answer.text)


def test_the_access_log_knows_doors_and_nobody(service):
    party = service.party("firm", name="保密单位")
    service.request("GET", f"/v1/identity/parties/{party}?cursor=secret")
    service.request("GET", "/v1/identity/me", token=service.token)
    said = service.said()
    assert "GET /v1/identity/parties/{party}" in said
    for text in (party, "secret", "保密单位", service.token, "127.0.0.1"):
        assert text not in said


def test_config_shows_value_source_and_meaning_of_every_setting(service):
    rows = service.answer("config", "--checkpoint-seconds", "0.25")
    found = {row["setting"]: row for row in rows}
    assert found["checkpoint_seconds"]["from"] == "--checkpoint-seconds"
    assert found["data_dir"]["from"] == "daylight.toml"
    assert found["port"]["from"] == "default"
    assert all(row["documentation"] for row in rows)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands(service, shell):
    assert "daylight" in service.daylight("completion", shell).stdout


def test_help_names_the_exit_statuses_and_every_group(service):
    said = service.daylight("--help").stdout
    for word in ("Exit statuses", "init", "serve", "config", "party", "user", "token", "key"):
        assert re.search(rf"\b{word}\b", said), word


def test_what_was_answered_survives_a_stop_and_a_kill(own_service):
    own_service.start()
    party = own_service.party("firm")
    assert own_service.stop() == -signal.SIGTERM
    own_service.start()
    own_service.party("agent")
    own_service.stop(signal.SIGKILL)
    own_service.start()
    found = own_service.request("GET", "/v1/identity/parties").json()["items"]
    assert party in [view["id"] for view in found]
    assert len(found) == 3


async def test_the_same_first_day_on_postgres(tmp_path, server, anyio_backend):
    name = await create_database(server)
    service = Service(tmp_path, dsn=named_database(server, name)).init()
    try:
        service.start()
        party = service.party("tenderer")
        _, token = service.enter(party, "draw_applicant")
        assert service.answer("whoami", token=token)["party"]["id"] == party
        health = service.request("GET", "/v1/health").json()
        assert health["status"] == "well"
        assert service.stop() == -signal.SIGTERM
    finally:
        service.stop()
        await drop_database(named_database(server, name))
