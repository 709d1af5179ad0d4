"""The log in the open: witnesses beside the center, an audit from outside, and one from inside."""

import json
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from scripts.demonstration.center import DAYLIGHT, STOP_SECONDS, Center

ORIGIN = "demo.daylight.invalid/log"
QUORUM = 2  # of the three witnesses
PATIENCE_SECONDS = 60
WITNESSES = {
    "audit": "audit.example/witness",
    "finance": "finance.example/witness",
    "news": "news.example/witness",
}


@contextmanager
def witnessed(center: Center) -> Iterator[str]:
    """Run three witnesses, and let the center adopt a policy of two of them; yield the log's key.

    Each is a program of its own with its own key and record; here they share a machine.
    """
    key = str(center.person("administrator").does("trust")["log_keys"][0])
    with ExitStack() as running:
        lines = [f"log {key}"]
        for name, title in WITNESSES.items():
            place = center.place / "witnesses" / name
            vkey, url = running.enter_context(_witness(place, title, key))
            lines.append(f"witness {name} {vkey} {url}")
        policy = center.place / "policy"
        members = " ".join(WITNESSES)
        lines += [f"group all-three {QUORUM} {members}", "quorum all-three", ""]
        policy.write_text("\n".join(lines))
        center.person("administrator").does("policy", "adopt", str(policy))
        yield key


@contextmanager
def _witness(directory: Path, name: str, log_key: str) -> Iterator[tuple[str, str]]:
    """Make and run one witness; yield its Ed25519 verifier key and where it is asked."""
    directory.parent.mkdir(exist_ok=True)
    place = str(directory)
    made = _daylight("--json", "witness", "init", place, "--name", name)
    vkey = min(json.loads(made)["vkeys"], key=len)
    _daylight("witness", "add-log", place, ORIGIN, log_key)
    command = [DAYLIGHT, "witness", "serve", place, "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield vkey, server.stdout.readline().split()[-1].rstrip("/")
    finally:
        server.terminate()
        server.wait(STOP_SECONDS)


def _daylight(*words: str) -> str:
    return subprocess.run([DAYLIGHT, *words], capture_output=True, text=True, check=True).stdout


def keep_the_log(center: Center, out: Path) -> None:
    """Copy the published log as an outsider would hold it, once its witnesses have cosigned."""
    public = center.place / "data" / "public"
    end = time.monotonic() + PATIENCE_SECONDS
    while _cosigned(public / "checkpoint") < QUORUM:
        assert time.monotonic() < end, "the newest checkpoint is not cosigned"
        time.sleep(0.1)
    shutil.copytree(public, out / "log", dirs_exist_ok=True)


def _cosigned(checkpoint: Path) -> int:
    """Return how many lines below a checkpoint are not the log's own."""
    lines = checkpoint.read_text(encoding="utf-8").splitlines()
    return sum(line.startswith("— ") and not line.startswith(f"— {ORIGIN} ") for line in lines)


def audits(center: Center, out: Path, log_key: str) -> list[dict[str, Any]]:
    """Audit the copy from outside, the database from inside, and both once somebody meddled."""
    copy = out / "meddled-log"
    shutil.copytree(out / "log", copy, dirs_exist_ok=True)
    bundle = next(each for each in sorted((copy / "tile" / "entries").rglob("*")) if each.is_file())
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    bundle.write_bytes(data)
    rows = [
        _audited("the published log, by its files alone", 0, *_public(out / "log", log_key)),
        _audited("a copy of it with one bit changed", 1, *_public(copy, log_key)),
        _audited("the database", 0, *_database(center)),
    ]
    with sqlite3.connect(center.place / "data" / "daylight.sqlite3") as connection:
        connection.execute("UPDATE expert SET region = '410900' WHERE rowid = 7")
    moved = "the database, one expert moved by its administrator"
    rows.append(_audited(moved, 1, *_database(center)))
    shutil.rmtree(copy)
    return rows


def _audited(what: str, due: int, status: int, named: str) -> dict[str, Any]:
    says = f": {named}" if named else ""
    print(f"  {what}: {'clean' if not status else 'REFUSED'}{says}", flush=True)
    return {"audit": what, "exit": status, "expected": due, "named": named, "ok": status == due}


def _public(place: Path, log_key: str) -> tuple[int, str]:
    return _run(["audit", "--public", str(place), "--log-key", log_key, "--origin", ORIGIN], None)


def _database(center: Center) -> tuple[int, str]:
    return _run(["audit"], center)


def _run(words: list[str], center: Center | None) -> tuple[int, str]:
    """Run an audit; return its exit status, and the first difference that it names."""
    done = subprocess.run(
        [DAYLIGHT, *words], capture_output=True, text=True, check=False,
        cwd=center.place if center else None, env=center.environment if center else None,
    )  # fmt: skip
    named = [line for line in done.stdout.splitlines() if line.lower().startswith("differs")]
    return done.returncode, " ".join(named[0].split()[1:]) if named else ""
