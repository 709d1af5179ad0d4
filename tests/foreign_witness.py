"""`aics-witness`, a witness that nobody here wrote, in an environment and a process of its own.

It needs Python 3.12 or newer, which need not be the Python of this run. Where there is none, the
tests are skipped aloud, in CI too: it cannot run there. What is installed is exactly
requirements-witness.lock, each archive held to its hash, once for each lock and Python.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oversight.keys.private import alone

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-witness.lock"
NEEDED = (3, 12)
NAMES = ("python3.12", "python3.13", "python3")
ASKED = "import sys; print(sys.version); sys.exit(sys.version_info < (3, 12))"


def interpreter():
    """Return a Python that the foreign witness runs on, with its version; None if there is none."""
    found = [sys.executable, *filter(None, map(shutil.which, NAMES))]
    for each in [*found, *_kept_by_pyenv()]:
        asked = subprocess.run([each, "-c", ASKED], capture_output=True, text=True, check=False)
        if asked.returncode == 0:  # a name in the path may be a shim without a Python behind it
            return each, asked.stdout
    return None


def _kept_by_pyenv():
    """Yield the Pythons that pyenv keeps apart, where it is used."""
    if shutil.which("pyenv") is None:
        return
    for version in _said("pyenv", "versions", "--bare").split():
        if version.startswith(("3.12.", "3.13.")):
            yield str(Path(_said("pyenv", "prefix", version).strip(), "bin", "python3"))


def _said(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def environment(folder):
    """Return the directory with the witness's commands, made below `folder` where it is missing."""
    found = interpreter()
    if found is None:
        pytest.skip(
            "NOT CHECKED: aics-witness, a witness by others, needs Python 3.12 or newer, and none "
            f"of {', '.join(NAMES)} here is one"
        )
    python, version = found
    stamp = hashlib.sha256(version.encode() + LOCK.read_bytes()).hexdigest()[:16]
    home = Path(folder) / f"aics-witness-{stamp}"
    with alone(Path(folder)):  # one worker builds, the others wait
        if not (home / "ready").exists():
            _build(python, home)
    return home / "bin"


def _build(python, home):
    shutil.rmtree(home, ignore_errors=True)
    inside = home / "bin" / "python"
    install = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", LOCK]
    own = subprocess.run([python, "-m", "venv", home], capture_output=True, check=False)
    if own.returncode == 0:
        command = [inside, "-m", "pip", *install]
    else:  # Debian without python3-venv
        subprocess.run([python, "-m", "venv", "--clear", "--without-pip", home], check=True)
        command = [sys.executable, "-m", "pip", "--python", inside, *install]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode == 0:
        (home / "ready").touch()
        return
    message = f"NOT CHECKED: aics-witness cannot be installed: {done.stderr[-500:]}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


class ForeignWitness:
    """One witness of theirs: its configuration, key and database in a directory of its own."""

    def __init__(self, bin_directory, directory, name):
        self.bin, self.directory, self.name = bin_directory, directory, name
        self.process, self.url = None, ""
        directory.mkdir()
        self.vkey = self.run("init", "--name", name).strip()

    def run(self, *arguments):
        """Run one of its commands; return what it printed."""
        command = [self.bin / "aics-witness", *arguments, "--config", "witness.json"]
        done = subprocess.run(
            list(map(str, command)), cwd=self.directory, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def python(self, code, *arguments):
        """Run Python code of ours against its library; return the finished process."""
        return subprocess.run(
            [self.bin / "python", "-c", code, *map(str, arguments)],
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
        )

    def serve(self):
        """Start it on a free port."""
        command = [self.bin / "aics-witness", "serve", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(
            [*map(str, command), "--config", "witness.json"],
            cwd=self.directory,
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in self.process.stderr:
            if "listening on " in line:
                self.url = line.partition("listening on ")[2].split()[0]
                return self
        raise AssertionError("the foreign witness does not start")

    def stop(self):
        """Stop it."""
        if self.process is not None:
            self.process.terminate()
            self.process.communicate(timeout=30)
            self.process = None
