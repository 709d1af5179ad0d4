"""The tree is what the design draws: rooms, sizes, docstrings, names; no traces of a machine."""

import ast
import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("oversight", "credit", "bidding", "acceptance", "api_spec", "scripts")
MODULES = sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))
WRITTEN = [p for p in MODULES if "piccolo_migrations" not in p.parts]
LINES_MAX = 400
LINES_EXEMPT = {"verify_proof.py"}  # one file by intent: an auditor reads it from top to bottom
HIDING_NAMES = {
    "common",
    "core",
    "util",
    "utils",
    "helper",
    "helpers",
    "shared",
    "base",
    "manager",
    "misc",
}
FUNCTION_LINES_MAX = 60


def name_of(path):
    return str(path.relative_to(ROOT))


def tracked_texts():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and path.suffix not in {".png", ".xlsx", ".woff2"}:
            yield name, path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text())), f"{name_of(path)} has no docstring"


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_a_room_stays_readable(path):
    if path.name not in LINES_EXEMPT:
        lines = path.read_text().count("\n")
        assert lines <= LINES_MAX, (
            f"{name_of(path)} has {lines} lines: split the concept, not the room"
        )


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_no_function_is_longer_than_a_screen(path):
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert not long, f"{name_of(path)}: {long}"


def test_no_module_hides_a_missing_idea_behind_its_name():
    assert [
        name_of(p) for p in MODULES if {p.stem, *p.parent.relative_to(ROOT).parts} & HIDING_NAMES
    ] == []


def test_a_package_file_holds_a_docstring_and_nothing_else():
    for path in MODULES:
        if path.name == "__init__.py" and "piccolo_migrations" not in path.parts:
            body = ast.parse(path.read_text()).body
            assert len(body) == 1, name_of(path)
            assert isinstance(body[0], ast.Expr), name_of(path)


def test_migration_files_have_names_of_their_own():
    names = Counter(
        p.name for p in MODULES if "piccolo_migrations" in p.parts and p.name != "__init__.py"
    )
    assert [name for name, times in names.items() if times > 1] == []
    assert names, "no migration found"


def test_the_readme_opens_with_exactly_the_two_commands():
    block = re.search(r"```[a-z]*\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    assert block.group(1).splitlines() == ["python3 scripts/demo.py", "python3 scripts/test.py"]


LOCKS = {"requirements.lock": 20, "requirements-test.lock": 20, "requirements-witness.lock": 2}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    pinned = re.findall(r"^[a-z0-9][\w.\-\[\]]*==", text, re.MULTILINE)
    assert len(pinned) > LOCKS[lock]
    assert text.count("--hash=sha256:") >= len(pinned)


def test_every_dependency_says_why_it_is_there():
    lines = (
        (ROOT / "pyproject.toml").read_text().partition("\ndependencies = [")[2].partition("\n]")[0]
    )
    unexplained = [line for line in lines.splitlines() if line.strip() and "#" not in line]
    assert unexplained == []


def test_supported_pythons_are_said_once_and_alike():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
    assert "SUPPORTED = ((3, 11), (3, 13))" in (ROOT / "scripts" / "environment.py").read_text()


def test_nothing_names_a_machine_or_a_package_index():
    places = [re.escape(f"{place}/") for place in (Path.home(), ROOT) if len(place.parts) > 1]
    traces = re.compile("|".join([*places, r"--(extra-)?index-url", r"--find-links"]))
    own = "tests/layout/test_tree.py"
    assert [name for name, text in tracked_texts() if name != own and traces.search(text)] == []


def test_the_map_names_every_concept():
    page = (ROOT / "ARCHITECTURE.md").read_text()
    concepts = {
        p.stem
        for package in PACKAGES[:4]
        for p in (ROOT / package).iterdir()
        if (p / "__init__.py").exists() or p.suffix == ".py"
    } - {
        "__init__",
        "piccolo_app",
        "piccolo_migrations",
        "database_migrations",
        "database_postgres",
        "database_sqlite",
    }
    assert [name for name in sorted(concepts) if f"`{name}`" not in page] == []
