"""A scratch trading center: its directory, its server process, and people with tokens and keys.

Everybody acts through the `daylight` command in a process of his own, with his own token, as
on his own machine. Nothing here reaches into the service.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DAYLIGHT = str(Path(sys.executable).parent / "daylight")
START_SECONDS, STOP_SECONDS = 60, 20
SETTINGS = {"DAYLIGHT_EDITIONS": "demo", "DAYLIGHT_ORIGIN": "demo.daylight.invalid/log"}


class Refusal(Exception):  # noqa: N818
    """The service refused; the problem says why."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem.get('code')}: {problem.get('title')}")
        self.problem = problem


@dataclass(frozen=True)
class Person:
    """Somebody with a token; `home` holds his files, as his own machine would."""

    name: str
    home: Path
    url: str

    @property
    def token_file(self) -> Path:
        """Where the token lies (mode 0600)."""
        return self.home / "token"

    @property
    def key_file(self) -> Path:
        """Where the party's signing key lies (mode 0600), if this person holds it."""
        return self.home / "signing-key"

    def does(self, *words: str, typed: str = "") -> Any:
        """Run `daylight --json WORDS` as this person and return the answer.

        Who has no token comes as the public. `typed` is what a prompt is answered with.

        Raises:
            Refusal: a rule was broken.
        """
        known = ["--token-file", str(self.token_file)] if self.token_file.exists() else []
        said = subprocess.run(
            [DAYLIGHT, "--url", self.url, *known, "--json", *words],
            capture_output=True, text=True, check=False, cwd=self.home, input=f"{typed}\n",
            start_new_session=True,  # a prompt must not find the terminal of whoever looks on
        )  # fmt: skip
        if said.returncode:
            raise _refusal(said.stderr)
        return json.loads(said.stdout) if said.stdout.startswith(("{", "[")) else said.stdout


def _refusal(text: str) -> Exception:
    try:
        return Refusal(json.loads(text))
    except ValueError:
        return RuntimeError(text)


class Center:
    """An instance in a directory, with a server while `serving`."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.url = ""
        self.environment = {**_plain_environment(), **SETTINGS}
        place.mkdir(parents=True)

    def found(self, center: str, administrator: str) -> None:
        """Run `daylight init`."""
        home = self.place / "people" / "administrator"
        home.mkdir(parents=True, mode=0o700)
        command = [DAYLIGHT, "init", "--center", center, "--administrator", administrator]
        command += ["--data-dir", str(self.place / "data"), "--key-dir", str(self.place / "keys")]
        command += ["--token-out", str(home / "token")]
        subprocess.run(
            command, cwd=self.place, env=self.environment, check=True, capture_output=True
        )

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Run `daylight serve` on a free port of this machine alone until the block ends."""
        log = (self.place / "server.log").open("w")
        server = subprocess.Popen(
            [DAYLIGHT, "serve", "--host", "127.0.0.1", "--port", "0"],
            cwd=self.place, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            if "http://" not in line:
                raise RuntimeError(f"the server did not start; see {log.name}")
            self.url = line.split()[-1]
            yield
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
            log.close()

    def person(self, name: str) -> Person:
        """Return the person whose files are kept under `name`."""
        home = self.place / "people" / name
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Person(name, home, self.url)

    def welcome(self, who: str, name: str, party: str, *posts: str) -> Person:
        """Let the administrator register a person and hand over a token."""
        administrator, person = self.person("administrator"), self.person(who)
        chosen = [word for post in posts for word in ("--post", post)]
        made = administrator.does("user", "add", name, "--party", party, *chosen)
        administrator.does("token", "issue", made["id"], "--out", str(person.token_file))
        return person


def _plain_environment() -> dict[str, str]:
    """Return this process's environment without settings of another instance."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DAYLIGHT_")}
