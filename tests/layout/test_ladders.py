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
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]

# contract -> the module to write or extend, and the module it must not reach
PLANTS = {
    "Packages depend downward only": ("credit.planted_upward", "bidding.roster"),
    "The ground's concepts depend downward only": ("oversight.errors", "oversight.act"),
    "Bidding's concepts depend downward only": ("bidding.roster.rules", "bidding.draw.rules"),
    "Credit's concepts depend downward only": ("credit.nobody_placed_me", ""),
    "Acceptance's concepts depend downward only": ("acceptance.nobody_placed_me", ""),
    "Rooms depend downward only": ("bidding.draw.facts", "bidding.draw.commands"),
    "Rules and facts are pure": ("bidding.committee.rules", "os"),
    "Numpy is for the lottery alone": ("bidding.roster.facts", "numpy"),
    "Doors hold no SQL": ("bidding.draw.http", "bidding.draw.tables"),
    "Only doors know HTTP": ("bidding.draw.commands", "litestar"),
    "Questions never call deeds": ("bidding.committee.queries", "oversight.act"),
    "Outsiders know nothing of the service": ("oversight.ledger.tiles", "oversight.database"),
}


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
def copy(tmp_path_factory):
    """A copy of the tree, in which one violation at a time is planted."""
    tree = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "pyproject.toml", tree)
    skipped = shutil.ignore_patterns("__pycache__", "static")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tree / package, ignore=skipped)
    return tree


def test_the_tree_keeps_every_contract():
    report = lint(ROOT)
    assert f"{len(CONTRACTS)} kept, 0 broken" in report, report


def test_every_contract_has_a_plant():
    assert {contract["name"] for contract in CONTRACTS} == set(PLANTS)


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_violation_breaks_its_contract(name, copy):
    module, forbidden = PLANTS[name]
    file = copy / (module.replace(".", "/") + ".py")
    before = file.read_text() if file.exists() else None
    planted = f"\nimport {forbidden}\n" if forbidden else "\n"
    file.write_text((before or '"""Planted."""\n') + planted)
    report = lint(copy)
    file.unlink() if before is None else file.write_text(before)
    broken = re.search(rf"^{re.escape(name)} BROKEN", report, re.MULTILINE)
    alone = re.search(rf"layer in container.*{re.escape(module)}", report)
    assert broken or (not forbidden and alone), report
    assert module in report.partition("Broken contracts")[2] or not forbidden
