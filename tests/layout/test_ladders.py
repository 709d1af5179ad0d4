"""The ladders hold, and each of them is shown able to fail by a planted violation."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("oversight", "credit", "bidding", "acceptance", "api_spec")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

# contract -> (file to write or extend, the line that breaks it, what the report must name)
PLANTS = {
    "Packages depend downward only": (
        "credit/planted_upward.py", "import bidding.roster", "credit.planted_upward -> bidding.roster"),
    "The ground's concepts depend downward only": (
        "oversight/errors.py", "import oversight.act", "oversight.errors -> oversight.act"),
    "Bidding's concepts depend downward only": (
        "bidding/roster/rules.py", "import bidding.draw.rules", "bidding.roster.rules -> bidding.draw.rules"),
    "Credit's concepts depend downward only": (
        "credit/nobody_placed_me/__init__.py", '"""Planted."""', "credit.nobody_placed_me"),
    "Acceptance's concepts depend downward only": (
        "acceptance/nobody_placed_me/__init__.py", '"""Planted."""', "acceptance.nobody_placed_me"),
    "Rooms depend downward only": (
        "bidding/draw/facts.py", "import bidding.draw.commands", "bidding.draw.facts -> bidding.draw.commands"),
    "Rules and facts are pure": (
        "bidding/committee/rules.py", "import os", "bidding.committee.rules -> os"),
    "Numpy is for the draw's rules alone": (
        "bidding/roster/facts.py", "import numpy", "bidding.roster.facts -> numpy"),
    "Doors hold no SQL": (
        "bidding/draw/http.py", "import bidding.draw.tables", "bidding.draw.http -> bidding.draw.tables"),
    "Only doors know HTTP": (
        "bidding/draw/commands.py", "import litestar", "bidding.draw.commands -> litestar"),
    "Questions never call deeds": (
        "bidding/committee/queries.py", "import oversight.act", "bidding.committee.queries -> oversight.act"),
}  # fmt: skip


def lint(tree: Path) -> str:
    """Run the contracts over `tree` and return the report."""
    program = Path(sys.executable).parent / "lint-imports"
    environment = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "300", "NO_COLOR": "1"}
    done = subprocess.run(
        [program, "--config", "pyproject.toml", "--no-cache"],
        cwd=tree, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The report over a copy of the tree in which every contract is broken once."""
    tree = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "pyproject.toml", tree)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    for name, line, _ in PLANTS.values():
        file = tree / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text((file.read_text() if file.exists() else "") + f"\n{line}\n")
    return lint(tree)


def test_the_tree_keeps_every_contract():
    report = lint(ROOT)
    assert f"{len(CONTRACTS)} kept, 0 broken" in report, report


def test_every_contract_has_a_plant():
    assert {contract["name"] for contract in CONTRACTS} == set(PLANTS)


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_violation_breaks_its_contract(name, planted):
    assert f"{name} BROKEN" in planted or f"{name} broken" in planted.lower() or (
        re.search(rf"{re.escape(name)}\s+BROKEN", planted)
    ), planted
    assert PLANTS[name][2].split(" -> ")[-1] in planted
    assert re.search(re.escape(PLANTS[name][2].split(" -> ")[0]), planted)
