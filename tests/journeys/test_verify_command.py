"""`daylight verify` judges files on this machine alone, and its exit status is the verdict."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "api_spec" / "vectors" / "draw.json").read_text())["cases"]
DAYLIGHT = Path(sys.executable).parent / "daylight"
EXITS = {"valid": 0, "failed": 1, "unusable": 2, "incomplete": 3, "void": 4}
WHOLE = [vector for vector in VECTORS if {"bundle", "trust"} <= vector.keys()]
CHOSEN = {vector["verdict"]: vector for vector in WHOLE if "auditor" not in vector}


def run_verify(place, vector, *words):
    files = {name: place / f"{name}.json" for name in ("bundle", "trust")}
    for name, file in files.items():
        file.write_text(json.dumps(vector[name], ensure_ascii=False))
    command = [DAYLIGHT, *words[:1], "verify", files["bundle"], "--trust", files["trust"]]
    return subprocess.run(
        [*map(str, command), *words[1:]],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DAYLIGHT_URL": "http://127.0.0.1:1"},
    )


@pytest.mark.parametrize("verdict", sorted(CHOSEN))
def test_the_exit_status_is_the_verdict(verdict, tmp_path):
    said = run_verify(tmp_path, CHOSEN[verdict], "--json")
    assert (json.loads(said.stdout)["verdict"], said.returncode) == (verdict, EXITS[verdict])


def test_a_person_reads_each_step_and_the_verdict_in_chinese(tmp_path):
    command = [str(DAYLIGHT), "verify"]
    run_verify(tmp_path, CHOSEN["valid"], "--json")
    said = subprocess.run(
        [*command, "bundle.json", "--trust", "trust.json", "--lang", "zh"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "抽取过程（walk）：通过" in said.stdout
    assert "有效" in said.stdout


def test_what_is_no_json_is_unusable(tmp_path):
    (tmp_path / "bundle.json").write_bytes(b"\xff\xfe not JSON")
    (tmp_path / "trust.json").write_text(json.dumps(CHOSEN["valid"]["trust"]))
    said = subprocess.run(
        [str(DAYLIGHT), "verify", "bundle.json", "--trust", "trust.json"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert said.returncode == EXITS["unusable"]
