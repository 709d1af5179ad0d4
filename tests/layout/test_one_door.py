"""One door to write: only the act, and the named functions of what owns no domain rows, open it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("oversight", "credit", "bidding", "acceptance", "api_spec", "scripts")

# Who may open the write transaction, and for what that is no domain row.
DOORS = {
    "oversight/database.py": {"migrate"},
    "oversight/act.py": {"begin"},
    "oversight/ledger/integrate.py": {"integrate"},
    "oversight/ledger/bringing_back.py": {"bring_back", "bring_back_checkpoint"},
    "oversight/recovery/erasing.py": {"erase_again"},  # what the log says was erased
    "oversight/recovery/restore.py": {"_load_postgres"},  # the whole database, out of a backup
    "oversight/publication/signing.py": {"_sign"},
    "oversight/publication/collecting.py": {"store_cosignature"},
    "oversight/identity/sessions.py": None,  # sessions and the use of tokens
    "bidding/gateway/commands.py": {"_claim", "_put_off", "_settle"},  # messages on their way
    "bidding/reply/commands.py": {"_wrong"},  # how many wrong links and codes came
    "bidding/reading/commands.py": {"note_reading"},  # the record of who read protected fields
}
OPENERS = {"writing", "transaction", "atomic"}


def modules():
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def openings(tree):
    """Yield the name of each function that opens a transaction, and its line."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and called(node) in OPENERS:
                    yield function.name, node.lineno


def called(node):
    return getattr(node.func, "id", None) or getattr(node.func, "attr", None)


def trespasses(modules):
    return [
        f"{name}:{line} {function}"
        for name, tree in modules
        if not name.startswith("oversight/database")
        for function, line in openings(tree)
        if name not in DOORS or (DOORS[name] is not None and function not in DOORS[name])
    ]


def test_nobody_else_opens_the_door_to_write():
    assert trespasses(modules()) == []


def test_every_door_exists_and_is_used():
    trees = dict(modules())
    for name in DOORS:
        assert list(openings(trees[name])), f"{name} opens nothing: take it off the list"


@pytest.mark.parametrize(
    "planted",
    [
        "async def deed():\n    async with writing():\n        pass",
        "async def deed():\n    async with database.writing(snapshot=True):\n        pass",
        "async def deed():\n    async with engine().transaction():\n        pass",
        "async def deed():\n    async with Table._meta.db.atomic() as both:\n        pass",
    ],
)
def test_a_planted_opener_is_found(planted):
    assert trespasses([("bidding/draw/commands.py", ast.parse(planted))])


BELOW_THE_DOOR = {  # named functions that change rows inside a transaction somebody else opened
    "oversight/ledger/integrate.py",
    "oversight/ledger/bringing_back.py",
    "oversight/ledger/nodes.py",
    "oversight/publication/signing.py",
    "oversight/ledger/recording.py",
    "oversight/idempotency/requests.py",
}
CHANGE = re.compile(
    r"(INSERT INTO|DELETE FROM|UPDATE) "
    r"(pending|act_key|entry|node|head|checkpoint|payload|answered_request)\b"
)


def test_rows_of_the_log_are_changed_by_its_own_functions_only():
    found = {
        name
        for name, tree in modules()
        if "piccolo_migrations" not in name
        if not name.startswith("scripts/bench/")  # their peers write into files of their own
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        if isinstance(node.value, str)
        if CHANGE.search(node.value)
    }
    assert found == BELOW_THE_DOOR
