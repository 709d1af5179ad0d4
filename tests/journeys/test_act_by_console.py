"""From the act that a writing command tells to its proof, verified with the trust file's keys."""

from __future__ import annotations

import base64
import json
import time

import pytest

from oversight.errors import ProofRejected
from oversight.ledger.notes import parse_vkey
from oversight.ledger.proofs import check_tlog_proof, parse_tlog_proof
from oversight.ledger.rules import leaf_hash


@pytest.fixture
def registered(service):
    """The act that registered a party from the command line."""
    done = service.daylight("party", "add", "--role", "firm", "某单位", token=service.token)
    word, act = done.stderr.split()
    assert word == "act"
    return act


def until_in_effect(service, act):
    """Return the act's standing once the next checkpoint is there."""
    for _ in range(100):
        found = service.answer("act", "show", act)
        if found["state"] == "in-effect":
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_the_act_that_a_command_tells_can_be_looked_up(service, registered):
    (entry,) = until_in_effect(service, registered)["entries"]
    shown = service.daylight("act", "show", registered).stdout.splitlines()
    assert shown[0] == f"{registered}  in-effect"
    assert shown[1].startswith("0  oversight.identity.party_registered  in-effect  entry ")
    assert f"entry {entry['index']} of " in shown[1]


def test_the_saved_proof_of_an_entry_verifies(service, registered):
    (entry,) = until_in_effect(service, registered)["entries"]
    file = service.directory / f"{registered}.tlog-proof"
    service.daylight("act", "prove", registered, "--out", file)
    trust = json.loads(service.daylight("trust").stdout)
    keys = [parse_vkey(line) for line in trust["log_keys"]]
    origin = service.request("GET", "/v1/ledger/checkpoint").text.partition("\n")[0]
    leaf = base64.b64decode(
        service.request("GET", f"/v1/ledger/entries/{entry['index']}").json()["leaf"]
    )
    proof = parse_tlog_proof(file.read_text(encoding="utf-8"))
    assert check_tlog_proof(proof, leaf_hash(leaf), origin, keys)[0].size > entry["index"]
    with pytest.raises(ProofRejected):
        check_tlog_proof(proof, leaf_hash(leaf + b" "), origin, keys)


def test_json_on_standard_output_stays_json_beside_the_act(service):
    done = service.daylight(
        "--json", "party", "add", "--role", "firm", "某单位", token=service.token
    )
    assert json.loads(done.stdout)["role"] == "firm"
    assert done.stderr.startswith("act ")


def test_an_entry_that_the_act_has_not_is_wrong_usage(service, registered):
    done = service.daylight("act", "prove", registered, 1, check=False)
    assert done.returncode == 2
    assert "has 1 entries, counted from 0" in done.stderr


def test_an_act_that_nobody_carried_out_is_refused(service):
    unknown = "019a5c7e-6f00-7000-8000-00000000dead"
    for command in ("show", "prove"):
        done = service.daylight("act", command, unknown, check=False)
        assert done.returncode == 1
        assert "ledger.entry_exists" in done.stderr
