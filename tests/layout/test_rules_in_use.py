"""No dead letter: every rule refuses somewhere, and every permission opens some door or deed."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from api_spec import assembly
from oversight.authority.rules import Permission
from oversight.errors import Rule
from oversight.rulebook.figures import AWAITED
from oversight.rulebook.rules import EDITIONS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    file for name in ("oversight", "bidding", "api_spec") for file in (ROOT / name).rglob("*.py")
]


def _read_names() -> Counter[str]:
    """Count how often each name is read, definitions and imports aside."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in SOURCES)
    nodes = (node for tree in trees for node in ast.walk(tree))
    read = [node for node in nodes if isinstance(getattr(node, "ctx", None), ast.Load)]
    names = [node.id for node in read if isinstance(node, ast.Name)]
    return Counter([*names, *(node.attr for node in read if isinstance(node, ast.Attribute))])


READ = _read_names()
NAMED = {
    id(value): name
    for room in assembly.RULE_ROOMS
    for name, value in vars(room).items()
    if isinstance(value, Rule | Permission)
}


@pytest.mark.parametrize("rule", assembly.RULES, ids=lambda rule: rule.code)
def test_a_rule_that_stands_in_the_rulebook_is_named_by_some_refusal(rule):
    assert READ[NAMED[id(rule)]]


@pytest.mark.parametrize("permission", assembly.PERMISSIONS, ids=lambda each: each.act)
def test_a_permission_is_asked_for_somewhere(permission):
    assert READ[NAMED[id(permission)]]


FIGURES = sorted({name for edition in EDITIONS.values() for name in edition.figures})
READERS = "\n".join(
    file.read_text(encoding="utf-8") for file in SOURCES if "rulebook" not in file.parts
)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_read_by_a_rule_or_says_that_it_awaits_one(name):
    short = re.sub("^(draw|expert|committee|contact|sign_in|fee)_", "", name)
    is_read = re.search(rf"\b({name}|{short})\b", READERS) is not None
    assert is_read != (name in AWAITED)


CITED = re.compile(r"design: ([\w/.]+\.md)#([^;]+)")


@pytest.mark.parametrize("rule", assembly.RULES, ids=lambda rule: rule.code)
def test_a_document_that_a_rule_cites_is_published_with_that_section(rule):
    for name, section in CITED.findall(rule.source):
        pages = [ROOT / name, ROOT / "api_spec" / "documents" / name]
        text = "\n".join(page.read_text(encoding="utf-8") for page in pages if page.exists())
        assert re.search(rf"^#+ {re.escape(section)}( \(|$)", text, re.MULTILINE), rule.source
