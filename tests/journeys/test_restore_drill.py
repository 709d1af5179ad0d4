"""The restore drill as an operator types it, with real processes, on SQLite."""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from service import Service

from oversight.ledger.checkpoint import parse_checkpoint
from oversight.ledger.rules import check_consistency


def names(service, count, start=0):
    """Register parties one after the other; return how many entries that made."""
    for number in range(start, start + count):
        service.party("agent", f"代理机构{number}")


def checkpoint(service):
    """Return the checkpoint that is public."""
    text = (service.directory / "data" / "public" / "checkpoint").read_text(encoding="utf-8")
    return parse_checkpoint(text.partition("\n\n")[0] + "\n")


def covered(service, size):
    """Wait until the public checkpoint covers `size` entries."""
    end = time.monotonic() + 30
    while checkpoint(service).size < size:
        assert time.monotonic() < end, service.said()
        time.sleep(0.1)
    return checkpoint(service)


def entries(service):
    """Return all entries, by their place, once everything that was done is covered."""
    found, cursor = [], ""
    time.sleep(1.5)  # longer than from one checkpoint to the next
    while True:
        more = f"&cursor={cursor}" if cursor else ""
        page = service.request("GET", f"/v1/ledger/entries?limit=500{more}").json()
        found += page["items"]
        cursor = page["next"]
        if not cursor or not page["items"]:
            return found


@contextmanager
def published(directory):
    """Hand the public files out as any web server does; yield their URL prefix."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def lose(service):
    """Lose the database, all of it."""
    for file in (service.directory / "data").glob("daylight.sqlite3*"):
        file.unlink()


def test_a_backup_taken_under_load_is_restored_and_serves(own_service):
    service = own_service.start()
    with ThreadPoolExecutor(2) as pool:
        load = pool.submit(names, service, 20)
        told = json.loads(service.spawn("--json", "backup", "copy").stdout)
        load.result()
    service.stop()
    lose(service)
    shutil.rmtree(service.directory / "data" / "signer")  # as on another host
    shutil.rmtree(service.directory / "data" / "public")
    done = json.loads(service.spawn("--json", "restore", "copy").stdout)
    assert (done["size"], done["root"]) == (told["log"]["size"], told["log"]["root"])
    assert "signer adopt" in done["next"][0]
    assert service.spawn("serve", check=False).returncode == 1
    service.daylight("signer", "adopt")
    assert json.loads(service.spawn("--json", "audit").stdout)["differences"] == []
    service.start()
    assert len(entries(service)) == told["log"]["size"]
    names(service, 1, 100)


def test_an_old_backup_stops_acts_until_recover_has_brought_back_what_was_signed(own_service):
    service = own_service.start()
    names(service, 3)
    service.spawn("backup", "copy")
    names(service, 5, 3)
    before = entries(service)
    newest = covered(service, len(before))
    service.stop()
    shown = (service.directory / "data" / "public" / "checkpoint").read_bytes()
    lose(service)
    assert "are refused until `daylight recover" in service.spawn("restore", "copy").stdout
    service.start()
    refused = service.request(
        "POST", "/v1/identity/parties", {"role": "agent", "name": "某"}, token=service.token
    )
    assert (refused.status_code, refused.json()["code"]) == (503, "ledger.unbroken"), refused.text
    health = service.request("GET", "/v1/health")
    assert (health.status_code, health.json()["status"]) == (200, "reads-only")
    assert not health.json()["takes_acts"]
    assert "recover" in refused.json()["needed"]
    busy = service.spawn("recover", "--from", "data/public", check=False)
    assert busy.returncode == 1
    assert "recovery.service_stopped" in busy.stderr
    time.sleep(1.5)  # for the signer to have had its chances
    service.stop()
    assert (service.directory / "data" / "public" / "checkpoint").read_bytes() == shown
    told = json.loads(service.spawn("--json", "recover", "--from", "data/public").stdout)
    log = told["log"]
    assert (log["size"], log["signed"], log["troubles"]) == (newest.size, newest.size, [])
    lost = {one["kind"]: one for one in told["beside"]}
    party = lost["oversight.identity.party_registered"]
    assert (party["entries"], party["without_rows"], party["values"]) == (5, 5, 15)
    differs = [(one["table"], one["what"]) for one in told["audit"]["differences"]]
    assert differs.count(("party", "the row is missing")) == 5
    assert {table for table, _ in differs} <= {"party", "payload"}
    service.start()
    assert entries(service) == before
    names(service, 2, 20)
    now = entries(service)
    assert [one["index"] for one in now] == list(range(len(now)))
    assert now[: len(before)] == before
    later = covered(service, len(now))
    query = f"/v1/ledger/consistency?old_size={newest.size}&size={later.size}"
    path = [bytes.fromhex(node) for node in service.request("GET", query).json()["path"]]
    check_consistency(newest.size, newest.root, later.size, later.root, path)


def test_a_damaged_backup_is_refused_by_the_name_of_its_file(own_service):
    service = own_service
    service.spawn("backup", "copy", cold=True)
    lose(service)
    file = service.directory / "copy" / "database.sqlite3"
    data = bytearray(file.read_bytes())
    data[-100] ^= 1
    file.write_bytes(data)
    refused = service.spawn("restore", "copy", check=False, cold=True)
    assert refused.returncode == 1
    assert "database.sqlite3" in refused.stderr
    assert not (service.directory / "data" / "daylight.sqlite3").exists()


def test_on_a_new_host_settings_and_keys_come_back_too(own_service, tmp_path_factory):
    service = own_service.start()
    names(service, 2)
    size = len(entries(service))
    covered(service, size)
    service.stop()
    service.spawn("backup", "copy")
    service.spawn("backup", "--keys", "copy-of-keys")
    there = Service(tmp_path_factory.mktemp("host"))
    there.token = service.token
    told = there.spawn("restore", service.directory / "copy").stdout
    assert "bring the keys back" in told
    shutil.copytree(service.directory / "copy-of-keys", there.directory / "data" / "keys")
    with published(service.directory / "data" / "public") as url:
        there.spawn("recover", "--from", url, cold=True)
    there.daylight("signer", "adopt")
    there.start()
    assert len(entries(there)) == size
    names(there, 1, 50)
    there.stop()
