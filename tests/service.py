"""A real service for journeys: made by `daylight init`, run by `serve`, asked over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import uuid
from contextlib import chdir
from functools import partial
from pathlib import Path

import httpx
import warm
from click.testing import CliRunner

from api_spec.cli import main

START_SECONDS = 60

# Each request is one of its own, without cookies or connections of others before it; but whom to
# trust over TLS, which nothing here speaks, is read once: that takes longer than a request.
ask = partial(httpx.request, verify=httpx.create_ssl_context())


def _clean():
    return {name: value for name, value in os.environ.items() if not name.startswith("DAYLIGHT_")}


class Service:
    """One instance in a directory of its own, and its process while it runs."""

    def __init__(self, directory: Path, dsn: str = "", **settings: str) -> None:
        self.directory, self.url, self.process = directory, "", None
        self.printed = ""  # what servers wrote on standard output, once they stopped
        self.settings = {"data_dir": "data", "editions": "demo,T-2025"} | settings
        if dsn:
            self.settings["dsn"] = dsn

    def daylight(self, *arguments, token="", check=True):
        """Run the command line in the instance's directory, inside this process.

        A process of its own for every command would cost minutes; `spawn` gives one.
        """
        environ = {k: None for k in os.environ if k.startswith("DAYLIGHT_")}
        environ |= {"DAYLIGHT_URL": self.url or "http://127.0.0.1:9", "DAYLIGHT_TOKEN": token}
        with chdir(self.directory):
            done = CliRunner().invoke(main, list(map(str, arguments)), env=environ)
        finished = subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)
        assert not check or done.exit_code == 0, (done.stdout, done.stderr, done.exception)
        return finished

    def spawn(self, *arguments, token="", check=True, cold=False, **environ):
        """Run the command line as a process of its own; return the finished process."""
        variables = {"DAYLIGHT_URL": self.url or "http://127.0.0.1:9", "DAYLIGHT_TOKEN": token}
        done = warm.run(arguments, self.directory, {**_clean(), **variables, **environ}, cold)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def answer(self, *arguments, token=""):
        """Run the command line with --json; return what it answered."""
        return json.loads(self.daylight("--json", *arguments, token=token).stdout)

    def init(self, cold=False):
        """Make the instance; keep the administrator's token."""
        flags = [
            part
            for name, value in self.settings.items()
            for part in (f"--{name.replace('_', '-')}", value)
        ]
        order = ("--json", "init", "--center", "示范中心", "--administrator", "张三")
        made = json.loads(self.spawn(*order, *flags, cold=cold).stdout)
        self.token, self.administrator = made["token"], made["person"]
        return self

    def start(self, *options, cold=False, **environ):
        """Start the server on a free port and wait until it listens."""
        self.log = (self.directory / "serve.log").open("ab")
        order = ("serve", "--port", "0", *options)
        self.process = warm.started(order, self.directory, _clean() | environ, self.log, cold)
        line = self.process.stdout.readline()
        assert "listens on " in line, self.said()
        self.url = line.rpartition(" ")[2].strip()
        return self

    def stop(self, sign=signal.SIGTERM):
        """Stop the server; return its exit status."""
        if self.process is None:
            return None
        self.process.send_signal(sign)
        status = self.process.wait(timeout=30)
        self.printed += self.process.stdout.read()
        self.process.stdout.close()
        self.log.close()
        self.process = None
        return status

    def said(self):
        """Return what the server wrote on standard error."""
        return (self.directory / "serve.log").read_text(encoding="utf-8")

    def request(self, method, path, body=None, *, token=None, key=None, headers=None, content=None):
        """Ask over HTTP; a write gets a fresh Idempotency-Key unless `key` is given ("" none)."""
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        if method != "GET" and key != "":
            sent["Idempotency-Key"] = key or str(uuid.uuid4())
        if body is not None:
            content = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        return ask(method, self.url + path, headers=sent, content=content, timeout=60)

    def enter(self, party, *posts, by="", name="李四"):
        """Register a person of a party with these posts; return (person id, token)."""
        order = {"party": party, "name": name, "posts": list(posts)}
        person = self.request("POST", "/v1/identity/people", order, token=by or self.token)
        assert person.status_code == 201, person.text
        order = {"person": person.json()["id"]}
        token = self.request("POST", "/v1/identity/tokens", order, token=by or self.token)
        assert token.status_code == 201, token.text
        return person.json()["id"], token.json()["token"]

    def party(self, role, name="某单位"):
        """Register a party; return its id."""
        order = {"role": role, "name": name}
        made = self.request("POST", "/v1/identity/parties", order, token=self.token)
        assert made.status_code == 201, made.text
        return made.json()["id"]
