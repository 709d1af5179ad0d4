"""A running instance gets new keys: nobody who checks it is left without a key on the way."""

from __future__ import annotations

import json
import time

import pytest

from oversight.errors import ProofRejected
from oversight.keys import rotation
from oversight.keys.directory import LOG, open_ring
from oversight.keys.signing import SigningKey
from oversight.ledger.notes import ED25519, MLDSA44, parse_vkey
from oversight.ledger.signed_checkpoint import open_checkpoint


def trusted(service, type_=ED25519):
    """Return the log's verifier keys of one type, as the trust file names them now."""
    keys = [parse_vkey(text) for text in service.answer("trust")["log_keys"]]
    return [key for key in keys if key.type == type_]


def newest(service):
    return service.request("GET", "/v1/ledger/checkpoint").text


def accepts(keys, note):
    try:
        open_checkpoint(note, keys[0].name, keys)
    except ProofRejected:
        return False
    return True


def signed_after(service, deed):
    """Do something that leaves an entry; return the checkpoint that follows."""
    before = newest(service)
    deed()
    for _ in range(200):
        note = newest(service)
        if note != before:
            return note
        time.sleep(0.05)
    raise AssertionError("no new checkpoint")


def restarted(service):
    service.stop()
    service.start()


def lives(service, purpose):
    items = service.request("GET", "/v1/keys").json()["items"]
    return [one for one in items if one["purpose"] == purpose]


def test_init_publishes_every_key_that_others_rely_on(service):
    held = open_ring(service.directory / "data" / "keys")
    mldsa = held.log_mldsa[0].public.hex()
    own = {"draw-vrf": held.vrf_public.hex(), "log": held.log.public.hex(), "log-ml-dsa-44": mldsa}
    for purpose, key in own.items():  # others may have been published since by other tests
        assert lives(service, purpose)[0]["key"] == key
    assert [key.public.hex() for key in trusted(service, MLDSA44)] == [mldsa]


def test_the_log_s_key_is_rotated_under_the_eyes_of_old_and_new_verifiers(own_service):
    service = own_service.start()
    old = trusted(service)
    rotated = service.answer("keys", "rotate", "log", token=service.token)
    both = trusted(service)
    new = [key for key in both if key not in old]
    assert [key.public.hex() for key in new] == [rotated["key"]]

    # Published, not yet used: the service reads its keys when it starts.
    note = signed_after(service, lambda: service.party("firm"))
    assert (accepts(old, note), accepts(new, note)) == (True, False)
    retiring = ("keys", "retire", "log", old[0].public.hex())
    refused = service.daylight(*retiring, token=service.token, check=False)
    assert "restart the service" in refused.stderr

    # The overlap: whoever knows either key goes on verifying.
    restarted(service)
    note = signed_after(service, lambda: service.party("firm"))
    assert (accepts(old, note), accepts(new, note)) == (True, True)

    # The end of the old key.
    service.daylight(*retiring, token=service.token)
    service.daylight(*retiring, token=service.token)  # repeated, as after an interruption
    restarted(service)
    note = signed_after(service, lambda: service.party("firm"))
    assert (accepts(old, note), accepts(new, note)) == (False, True)
    assert trusted(service) == new
    assert [one["retired"] is not None for one in lives(service, "log")] == [True, False]


def test_an_interrupted_rotation_goes_on_with_the_key_that_was_prepared(own_service):
    service = own_service.start()
    keys = service.directory / "data" / "keys"
    prepared = rotation.prepare(keys, LOG).hex()
    order = {"purpose": "log", "key": prepared}
    assert service.request("POST", "/v1/keys", order, token=service.token).status_code == 201
    assert service.answer("keys", "rotate", "log", token=service.token)["key"] == prepared
    assert [one["key"] for one in lives(service, "log")].count(prepared) == 1
    assert open_ring(keys).log.public.hex() == prepared


def test_a_key_is_not_used_when_it_could_not_be_published(own_service):
    service = own_service.start()
    keys = service.directory / "data" / "keys"
    before = rotation.public_keys(keys, LOG)
    refused = service.daylight("keys", "rotate", "log", token="dl_nobody", check=False)
    assert refused.returncode == 1
    assert rotation.public_keys(keys, LOG) == before


def test_ml_dsa_draw_and_field_keys_are_rotated_too(own_service):
    service = own_service.start()
    keys = service.directory / "data" / "keys"
    old = open_ring(keys)
    for purpose in ("log-ml-dsa-44", "draw-vrf", "fields"):
        service.daylight("keys", "rotate", purpose, token=service.token)
    restarted(service)
    new = open_ring(keys)
    note = signed_after(service, lambda: service.party("firm"))
    for key in trusted(service, MLDSA44):
        _, opened = open_checkpoint(note, key.name, trusted(service), [key])
        assert [one for one, _ in opened.cosigned] == [key]
    assert len(trusted(service, MLDSA44)) == 2
    assert [one["key"] for one in lives(service, "draw-vrf")] == [
        old.vrf_public.hex(),
        new.vrf_public.hex(),
    ]
    retired = old.log_mldsa[0].public.hex()
    service.daylight("keys", "retire", "log-ml-dsa-44", retired, token=service.token)
    assert [key.public.hex() for key in trusted(service, MLDSA44)] != [retired]
    listed = service.daylight("keys", "list").stdout
    assert retired[:64] in listed
    assert "retired 20" in listed


def test_the_newest_key_and_the_draw_s_keys_are_not_retired(service):
    key = trusted(service)[0].public.hex()
    refused = service.daylight("keys", "retire", "log", key, token=service.token, check=False)
    assert refused.returncode == 2
    for purpose, code in (("log", "key_retirable"), ("draw-vrf", "key_purpose_known")):
        known = lives(service, purpose)[0]["key"]
        order = {"purpose": purpose, "key": known}
        answer = service.request("POST", "/v1/keys/retirement", order, token=service.token)
        assert answer.json()["code"] == f"custody.{code}"


def test_a_key_that_the_service_does_not_hold_is_not_published(service):
    stranger = SigningKey(b"\x11" * 32).public.hex()
    order = {"purpose": "log", "key": stranger}
    answer = service.request("POST", "/v1/keys", order, token=service.token)
    assert (answer.status_code, answer.json()["code"]) == (422, "custody.key_held")
    assert stranger not in [one["key"] for one in lives(service, "log")]


def test_a_key_is_not_retired_before_the_next_one_signs(own_service):
    service = own_service.start()
    old = trusted(service)[0].public.hex()
    service.daylight("keys", "rotate", "log", token=service.token)
    order = {"purpose": "log", "key": old}
    answer = service.request("POST", "/v1/keys/retirement", order, token=service.token)
    assert (answer.status_code, answer.json()["code"]) == (409, "custody.key_followed")


@pytest.mark.parametrize(
    ("purpose", "key", "status"),
    [("log", "00" * 1312, 422), ("log-ml-dsa-44", "00" * 32, 422), ("log", "zz", 400)],
)
def test_what_is_no_key_of_its_purpose_is_not_published(service, purpose, key, status):
    order = {"purpose": purpose, "key": key}
    answer = service.request("POST", "/v1/keys", order, token=service.token)
    assert answer.status_code == status, answer.text
    assert json.loads(answer.text)["status"] == status
