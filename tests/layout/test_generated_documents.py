"""A document that is made from the code says what the code says, or a test fails."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from api_spec import assembly
from api_spec.app import create_app
from api_spec.description import described
from api_spec.generated import documents
from oversight.configuration import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = documents()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_generated_document_has_not_drifted(name):
    written = (ROOT / name).read_text(encoding="utf-8") if (ROOT / name).is_file() else ""
    assert written == DOCUMENTS[name], "run .venv/bin/python scripts/describe.py"


def test_every_rule_is_explained_and_every_explanation_has_a_rule():
    explained = re.findall(r"^### `([\w.]+)`$", DOCUMENTS["api_spec/documents/rulebook.md"], re.M)
    assert sorted(explained) == sorted(rule.code for rule in assembly.RULES)


def test_no_two_rules_share_a_code():
    codes = [rule.code for rule in assembly.RULES]
    assert len(set(codes)) == len(codes)


def test_two_forms_of_one_kind_differ_by_added_fields_only():
    for fact in assembly.FACTS:
        for other in assembly.FACTS:
            if fact.kind == other.kind:
                mine, others = set(fact.__struct_fields__), set(other.__struct_fields__)
                assert mine <= others or others <= mine, fact.kind


def test_no_two_permissions_share_an_act():
    acts = [permission.act for permission in assembly.PERMISSIONS]
    assert len(set(acts)) == len(acts)


def test_the_example_of_every_request_body_is_one_that_the_door_reads():
    app = create_app(Settings())
    description = msgspec.json.decode(app.state.description)
    for path, method, handler in described(app):
        body = handler.parsed_fn_signature.parameters.get("data")
        content = description["paths"][path][method.lower()].get("requestBody", {})
        media = content.get("content", {}).get("application/json")
        if body is not None and media is not None:
            msgspec.convert(media["example"], body.raw, strict=True)
