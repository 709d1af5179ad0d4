"""Rounds of public randomness by the command line: fetched, carried by hand, shown."""

from __future__ import annotations

import hashlib
import json

import pytest
from draw_story import ROUND, ROUND_SIGNATURE
from own_chain import CHAIN, chains_file, relay, relayed, signed
from service import Service

from oversight.ambient import utc_now
from oversight.beacon.chains import QUICKNET
from oversight.beacon.rules import first_round_at_or_after


@pytest.fixture(scope="module")
def towards():
    with relay() as server:
        yield server


@pytest.fixture(scope="module")
def service(tmp_path_factory, towards):
    directory = tmp_path_factory.mktemp("beacon")
    chosen = {
        "beacon_chain": CHAIN.hash, "beacon_chains_file": chains_file(directory),
        "beacon_urls": towards.url,
    }  # fmt: skip
    service = Service(directory, **chosen).init().start()
    yield service
    service.stop()


def present():
    return first_round_at_or_after(CHAIN, int(utc_now().timestamp())) - 1


def test_a_service_fetches_a_round_and_anybody_reads_it(service, towards):
    number = present()
    made = service.answer("beacon", "fetch", number, token=service.token)
    assert made["signature"] == signed(number).hex()
    assert made["randomness"] == hashlib.sha256(signed(number)).hexdigest()
    again = service.daylight("beacon", "fetch", number, token=service.token)
    assert f"act {made['act']}" in again.stderr
    assert str(number) in service.daylight("beacon", "show", number).stdout
    assert towards.asked.count(f"/{CHAIN.hash}/public/{number}") == 1


def test_a_round_is_carried_by_hand_from_a_machine_with_network(service, towards, tmp_path):
    number, file, copy = present() - 1, tmp_path / "round.json", tmp_path / "copy.json"
    ask = ("beacon", "fetch", number, "--chain", CHAIN.hash, "--relay", towards.url, "--out", file)
    service.daylight(*ask)
    assert file.read_bytes().strip() == relayed(number)
    assert service.daylight("beacon", "show", number, check=False).returncode == 1
    said = service.daylight("beacon", "carry", file, token=service.token)
    assert f"round {number} of chain" in said.stdout
    service.daylight("beacon", "show", number, "--out", copy)
    assert copy.read_bytes() == file.read_bytes()
    service.daylight("beacon", "carry", copy, token=service.token)  # the same again


def test_a_real_round_of_quicknet_is_carried(service, tmp_path):
    file = tmp_path / "quicknet.json"
    file.write_bytes(relayed(ROUND, bytes.fromhex(ROUND_SIGNATURE)))
    order = ("beacon", "carry", file, "--chain", QUICKNET.hash)
    made = service.answer(*order, token=service.token)
    assert (made["chain"], made["due"]) == (QUICKNET.hash, "2023-08-23T15:59:24Z")


@pytest.mark.parametrize(
    ("change", "status"),
    [({"randomness": "00" * 32}, 2), ({"signature": "00" * 48}, 2), ({"round": 0}, 2), (None, 1)],
)
def test_a_forged_file_brings_nothing(service, tmp_path, change, status):
    number, file = present() - 5_000, tmp_path / "forged.json"
    other = relayed(number, signed(number - 1))
    forged = json.dumps(json.loads(relayed(number)) | (change or {})).encode()
    file.write_bytes(other if change is None else forged)
    said = service.daylight("beacon", "carry", file, token=service.token, check=False)
    assert said.returncode == status, said.stderr
    assert service.daylight("beacon", "show", number, check=False).returncode == 1


def test_nobody_without_a_token_brings_a_round(service, tmp_path):
    file = tmp_path / "round.json"
    file.write_bytes(relayed(3))
    said = service.daylight("beacon", "carry", file, check=False)
    assert "wire.credentials_valid" in said.stderr


def test_chains_are_listed_and_stand_in_the_trust_file(service):
    listed = service.daylight("beacon", "chains").stdout
    assert f"{CHAIN.hash}  in use" in listed
    assert f"{QUICKNET.hash}  pinned" in listed
    beacons = json.loads(service.daylight("trust").stdout)["beacons"]
    assert beacons[CHAIN.hash] == {
        "public_key": CHAIN.public_key, "scheme": CHAIN.scheme, "period": 3,
        "genesis": CHAIN.genesis,
    }  # fmt: skip
    assert QUICKNET.hash in beacons


def test_a_service_whose_chain_is_not_pinned_does_not_start(tmp_path):
    service = Service(tmp_path).init()
    said = service.spawn("serve", "--port", "0", "--beacon-chain", "00" * 32, check=False)
    assert said.returncode != 0
    assert "beacon.chain_pinned" in said.stderr
