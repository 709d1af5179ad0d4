"""The service beside its witnesses: what they sign puts into effect, what they hold stops it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from hashlib import sha256

import httpx
import pytest
from service import DAYLIGHT, ROOT, Service

ORIGIN = "demo.daylight.invalid/log"
NAMES = ("audit.example/w", "finance.example/w", "news.example/w")


class Neighbour:
    """A witness process on this machine, as an audit office would run it on its own."""

    def __init__(self, service, directory, name, log_key):
        self.directory = directory
        made = service.answer("witness", "init", directory, "--name", name)
        self.ed25519, self.mldsa = sorted(made["vkeys"], key=len)
        service.daylight("witness", "add-log", directory, ORIGIN, log_key)
        self.process, self.port = None, "0"

    def start(self):
        self.process = subprocess.Popen(
            [*DAYLIGHT, "witness", "serve", str(self.directory), "--port", self.port],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.url = self.process.stdout.readline().split()[-1].rstrip("/")
        self.port = self.url.rpartition(":")[2]
        return self

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def holds(self):
        """Return size and note of what it cosigned last."""
        answer = httpx.get(f"{self.url}/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint")
        return int(answer.text.split("\n")[1]), answer.text


@contextmanager
def witnesses(service, directory, log_key):
    """Three witnesses that run."""
    made = [
        Neighbour(service, directory / str(n), name, log_key).start()
        for n, name in enumerate(NAMES)
    ]
    try:
        yield made
    finally:
        for one in made:
            one.stop()


@pytest.fixture
def service(tmp_path):
    (tmp_path / "center").mkdir()
    one = Service(tmp_path / "center").init().start()
    yield one
    one.stop()


def log_key(service):
    return service.request("GET", "/v1/trust").json()["log_keys"][0]


def policy(service, made):
    keys = [one.mldsa if n == 2 else one.ed25519 for n, one in enumerate(made)]
    lines = [f"witness w{n} {key} {made[n].url}" for n, key in enumerate(keys)]
    return "\n".join(
        [f"log {log_key(service)}", *lines, "group us 2 w0 w1 w2", "quorum us"]
    ) + "\n"  # fmt: skip


def adopt(service, made):
    file = service.directory / "policy"
    file.write_text(policy(service, made))
    return service.answer("policy", "adopt", file, token=service.token)["act"]


def deed(service, name="某公司"):
    """Register a party; return the act."""
    body = {"role": "firm", "name": name, "uscc": ""}
    made = service.request("POST", "/v1/identity/parties", body, token=service.token)
    assert made.status_code == 201, made.text
    size = service.request("GET", "/v1/health").json()["log_size"]
    return service.request("GET", f"/v1/ledger/entries/{size - 1}").json()["entry"]["act"]


def state(service, act):
    return service.request("GET", f"/v1/ledger/acts/{act}").json()["state"]


def becomes(service, act, wanted, seconds=10):
    end = time.monotonic() + seconds
    while (found := state(service, act)) != wanted and time.monotonic() < end:
        time.sleep(0.1)
    assert found == wanted, service.said()[-2000:]


def witnesses_on(note):
    return sum(line.startswith("— ") and ORIGIN not in line for line in note.splitlines())


def test_a_quorum_of_witnesses_puts_into_effect_and_less_than_that_does_not(service, tmp_path):
    with witnesses(service, tmp_path, log_key(service)) as made:
        adopt(service, made)
        becomes(service, deed(service), "in-effect")
        becomes(service, deed(service, "子公司"), "in-effect")
        assert witnesses_on(service.request("GET", "/log/checkpoint").text) >= 2
        assert not service.request("GET", "/v1/ledger/policies").json()["unwitnessed"]
        made[0].stop()
        becomes(service, deed(service, "甲公司"), "in-effect")
        made[1].stop()
        waiting = deed(service, "乙公司")
        becomes(service, waiting, "covered")
        time.sleep(1.5)
        assert state(service, waiting) == "covered"
        made[1].start()
        becomes(service, waiting, "in-effect", 30)


def test_a_machine_set_back_with_its_signer_is_stopped_by_a_witness(service, tmp_path):
    with witnesses(service, tmp_path, log_key(service)) as made:
        adopt(service, made)
        becomes(service, deed(service), "in-effect")
        service.stop()
        shutil.copytree(service.directory / "data", tmp_path / "old")
        service.start()
        becomes(service, deed(service, "后来的公司"), "in-effect")
        size = service.request("GET", "/v1/health").json()["log_size"]
        service.stop()
        shutil.rmtree(service.directory / "data")
        shutil.copytree(tmp_path / "old", service.directory / "data")
        service.start()
        body = {"role": "firm", "name": "另一家", "uscc": ""}
        refused = service.request("POST", "/v1/identity/parties", body, token=service.token)
        assert refused.status_code == 503
        assert refused.json()["code"] == "ledger.unbroken"
        assert service.request("GET", "/v1/health").json()["log_size"] < size
        assert max(one.holds()[0] for one in made) >= size


def test_a_restored_database_beside_a_newer_state_takes_no_act_and_no_signer(service, tmp_path):
    deed(service)
    service.stop()
    shutil.copytree(service.directory / "data", tmp_path / "old")
    service.start()
    deed(service, "后来的公司")
    time.sleep(1)
    service.stop()
    for file in (service.directory / "data").glob("daylight.sqlite3*"):
        file.unlink()
    shutil.copy(tmp_path / "old" / "daylight.sqlite3", service.directory / "data")
    service.start()
    body = {"role": "firm", "name": "另一家", "uscc": ""}
    refused = service.request("POST", "/v1/identity/parties", body, token=service.token)
    assert (refused.status_code, refused.json()["code"]) == (503, "ledger.unbroken")
    assert "recover" in refused.json()["needed"]


def test_a_service_without_its_signers_state_does_not_start(service):
    service.stop()
    shutil.rmtree(service.directory / "data" / "signer")
    said = service.spawn("serve", "--port", "0", check=False)
    assert said.returncode == 1
    assert "signer adopt" in said.stderr
    adopted = service.daylight("signer", "adopt")
    assert "signs on from size" in adopted.stdout
    service.start()
    becomes(service, deed(service), "in-effect")


def test_the_published_log_is_served_with_the_right_headers(service):
    becomes(service, deed(service), "in-effect")
    checkpoint = service.request("GET", "/log/checkpoint")
    size = int(checkpoint.text.split("\n")[1])
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    assert "immutable" not in checkpoint.headers["cache-control"]
    for path in (f"/log/tile/0/000.p/{size}", f"/log/tile/entries/000.p/{size}"):
        tile = service.request("GET", path)
        assert tile.status_code == 200
        assert tile.headers["content-type"] == "application/octet-stream"
        assert "immutable" in tile.headers["cache-control"]
        assert tile.headers["access-control-allow-origin"] == "*"
    for path in (
        "/log/tile/0/001",
        "/log/tile/%2e%2e/checkpoint",
        "/log/tile/0/000.p/256",
        "/log/x",
    ):
        assert service.request("GET", f"/log/{path}").status_code == 404
